//! Reading and checking a definition.

use super::{
    definition::{Catcher, Machine, State, Task, Timeout},
    execution::ALL,
};
use std::collections::BTreeSet;

/// Why a definition is not understood.
#[derive(Debug)]
pub struct NotUnderstood(pub String);

impl std::fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotUnderstood {}

impl Machine {
    /// Reads a definition.
    ///
    /// # Errors
    /// Whatever it says that this interpreter does not know, a state that is not there or that nothing leads to.
    pub fn parse(text: &str) -> Result<Machine, NotUnderstood> {
        let machine: Machine = serde_json::from_str(text).map_err(|e| NotUnderstood(e.to_string()))?;
        machine.check().map_err(NotUnderstood)?;
        Ok(machine)
    }

    fn check(&self) -> Result<(), String> {
        for (name, state) in &self.states {
            check_state(state).map_err(|what| format!("{name}: {what}"))?;
        }
        let mut reached = BTreeSet::new();
        let mut open = vec![self.start_at.as_str()];
        while let Some(name) = open.pop() {
            let state = self.states.get(name).ok_or_else(|| format!("there is no state {name}"))?;
            if reached.insert(name) {
                open.extend(state.leads_to());
            }
        }
        match self.states.keys().find(|name| !reached.contains(name.as_str())) {
            Some(island) => Err(format!("nothing leads to {island}")),
            None => Ok(()),
        }
    }
}

impl State {
    /// The states that may follow.
    pub fn leads_to(&self) -> Vec<&str> {
        match self {
            State::Choice(choice) => {
                let chosen = choice.choices.iter().map(|rule| rule.next.as_str());
                chosen.chain(choice.default.as_deref()).collect()
            }
            State::Task(task) => {
                let caught = task.catch.iter().map(|catcher| catcher.next.as_str());
                caught.chain(task.next.as_deref()).collect()
            }
            State::Pass(simple) => simple.next.as_deref().into_iter().collect(),
            State::Wait(wait) => wait.next.as_deref().into_iter().collect(),
            State::Succeed(_) | State::Fail(_) => vec![],
        }
    }
}

impl Task {
    /// Its longest time, if it has one.
    pub fn timeout(&self) -> Option<Timeout> {
        let fixed = self.timeout_seconds.map(Timeout::Seconds);
        fixed.or_else(|| self.timeout_seconds_path.clone().map(Timeout::At))
    }
}

fn check_state(state: &State) -> Result<(), String> {
    let goes_on = |next: &Option<String>, end: bool| match (next, end) {
        (Some(_), false) | (None, true) => Ok(()),
        _ => Err("it needs either Next or End".to_owned()),
    };
    match state {
        State::Task(task) => {
            goes_on(&task.next, task.end)?;
            if task.timeout_seconds.is_some() && task.timeout_seconds_path.is_some() {
                return Err("it has two timeouts".into());
            }
            let retries: Vec<_> = task.retry.iter().map(|r| r.error_equals.as_slice()).collect();
            let catches: Vec<_> = task.catch.iter().map(|c: &Catcher| c.error_equals.as_slice()).collect();
            check_names(&retries)?;
            check_names(&catches)
        }
        State::Pass(simple) => goes_on(&simple.next, simple.end),
        State::Wait(wait) => goes_on(&wait.next, wait.end),
        State::Choice(_) | State::Succeed(_) | State::Fail(_) => Ok(()),
    }
}

/// `States.ALL` stands alone and last; the only other name of the language's own that we know is `States.Timeout`.
fn check_names(lists: &[&[String]]) -> Result<(), String> {
    for (place, names) in lists.iter().enumerate() {
        let all = names.iter().any(|name| name == ALL);
        if names.is_empty() || (all && (names.len() > 1 || place + 1 < lists.len())) {
            return Err(format!("the errors {names:?} cannot stand here"));
        }
        let known = |name: &String| !name.starts_with("States.") || name == ALL || name == "States.Timeout";
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            return Err(format!("the error {unknown} is not understood"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_refused() {
        let machine = |state: &str| format!(r#"{{"StartAt":"A","States":{{"A":{state}}}}}"#);
        assert!(Machine::parse(&machine(r#"{"Type":"Pass","End":true}"#)).is_ok());
        let bad = [
            r#"{"Type":"Map","End":true}"#,
            r#"{"Type":"Pass","End":true,"Result":1}"#,
            r#"{"Type":"Pass"}"#,
            r#"{"Type":"Pass","Next":"B"}"#,
            r#"{"Type":"Wait","SecondsPath":"$.x","End":true}"#,
            r#"{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"A"}]}"#,
            r#"{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{},"End":true}"#,
        ];
        for state in bad {
            assert!(Machine::parse(&machine(state)).is_err(), "{state}");
        }
    }
}
