//! What a license server says of itself.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one status command told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// The features by name, spelled as the server spells them.
    pub features: BTreeMap<String, Feature>,
    /// What an administrator should know, one sentence each: a server of several that is down, say.
    pub warnings: Vec<String>,
}

impl ServerStatus {
    /// The feature of this name: spelled just so or, if none is, the only one that differs in case alone.
    ///
    /// License files, options files and administrators do not agree on case, and a feature must not seem to be missing
    /// for it; where two differ in nothing else, only the exact spelling tells them apart.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        if let Some(feature) = self.features.get(name) {
            return Some(feature);
        }
        let mut alike = self.features.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, found) = alike.next()?;
        alike.next().is_none().then_some(found)
    }
}

/// One feature, which some servers call a product, a module or a program.
///
/// Where a server keeps several pools of the same name (versions, daemons, servers of a list) their numbers are added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// How many licenses there are.
    pub total: Total,
    /// How many the server counts as in use; with LS-DYNA, by its whole license group.
    pub in_use: u32,
    /// How many the server keeps for named users or hosts beyond those in use, so that nobody else gets them.
    pub reserved: u32,
    /// Who has them, in the server's order. Their sum need not be `in_use`: licenses may be shared or reserved.
    pub checkouts: Vec<Checkout>,
}

/// How many licenses of a feature there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// So many.
    Counted(u32),
    /// The server does not count them.
    Unlimited,
    /// The server could not say; why, in its own words. None may be taken to be free.
    Unknown(String),
}

/// Licenses that somebody's program holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// The user, as the program told the server.
    pub user: String,
    /// The host it runs on, as the program told the server: often without its domain.
    pub host: String,
    /// How many.
    pub count: u32,
    /// Since when, as the server writes it: its own time zone and mostly no year, so for people only.
    pub started: Option<String>,
}
