//! Faults of the table on demand, and counts of what was called.

use soca_app::ports::Write;
use std::{collections::BTreeMap, fmt};

/// What is about to happen to the table.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// `commit` of these writes.
    Commit(&'a [Write]),
    /// `allocate_job_ids`
    AllocateJobIds,
    /// `begin_tick`
    BeginTick,
    /// `end_tick`
    EndTick,
    /// Any reading method, by its name.
    Read(&'static str),
}

impl Operation<'_> {
    /// The method's name.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Commit(_) => "commit",
            Operation::AllocateJobIds => "allocate_job_ids",
            Operation::BeginTick => "begin_tick",
            Operation::EndTick => "end_tick",
            Operation::Read(name) => name,
        }
    }

    /// Whether it changes the table.
    pub fn is_write(&self) -> bool {
        !matches!(self, Operation::Read(_))
    }
}

/// What shall become of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing special.
    #[default]
    None,
    /// The request is lost: nothing is done and the table is unavailable.
    UnavailableBefore,
    /// The reply is lost: it is done and the table is unavailable.
    UnavailableAfter,
    /// A commit loses a race at its first write. For other operations the same as `UnavailableBefore`.
    Conflict,
}

type Hook = Box<dyn FnMut(&Operation<'_>) -> Fault + Send>;

/// The faults to come and the operations so far.
#[derive(Default)]
pub(super) struct Faults {
    hook: Option<Hook>,
    failing: u64,
    counts: BTreeMap<&'static str, u64>,
    writes: u64,
}

impl Faults {
    pub(super) fn set_hook(&mut self, hook: Option<Hook>) {
        self.hook = hook;
    }

    pub(super) fn fail_next(&mut self, count: u64) {
        self.failing = count;
    }

    pub(super) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    pub(super) fn writes(&self) -> u64 {
        self.writes
    }

    /// Counts the operation and says what becomes of it.
    pub(super) fn next(&mut self, operation: &Operation<'_>) -> Fault {
        *self.counts.entry(operation.name()).or_default() += 1;
        self.writes += u64::from(operation.is_write());
        if self.failing > 0 {
            self.failing -= 1;
            return Fault::UnavailableBefore;
        }
        self.hook.as_mut().map_or(Fault::None, |hook| hook(operation))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults")
            .field("failing", &self.failing)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
