//! A project's settings by key, as `soca project set` takes them.

use crate::failure::Failure;
use soca_domain::{MicroUsd, id::shorten, instance_type::nearest};
use soca_wire::api::{ProjectBudget, ProjectSettings};

/// Every key.
const KEYS: [&str; 5] = ["description", "budget", "budget_kind", "shares", "members"];

/// A project without rules.
pub fn open(name: &str) -> ProjectSettings {
    ProjectSettings {
        name: name.to_owned(),
        description: String::new(),
        budget: None,
        shares: 1,
        members: vec![],
    }
}

/// Sets `KEY=VALUE` after `KEY=VALUE`; an empty value clears.
///
/// # Errors
/// It is not of this form, there is no such key, or the value is not of its kind.
pub fn apply(to: &mut ProjectSettings, settings: &[String]) -> Result<(), Failure> {
    for setting in settings {
        let Some((key, value)) = setting.split_once('=') else {
            return Err(Failure::usage(
                format!("\"{}\" is not of the form KEY=VALUE.", shorten(setting)),
                "Write for example budget=500, or budget= for no budget.",
            ));
        };
        set(to, key, value.trim())?;
    }
    Ok(())
}

fn set(to: &mut ProjectSettings, key: &str, value: &str) -> Result<(), Failure> {
    match key {
        "description" => value.clone_into(&mut to.description),
        "budget" if value.is_empty() => to.budget = None,
        "budget" => {
            let hard = to.budget.is_none_or(|budget| budget.hard);
            to.budget = Some(ProjectBudget { amount_micro_usd: dollars(value)?, hard });
        }
        "budget_kind" => {
            let hard = kind(value)?;
            let Some(budget) = &mut to.budget else {
                return Err(Failure::usage(
                    "The project has no budget of which to say the kind.",
                    "Give one first: budget=500 budget_kind=warn.",
                ));
            };
            budget.hard = hard;
        }
        "shares" => to.shares = if value.is_empty() { 1 } else { whole(value)? },
        "members" => {
            let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
            to.members = names.map(str::to_owned).collect();
        }
        other => return Err(unknown(other)),
    }
    Ok(())
}

fn dollars(value: &str) -> Result<u64, Failure> {
    let amount = MicroUsd::parse_usd(value.trim_start_matches('$'));
    amount.map(|amount| amount.0).ok_or_else(|| {
        Failure::usage(
            format!("\"{}\" is no amount of US dollars.", shorten(value)),
            "Write for example budget=500 or budget=12.50.",
        )
    })
}

fn kind(value: &str) -> Result<bool, Failure> {
    match value {
        "hard" | "" => Ok(true),
        "warn" => Ok(false),
        other => Err(Failure::usage(
            format!("\"{}\" is no kind of budget.", shorten(other)),
            "Write hard, which keeps jobs from starting that it cannot pay, or warn, which only shows it.",
        )),
    }
}

fn whole(value: &str) -> Result<u32, Failure> {
    value.parse().map_err(|_| {
        Failure::usage(format!("\"{}\" is no whole number.", shorten(value)), "Write for example shares=2.")
    })
}

fn unknown(key: &str) -> Failure {
    let near = nearest(key, KEYS.iter().copied(), 1);
    let remedy = match near.first() {
        Some(near) => format!("Did you mean {near}?"),
        None => format!("The keys are {}.", KEYS.join(", ")),
    };
    Failure::usage(format!("A project has no setting \"{}\".", shorten(key)), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_all(settings: &[&str]) -> Result<ProjectSettings, Failure> {
        let mut project = open("wing");
        let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
        apply(&mut project, &settings).map(|()| project)
    }

    #[test]
    fn keys_are_set_and_cleared() {
        let set =
            set_all(&["budget=$12.5", "budget_kind=warn", "shares=3", "members=ada, group:cfd"]).unwrap();
        assert_eq!(set.budget, Some(ProjectBudget { amount_micro_usd: 12_500_000, hard: false }));
        assert_eq!((set.shares, set.members), (3, vec!["ada".to_owned(), "group:cfd".to_owned()]));
        let raised = set_all(&["budget=1", "budget_kind=warn", "budget=2"]).unwrap();
        assert!(!raised.budget.unwrap().hard, "a new amount keeps the kind");
        assert_eq!(set_all(&["budget=5", "budget=", "shares="]).unwrap(), open("wing"));
    }

    #[test]
    fn slips_are_told_with_what_to_write_p11() {
        let wrong = [
            "budget",
            "budget=-5",
            "budget=1e3",
            "budget_kind=warn",
            "budget_kind=soft",
            "shares=x",
            "bugdet=5",
        ];
        for setting in wrong {
            assert!(set_all(&[setting]).is_err(), "{setting}");
        }
        let near = format!("{:?}", set_all(&["bugdet=5"]).unwrap_err());
        assert!(near.contains("Did you mean budget?"), "{near}");
    }
}
