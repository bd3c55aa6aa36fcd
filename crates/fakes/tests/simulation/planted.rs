//! Faults that are planted in the control plane, to show that the simulation finds them.

use soca_app::ports::Write;
use soca_domain::{
    JobState,
    limit::{CounterScope, Limits},
    project::Project,
    queue::QueuePolicy,
};
use soca_fakes::store::MemoryStore;
use std::time::Duration;

/// A fault of the kind that a slip of the pen makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Settling does not give capacity back.
    NothingGivenBack,
    /// The limits of queues are read as if there were none.
    LimitsMisread,
    /// Starts are not counted.
    StartsNotCounted,
    /// Starts are not counted in groups.
    GroupsNotCounted,
    /// Starts hold nothing of budgets.
    NothingHeld,
    /// Budgets are read as if they only warned.
    BudgetsMisread,
    /// A start moves the job and makes no stack.
    StackForgotten,
    /// Settling releases the stack and leaves the job as it was.
    JobLeftBehind,
    /// Idempotency keys are not remembered.
    KeysForgotten,
    /// A job always waits before another attempt.
    AlwaysDelayed,
    /// The sweep never runs.
    NoSweep,
}

impl Planted {
    /// All of them, with the promise that each breaks.
    pub const ALL: [(Planted, &str); 11] = [
        (Planted::NothingGivenBack, "P4"),
        (Planted::LimitsMisread, "P4"),
        (Planted::StartsNotCounted, "P4"),
        (Planted::GroupsNotCounted, "P4"),
        (Planted::NothingHeld, "P4"),
        (Planted::BudgetsMisread, "P4"),
        (Planted::StackForgotten, "P5"),
        (Planted::JobLeftBehind, "P5"),
        (Planted::KeysForgotten, "P1"),
        (Planted::AlwaysDelayed, "C"),
        (Planted::NoSweep, "P"),
    ];

    /// The table as code with this fault would write it.
    pub fn store(self) -> MemoryStore {
        MemoryStore::tampered(move |writes| self.tamper(writes))
    }

    fn tamper(self, writes: Vec<Write>) -> Vec<Write> {
        let has = |is: fn(&Write) -> bool| writes.iter().any(is);
        let starts = has(|w| matches!(w, Write::TakeCapacity { .. }));
        let settles = has(|w| matches!(w, Write::GiveCapacity { .. }));
        let all = writes.into_iter();
        match self {
            Planted::NothingGivenBack => all.filter(|w| !matches!(w, Write::GiveCapacity { .. })).collect(),
            Planted::LimitsMisread => all.map(without_limits).collect(),
            Planted::StartsNotCounted => all.filter(|w| !matches!(w, Write::TakeCapacity { .. })).collect(),
            Planted::GroupsNotCounted => all.filter(|w| !is_of_group(w)).collect(),
            Planted::NothingHeld => all.filter(|w| !matches!(w, Write::HoldBudget { .. })).collect(),
            Planted::BudgetsMisread => all.map(without_budget).collect(),
            Planted::StackForgotten if starts => {
                all.filter(|w| !matches!(w, Write::CreateStack(_))).collect()
            }
            Planted::JobLeftBehind if settles => {
                all.filter(|w| !matches!(w, Write::UpdateJob { .. })).collect()
            }
            Planted::AlwaysDelayed => all.map(delayed).collect(),
            Planted::KeysForgotten => all.filter(|w| !matches!(w, Write::RememberRequest(_))).collect(),
            Planted::StackForgotten | Planted::JobLeftBehind | Planted::NoSweep => all.collect(),
        }
    }
}

fn without_limits(write: Write) -> Write {
    match write {
        Write::CreateQueue(policy) => Write::CreateQueue(QueuePolicy { limits: Limits::default(), ..policy }),
        other => other,
    }
}

fn without_budget(write: Write) -> Write {
    match write {
        Write::PutProject(project) => Write::PutProject(Project { budget: None, ..project }),
        other => other,
    }
}

fn delayed(mut write: Write) -> Write {
    if let Write::UpdateJob { now, .. } = &mut write
        && let JobState::Queued { since, not_before: Some(at) } = &mut now.state
    {
        *at = (*at).max(since.plus(Duration::from_secs(60)));
    }
    write
}

fn is_of_group(write: &Write) -> bool {
    matches!(write, Write::TakeCapacity { scope: CounterScope::Group(..), .. })
}
