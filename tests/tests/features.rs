//! One build for all: what AWS's SDK is compiled with does not depend on whether tests are built too.
//!
//! Cargo unites the features of a crate over everything that is built. A dev-dependency that adds a feature to a crate
//! below the SDK makes a build with tests compile the SDK again, which takes minutes and 8 GB.

mod repository;

use repository::{none, root};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// What `cargo tree` lists, a line for each package.
fn tree(arguments: &[&str]) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--locked", "--prefix", "none"]);
    cargo.args(["--target", "x86_64-unknown-linux-gnu"]).args(arguments).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Packages that were listed before are marked.
    String::from_utf8_lossy(&output.stdout).lines().map(|line| line.replace(" (*)", "")).collect()
}

/// The features of each package, by name and version: for the programs and, where they differ, for build scripts.
fn features(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree(&["--workspace", "-e", edges, "-f", "{p}|{f}"]) {
        if let Some((package, features)) = line.split_once('|') {
            all.entry(package.to_owned()).or_default().insert(features.to_owned());
        }
    }
    all
}

#[test]
fn tests_add_no_feature_below_the_sdk() {
    let below: BTreeSet<String> =
        tree(&["-p", "soca-cloud-aws", "-e", "normal,build", "-f", "{p}"]).into_iter().collect();
    let (without, with) = (features("normal,build"), features("normal,build,dev"));
    let sdk = below.iter().filter(|package| !package.starts_with("soca-"));
    let differing = sdk.filter(|package| without.get(*package) != with.get(*package));
    let say =
        |package: &String| format!("{package}: {:?} and with tests {:?}", without[package], with[package]);
    assert!(below.iter().any(|package| package.starts_with("aws-sdk-ec2 ")), "the SDK was not looked at");
    none("features to add to tests/Cargo.toml", &differing.map(say).collect::<Vec<_>>());
}
