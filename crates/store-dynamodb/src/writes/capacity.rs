//! Counters of what is in use. Every change is one conditional update of one row, so that no race passes a limit (P4).

use super::{Condition, MARK, Step};
use crate::{
    keys,
    rows::{ShareRow, UsageRow},
};
use soca_app::ports::store::Spending;
use soca_domain::limit::{CounterScope, Limits, Measure, Need};

/// The attribute of a measure.
fn attribute(measure: Measure) -> &'static str {
    match measure {
        Measure::Jobs => "jobs",
        Measure::Instances => "instances",
        Measure::Vcpus => "vcpus",
        Measure::HourlyCost => "hourly_cost",
    }
}

const COUNTERS: [&str; 4] = ["jobs", "instances", "vcpus", "hourly_cost"];

/// Adds what a job needs, or takes it away, under a condition of its own.
fn change(scope: &CounterScope, need: &Need, condition: Condition, sign: &str) -> Step {
    let mut condition = condition.marking::<UsageRow>();
    let mut additions = vec![];
    for measure in Measure::ALL {
        let name = attribute(measure);
        condition = condition.number(&format!("{name}_more"), format!("{sign}{}", need.of(measure)));
        additions.push(format!("#{name} :{name}_more"));
    }
    Step::Update(keys::usage(scope), format!("SET {MARK} ADD {}", additions.join(", ")), condition)
}

/// One more job, if the limits hold afterwards.
pub(super) fn take(scope: &CounterScope, limits: &Limits, need: &Need) -> Step {
    let mut rooms = vec![];
    let mut condition = Condition::new("", &COUNTERS);
    for measure in Measure::ALL {
        if let Some(limit) = limits.of(measure) {
            let (name, asked) = (attribute(measure), need.of(measure));
            rooms.push(room(name, limit, asked));
            condition = condition.number(&format!("{name}_room"), i128::from(limit) - i128::from(asked));
        }
    }
    condition.text = rooms.join(" AND ");
    change(scope, need, condition, "")
}

/// A counter that does not exist is 0, which has room unless more is asked for than the limit is.
fn room(name: &str, limit: u64, asked: u64) -> String {
    if asked <= limit {
        format!("(attribute_not_exists(#{name}) OR #{name} <= :{name}_room)")
    } else {
        format!("#{name} <= :{name}_room")
    }
}

/// One job less, if that many are counted: counters never fall below 0.
pub(super) fn give(scope: &CounterScope, need: &Need) -> Step {
    let mut condition = Condition::new("", &COUNTERS);
    let mut counted = vec![];
    // What a job of an older release was not counted in may not be there.
    for measure in Measure::ALL.into_iter().filter(|measure| need.of(*measure) > 0) {
        let name = attribute(measure);
        counted.push(format!("#{name} >= :{name}_less"));
        condition = condition.number(&format!("{name}_less"), need.of(measure));
    }
    condition.text = counted.join(" AND ");
    change(scope, need, condition, "-")
}

/// Adds what was spent to the day's sum.
pub(super) fn spend(spending: &Spending) -> Step {
    let condition = Condition::new("", &["day", "cost"])
        .marking::<ShareRow>()
        .number("day", spending.day)
        .number("cost", spending.cost.0);
    let key = keys::share(spending.project.as_ref(), &spending.owner, spending.day);
    Step::Update(key, format!("SET {MARK}, #day = :day ADD #cost :cost"), condition)
}
