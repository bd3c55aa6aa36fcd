//! Who may use whom: `cargo metadata` compared with the table of the architecture.

mod repository;

use repository::{none, read, root};
use serde_json::Value;
use std::{collections::BTreeMap, process::Command};

/// Which packages of ours each package may use. Functions share one row.
const ALLOWED: &[(&str, &[&str])] = &[
    ("soca-domain", &[]),
    ("soca-planner", &["soca-domain"]),
    ("soca-directives", &["soca-domain"]),
    ("soca-license-servers", &["soca-domain"]),
    ("soca-files", &["soca-domain"]),
    ("soca-simulator", &["soca-planner", "soca-domain"]),
    ("soca-app", &["soca-planner", "soca-directives", "soca-domain"]),
    ("soca-wire", &["soca-domain"]),
    ("soca-http", &["soca-app", "soca-wire", "soca-domain"]),
    ("soca-store-dynamodb", &["soca-app", "soca-domain"]),
    ("soca-cloud-aws", &["soca-app", "soca-domain"]),
    ("soca-fakes", &["soca-app", "soca-domain"]),
    ("soca-runtime", &[]),
    ("soca-shell", &["soca-app", "soca-domain", "soca-runtime", "soca-cloud-aws", "soca-store-dynamodb"]),
    ("soca-agent", &["soca-wire", "soca-domain"]),
    ("soca-cli", &["soca-wire", "soca-domain", "soca-directives", "soca-files", "soca-simulator"]),
    ("soca-twin", &["soca-wire", "soca-agent"]),
    ("xtask", &[]),
];

/// What functions may use.
const FUNCTIONS: &[&str] =
    &["soca-runtime", "soca-shell", "soca-app", "soca-http", "soca-wire", "soca-cloud-aws", "soca-domain"];

/// Packages without input, output, clock and chance.
const PURE: &[&str] = &[
    "soca-domain",
    "soca-planner",
    "soca-directives",
    "soca-license-servers",
    "soca-files",
    "soca-simulator",
];
/// What pure packages must not use, by the beginning of its name.
const IMPURE: &[&str] =
    &["tokio", "aws", "lambda", "tracing", "rand", "getrandom", "ureq", "reqwest", "hyper", "nix"];

/// Who may use AWS's SDK; the shell makes the table's client and no other.
const SDK_USERS: &[&str] = &["soca-cloud-aws", "soca-store-dynamodb", "soca-twin", "soca-tests"];

struct Package {
    name: String,
    manifest: String,
    /// Name, kind and version of each dependency.
    uses: Vec<(String, Kind, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Dev,
}

fn packages() -> Vec<Package> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").iter().map(package).collect()
}

fn package(found: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dependency = |d: &Value| {
        let kind = if d["kind"] == "dev" { Kind::Dev } else { Kind::Normal };
        (text(&d["name"]), kind, text(&d["req"]))
    };
    let manifest = text(&found["manifest_path"]);
    let manifest =
        manifest.strip_prefix(&format!("{}/", root().display())).expect("in the repository").to_owned();
    Package {
        name: text(&found["name"]),
        manifest,
        uses: found["dependencies"].as_array().expect("dependencies").iter().map(dependency).collect(),
    }
}

impl Package {
    fn is_function(&self) -> bool {
        self.manifest.starts_with("functions/")
    }

    fn normal(&self) -> impl Iterator<Item = &str> {
        self.uses.iter().filter(|(_, kind, _)| *kind == Kind::Normal).map(|(name, _, _)| name.as_str())
    }
}

#[test]
fn packages_use_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for package in packages().iter().filter(|p| p.name != "soca-tests") {
        let row = ALLOWED.iter().find(|(name, _)| *name == package.name).map(|(_, allowed)| *allowed);
        let row = row.or(package.is_function().then_some(FUNCTIONS));
        let Some(allowed) = row else {
            wrong.push(format!("{} is not in the table", package.name));
            continue;
        };
        let ours = package.normal().filter(|name| name.starts_with("soca-") || name.starts_with("fn-"));
        wrong.extend(
            ours.filter(|name| !allowed.contains(name)).map(|name| format!("{} uses {name}", package.name)),
        );
    }
    none("dependencies that the table does not allow", &wrong);
}

#[test]
fn the_table_names_packages_that_exist() {
    let names: Vec<String> = packages().into_iter().map(|p| p.name).collect();
    let unknown = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).filter(|name| !names.contains(name));
    none("rows without a package", &unknown.collect::<Vec<_>>());
}

#[test]
fn the_core_is_pure() {
    let mut wrong = Vec::new();
    for package in packages().iter().filter(|p| PURE.contains(&p.name.as_str())) {
        let impure = package.normal().filter(|name| IMPURE.iter().any(|start| name.starts_with(start)));
        wrong.extend(impure.map(|name| format!("{} uses {name}", package.name)));
    }
    none("the outside world in the core", &wrong);
}

#[test]
fn the_sdk_stays_in_the_adapters() {
    let mut wrong = Vec::new();
    for package in packages().iter().filter(|p| !SDK_USERS.contains(&p.name.as_str())) {
        let all = package.uses.iter().map(|(name, _, _)| name.as_str());
        let sdk = all.filter(|name| name.starts_with("aws-sdk-"));
        let unexpected = sdk.filter(|name| !(package.name == "soca-shell" && *name == "aws-sdk-dynamodb"));
        wrong.extend(unexpected.map(|name| format!("{} uses {name}", package.name)));
    }
    none("AWS's SDK outside the adapters", &wrong);
}

#[test]
fn every_package_takes_version_and_lints_from_the_workspace() {
    let shared = ["version", "edition", "rust-version", "license", "publish"];
    let mut wrong = Vec::new();
    for package in packages() {
        let manifest = read(&package.manifest);
        let says = |line: &str| manifest.lines().any(|l| l.trim() == line);
        let missing = shared.iter().filter(|field| !says(&format!("{field}.workspace = true")));
        wrong.extend(
            missing.map(|field| format!("{}: {field}.workspace = true is missing", package.manifest)),
        );
        if !manifest.replace("\r\n", "\n").contains("[lints]\nworkspace = true") {
            wrong.push(format!("{}: [lints] workspace = true is missing", package.manifest));
        }
    }
    none("packages of their own mind", &wrong);
}

#[test]
fn a_dependency_has_one_version_in_all_packages() {
    let mut versions: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for package in packages() {
        for (name, _, version) in package.uses {
            versions.entry(name).or_default().entry(version).or_default().push(package.name.clone());
        }
    }
    let several = versions.into_iter().filter(|(_, v)| v.len() > 1).map(|(name, v)| format!("{name}: {v:?}"));
    none("dependencies with several versions", &several.collect::<Vec<_>>());
}
