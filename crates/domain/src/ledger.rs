//! The ledger's arithmetic: what is held for a job before it starts, how that grows, and what is left of it at the end.
//!
//! AWS's own figures come hours late and cannot be the guard, so every start takes a hold on its project's budget in the
//! same transaction, and the end of its stack turns the hold into what the instances really cost.

use crate::MicroUsd;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How one project stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What is held for jobs that have capacity.
    pub held: MicroUsd,
    /// What jobs have cost.
    pub spent: MicroUsd,
    /// What of that was more than had been held: nodes that took long to go.
    pub overdrawn: MicroUsd,
}

/// What the first hold covers besides the stay: time to boot, to be told to end, to end, and to be taken down.
pub const AHEAD: Duration = Duration::from_secs(10 * 60);
/// What a hold covers at first when nobody knows how long a job takes.
const UNKNOWN_STAY: Duration = Duration::from_secs(60 * 60);
/// By how much a hold grows at least, so that it is not written down every minute.
const STEP: Duration = Duration::from_secs(15 * 60);

/// A hold grows when it is less than this ahead of the clock: time for the sweep to come by, and to end the job in good
/// order if the budget has no more.
const LEAD: Duration = Duration::from_secs(3 * 60);

/// What is held for a job before it starts. `rate` is what its nodes cost an hour, `stay` how long it has them at most.
pub fn first_hold(rate: MicroUsd, stay: Option<Duration>) -> MicroUsd {
    rate.per_hour_over(stay.unwrap_or(UNKNOWN_STAY).saturating_add(AHEAD))
}

/// By how much a hold has to grow when its nodes have been there for `age`; `None` when it is far enough ahead.
pub fn growth(rate: MicroUsd, held: MicroUsd, age: Duration) -> Option<MicroUsd> {
    let needed = rate.per_hour_over(age.saturating_add(LEAD));
    if needed <= held {
        return None;
    }
    Some(MicroUsd(needed.0 - held.0).max(rate.per_hour_over(STEP)))
}

impl Account {
    /// One more hold.
    #[must_use]
    pub fn hold(self, amount: MicroUsd) -> Account {
        Account { held: self.held.plus(amount), ..self }
    }

    /// A hold given back, and what the job has cost instead.
    #[must_use]
    pub fn settle(self, held: MicroUsd, cost: MicroUsd) -> Account {
        Account {
            held: MicroUsd(self.held.0.saturating_sub(held.0)),
            spent: self.spent.plus(cost),
            overdrawn: self.overdrawn.plus(overdraft(held, cost)),
        }
    }

    /// What is held and spent, which a hard budget limits (P4).
    pub fn committed(&self) -> MicroUsd {
        self.held.plus(self.spent)
    }
}

/// What a job cost beyond what was held for it.
pub fn overdraft(held: MicroUsd, cost: MicroUsd) -> MicroUsd {
    MicroUsd(cost.0.saturating_sub(held.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    const RATE: MicroUsd = MicroUsd(3_600_000);

    #[test]
    fn a_hold_covers_the_stay_and_ten_minutes() {
        assert_eq!(first_hold(RATE, Some(HOUR)), MicroUsd(4_200_000));
        assert_eq!(first_hold(RATE, None), MicroUsd(4_200_000));
        assert_eq!(first_hold(RATE, Some(Duration::MAX)), MicroUsd(u64::MAX), "no overflow");
    }

    #[test]
    fn a_hold_grows_before_it_is_used_up() {
        let held = first_hold(RATE, Some(HOUR));
        let late = HOUR + Duration::from_secs(7 * 60);
        assert_eq!(growth(RATE, held, late), None);
        assert_eq!(growth(RATE, held, late + Duration::from_secs(1)), Some(MicroUsd(900_000)), "a step");
        assert_eq!(growth(RATE, held, 3 * HOUR), Some(MicroUsd(6_780_000)), "the sweep slept");
        assert_eq!(growth(MicroUsd(0), MicroUsd(0), HOUR), None, "no price is known");
    }

    proptest! {
        /// Whatever is held and settled in whatever order, nothing held is left and all that was spent is there (P4).
        #[test]
        fn accounts_balance_p4(jobs in proptest::collection::vec((0u64..1_000_000, 0u64..2_000_000), 0..30)) {
            let held = jobs.iter().fold(Account::default(), |a, (hold, _)| a.hold(MicroUsd(*hold)));
            let end = jobs.iter().rev().fold(held, |a, (hold, cost)| a.settle(MicroUsd(*hold), MicroUsd(*cost)));
            prop_assert_eq!(end.held, MicroUsd(0));
            prop_assert_eq!(end.spent.0, jobs.iter().map(|(_, cost)| cost).sum::<u64>());
            prop_assert_eq!(end.overdrawn.0, jobs.iter().map(|(hold, cost)| cost.saturating_sub(*hold)).sum::<u64>());
        }
    }
}
