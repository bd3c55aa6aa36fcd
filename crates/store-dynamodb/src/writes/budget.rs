//! Projects' accounts. Every change is one conditional update of one row, so that no race overspends a budget (P4).

use super::{Condition, MARK, Step};
use crate::{keys, rows::AccountRow};
use soca_domain::{MicroUsd, ProjectName, ledger::overdraft};

/// Holds so much, if what is held and spent stays within the limit.
pub(super) fn hold(project: &ProjectName, amount: MicroUsd, limit: Option<MicroUsd>) -> Step {
    let mut condition = Condition::new("", &["held", "committed"]);
    if let Some(limit) = limit {
        condition = condition.number("room", i128::from(limit.0) - i128::from(amount.0));
        let none_yet = if amount <= limit { "attribute_not_exists(#committed) OR " } else { "" };
        condition.text = format!("{none_yet}#committed <= :room");
    }
    let condition = condition.marking::<AccountRow>().number("more", amount.0);
    Step::Update(keys::account(project), format!("SET {MARK} ADD #held :more, #committed :more"), condition)
}

/// Gives a hold back, if that much is held, and notes what was spent.
pub(super) fn settle(project: &ProjectName, held: MicroUsd, cost: MicroUsd) -> Step {
    let mut condition = Condition::new("", &["held", "committed", "spent", "overdrawn"]);
    if held > MicroUsd(0) {
        "#held >= :held".clone_into(&mut condition.text);
        condition = condition.number("held", held.0);
    }
    let difference = i128::from(cost.0) - i128::from(held.0);
    let condition = condition
        .marking::<AccountRow>()
        .number("less", -i128::from(held.0))
        .number("cost", cost.0)
        .number("over", overdraft(held, cost).0)
        .number("difference", difference);
    let update = "ADD #held :less, #spent :cost, #overdrawn :over, #committed :difference";
    Step::Update(keys::account(project), format!("SET {MARK} {update}"), condition)
}
