//! What must survive the agent: which numbers were used, what was told, and what is running.

use super::notes::Note;
use super::run::Run;
use crate::keys::RunKey;
use serde::{Deserialize, Serialize};

/// A set of reports under its number, until it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The number.
    pub sequence: u64,
    /// In order.
    pub notes: Vec<Note>,
}

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// The last number that was acknowledged.
    pub acknowledged: u64,
    /// The set under way.
    pub pending: Option<Pending>,
    /// Runs whose end is not acknowledged.
    pub runs: Vec<Run>,
}

impl Journal {
    pub(super) fn run(&mut self, key: RunKey) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.key == key)
    }
}
