//! Instance types: their names, what EC2 says about them, and the nearest names to a misspelt one.

use crate::{
    fault::{Code, Fault},
    memory::MemoryMib,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The name of an EC2 instance type, well formed but not known to exist: `c6i.large`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceTypeName(String);

impl InstanceTypeName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text before the dot: `c6i`.
    pub fn family(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

impl FromStr for InstanceTypeName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let part = |p: &str| {
            !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let ok =
            text.len() <= 40 && text.split_once('.').is_some_and(|(family, size)| part(family) && part(size));
        if ok {
            return Ok(Self(text.to_owned()));
        }
        Err(Fault::new(
            Code::BadValue,
            format!("\"{}\" is not an instance type.", crate::id::shorten(text)),
            "Write a family and a size, for example c6i.large; several with a plus, first choice first: c6i.large+c5.large.",
        ))
    }
}

impl TryFrom<String> for InstanceTypeName {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<InstanceTypeName> for String {
    fn from(name: InstanceTypeName) -> String {
        name.0
    }
}

impl fmt::Display for InstanceTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The CPU architecture of a type or an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Intel and AMD.
    X86_64,
    /// Graviton.
    Arm64,
}

impl Architecture {
    /// EC2's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "arm64",
        }
    }
}

/// What EC2's DescribeInstanceTypes says of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceType {
    /// Its name.
    pub name: InstanceTypeName,
    /// Virtual CPUs (hardware threads).
    pub vcpus: u32,
    /// Physical cores.
    pub cores: u32,
    /// Memory.
    pub memory: MemoryMib,
    /// CPU architecture.
    pub architecture: Architecture,
    /// Whether it has an Elastic Fabric Adapter.
    pub efa: bool,
    /// Whether EC2 accepts a number of threads per core for it (not on bare metal, nor on T2).
    pub threads_settable: bool,
    /// GPUs.
    pub gpus: u32,
}

impl InstanceType {
    /// How many CPUs a job can count on: cores, or hardware threads when hyper-threading is wanted.
    pub fn cpus(&self, hyper_threading: bool) -> u32 {
        if hyper_threading { self.vcpus } else { self.cores }
    }
}

/// The known names nearest to a misspelt one, best first, at most `count`.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let mut scored: Vec<(usize, &str)> =
        known.into_iter().map(|name| (distance(wanted, name), name)).collect();
    scored.sort();
    scored.into_iter().take(count).filter(|(d, _)| *d <= 4).map(|(_, name)| name).collect()
}

/// Levenshtein's edit distance, by rows.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_family_and_a_size() {
        assert_eq!("c6i.large".parse::<InstanceTypeName>().unwrap().family(), "c6i");
        assert!("u-6tb1.metal".parse::<InstanceTypeName>().is_ok());
        for bad in ["", "c6i", "c6i.", ".large", "C6i.large", "c6i.large;ls", "c6i.large.x y"] {
            assert!(bad.parse::<InstanceTypeName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_misspelt_type_has_near_neighbours() {
        let known = ["c5.large", "c6i.large", "c6i.xlarge", "m5.24xlarge", "p4d.24xlarge"];
        assert_eq!(nearest("c6i.lrge", known, 2), ["c6i.large", "c6i.xlarge"]);
        assert!(nearest("zzzzzzzzzzzz", known, 3).is_empty());
    }
}
