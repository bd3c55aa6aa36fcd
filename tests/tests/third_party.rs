//! What we ship of others: `deny.toml`'s licences, bans and sources hold for every dependency in the lock file, as
//! `cargo deny check licenses bans sources` would say it, without that program.

mod repository;

use repository::{none, read, root};
use serde_json::Value;
use std::process::Command;

/// The packages of a build for our platform, ours included.
fn packages() -> Vec<Value> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--locked", "--format-version", "1"]);
    cargo.args(["--filter-platform", "x86_64-unknown-linux-gnu"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let used: Vec<&Value> = metadata["resolve"]["nodes"].as_array().expect("nodes").iter().collect();
    let is_used = |package: &Value| used.iter().any(|node| node["id"] == package["id"]);
    metadata["packages"].as_array().expect("packages").iter().filter(|p| is_used(p)).cloned().collect()
}

/// The quoted words of a list in `deny.toml`, from the line that begins with `key` to the closing bracket.
fn listed(document: &str, key: &str) -> Vec<String> {
    let from = document.lines().skip_while(|line| !line.starts_with(key));
    let list: String = from.take_while(|line| *line != "]").collect();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with these licences: one side of each `OR`, both of each `AND`.
fn can_be_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    reader.either() && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        self.words = &self.words[usize::from(is_next)..];
        is_next
    }

    fn either(&mut self) -> bool {
        let mut met = self.both();
        while self.take("OR") {
            met |= self.both();
        }
        met
    }

    fn both(&mut self) -> bool {
        let mut met = self.one();
        while self.take("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let met = self.either();
            return self.take(")") && met;
        }
        let Some((name, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        let name = match self.words {
            ["WITH", exception, rest @ ..] => {
                self.words = rest;
                format!("{name} WITH {exception}")
            }
            _ => (*name).to_owned(),
        };
        self.allowed.contains(&name)
    }
}

#[test]
fn every_dependency_has_a_license_that_we_can_ship() {
    let allowed = listed(&read("deny.toml"), "allow");
    assert!(allowed.len() > 5, "deny.toml was not understood: {allowed:?}");
    let packages = packages();
    assert!(packages.len() > 200, "only {} packages were looked at", packages.len());
    let license = |package: &Value| package["license"].as_str().unwrap_or_default().to_owned();
    let bad = packages.iter().filter(|package| !can_be_met(&license(package), &allowed));
    let said: Vec<String> =
        bad.map(|p| format!("{} {}: \"{}\"", p["name"], p["version"], license(p))).collect();
    none("dependencies whose licence is not in deny.toml", &said);
}

#[test]
fn nothing_comes_from_elsewhere_or_is_banned() {
    let banned: Vec<String> = read("deny.toml")
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("{ name = \"")?.split('"').next()?.to_owned()))
        .collect();
    assert!(banned.contains(&"openssl-sys".to_owned()), "deny.toml was not understood: {banned:?}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let from_crates_io = |package: &&Value| {
        let source = text(&package["source"]);
        source.is_empty() || source == "registry+https://github.com/rust-lang/crates.io-index"
    };
    let packages = packages();
    let strange = packages.iter().filter(|p| !from_crates_io(p) || banned.contains(&text(&p["name"])));
    let said: Vec<String> = strange.map(|p| text(&p["name"])).collect();
    none("dependencies from elsewhere, or banned", &said);
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/GPL-3.0",
        "(GPL-3.0 OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
    ] {
        assert!(can_be_met(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR (MIT AND AGPL-3.0)", "Apache-2.0", "(MIT"] {
        assert!(!can_be_met(bad, &allowed), "{bad}");
    }
}
