//! One execution: says what it wants, is told what happened.

use super::definition::{Catcher, Machine, Resource, ResultPath, Retrier, State, Task, Timeout};
use serde_json::{Value, json};
use std::sync::Arc;

/// Matches every error that may be caught.
pub(super) const ALL: &str = "States.ALL";
/// A fault of the definition itself; nothing catches it.
const RUNTIME: &str = "States.Runtime";
/// A task's time was over.
const TIMEOUT: &str = "States.Timeout";

/// A failure, as Retry and Catch see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Its name.
    pub error: String,
    /// Why.
    pub cause: String,
}

/// What the execution wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Call a function; answer with [`Happened::Returned`].
    Invoke {
        /// Which call this is.
        visit: u64,
        /// The function, as the definition names it.
        function: String,
        /// Its input.
        payload: Value,
        /// After so many seconds without an end, say [`Happened::TimedOut`].
        timeout_seconds: Option<u64>,
    },
    /// Say [`Happened::Woke`] after so many seconds.
    Sleep {
        /// Which pause this is.
        visit: u64,
        /// How long.
        seconds: f64,
    },
    /// It is over.
    End(Result<Value, Failed>),
}

/// What happened. News of an older visit is ignored.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// A function returned, or failed.
    Returned(u64, Result<Value, Failed>),
    /// Somebody called back with the visit's token.
    Answered(u64, Result<Value, Failed>),
    /// The visit's time is over.
    TimedOut(u64),
    /// The pause is over.
    Woke(u64),
}

/// One thing an execution passed; the walk of the state machine's test collects them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passed {
    /// A state was entered.
    Entered(String),
    /// A state's n-th retrier let it try again.
    Retried(String, usize),
    /// A state's n-th catcher caught.
    Caught(String, usize),
}

/// How an execution stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Under way.
    Running,
    /// Over, well or badly.
    Ended(Result<Value, Failed>),
    /// Stopped from outside.
    Aborted,
}

/// An execution.
#[derive(Clone, Debug)]
pub struct Execution {
    machine: Arc<Machine>,
    name: String,
    state: String,
    document: Value,
    /// How often each of the state's retriers has been used.
    retries: Vec<u32>,
    /// Counts calls and pauses.
    visit: u64,
    status: Status,
    /// What it passed, in order.
    pub passed: Vec<Passed>,
}

impl Execution {
    /// Starts one.
    pub fn start(machine: Arc<Machine>, name: &str, input: Value) -> (Execution, Command) {
        let state = machine.start_at.clone();
        let (name, retries, passed) = (name.to_owned(), vec![], vec![]);
        let status = Status::Running;
        let mut new = Execution { machine, name, state, document: input, retries, visit: 0, status, passed };
        let first = new.state.clone();
        let command = new.enter(first);
        (new, command)
    }

    /// How it stands.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The state it is in, or was last in.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The document as it stands.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Stops it.
    pub fn abort(&mut self) {
        if self.status == Status::Running {
            self.status = Status::Aborted;
        }
    }

    /// Tells it what happened; `None` when that changes nothing.
    pub fn hear(&mut self, what: Happened) -> Option<Command> {
        let visit = match &what {
            Happened::Returned(v, _)
            | Happened::Answered(v, _)
            | Happened::TimedOut(v)
            | Happened::Woke(v) => *v,
        };
        if self.status != Status::Running || visit != self.visit {
            return None;
        }
        let machine = Arc::clone(&self.machine);
        match (machine.states.get(&self.state)?, what) {
            (State::Task(task), Happened::Returned(_, Ok(value))) if task.resource == Resource::Invoke => {
                // The service integration wraps what the function returned.
                Some(self.done(task, json!({ "Payload": value })))
            }
            (State::Task(_), Happened::Returned(_, Ok(_))) => None,
            (State::Task(task), Happened::Answered(_, Ok(value)))
                if task.resource == Resource::InvokeAndWait =>
            {
                Some(self.done(task, value))
            }
            (State::Task(_), Happened::Answered(..)) if !self.waits_for_token() => None,
            (State::Task(task), Happened::Returned(_, Err(failed)) | Happened::Answered(_, Err(failed))) => {
                Some(self.failed(task, failed))
            }
            (State::Task(task), Happened::TimedOut(_)) => {
                Some(self.failed(task, Failed { error: TIMEOUT.into(), cause: String::new() }))
            }
            (State::Task(task), Happened::Woke(_)) => Some(self.invoke(task)),
            (State::Wait(wait), Happened::Woke(_)) => Some(self.go_on(wait.next.as_deref())),
            _ => None,
        }
    }

    fn waits_for_token(&self) -> bool {
        matches!(self.machine.states.get(&self.state), Some(State::Task(t)) if t.resource == Resource::InvokeAndWait)
    }

    fn enter(&mut self, mut next: String) -> Command {
        let machine = Arc::clone(&self.machine);
        loop {
            self.passed.push(Passed::Entered(next.clone()));
            self.state = next;
            self.retries.clear();
            match &machine.states[&self.state] {
                State::Task(task) => {
                    self.retries = vec![0; task.retry.len()];
                    return self.invoke(task);
                }
                State::Wait(wait) => {
                    return self.sleep(f64::from(u32::try_from(wait.seconds).unwrap_or(u32::MAX)));
                }
                State::Succeed(_) => return self.end(Ok(self.document.clone())),
                State::Fail(fail) => {
                    return self.end(Err(Failed { error: fail.error.clone(), cause: fail.cause.clone() }));
                }
                State::Pass(pass) => match &pass.next {
                    Some(name) => next = name.clone(),
                    None => return self.end(Ok(self.document.clone())),
                },
                State::Choice(choice) => {
                    let holds = |rule: &&super::Rule| {
                        let found = rule.variable.get(&self.document, &Value::Null);
                        found.and_then(Value::as_str) == Some(&rule.string_equals)
                    };
                    let chosen = choice.choices.iter().find(holds).map(|rule| &rule.next);
                    match chosen.or(choice.default.as_ref()) {
                        Some(name) => next = name.clone(),
                        None => return self.end(Err(runtime("no choice holds"))),
                    }
                }
            }
        }
    }

    fn go_on(&mut self, next: Option<&str>) -> Command {
        match next {
            Some(name) => self.enter(name.to_owned()),
            None => self.end(Ok(self.document.clone())),
        }
    }

    fn invoke(&mut self, task: &Task) -> Command {
        self.visit += 1;
        let context = json!({ "Task": { "Token": format!("{}#{}", self.name, self.visit) } });
        let payload = match task.parameters.payload.render(&self.document, &context) {
            Ok(payload) => payload,
            Err(path) => return self.end(Err(runtime(&format!("{path} leads nowhere")))),
        };
        let timeout_seconds = match task.timeout() {
            None => None,
            Some(Timeout::Seconds(seconds)) => Some(seconds),
            Some(Timeout::At(path)) => match path.get(&self.document, &context).and_then(Value::as_u64) {
                Some(seconds) if seconds > 0 => Some(seconds),
                _ => return self.end(Err(runtime("a timeout is no number"))),
            },
        };
        let function = task.parameters.function_name.clone();
        Command::Invoke { visit: self.visit, function, payload, timeout_seconds }
    }

    fn sleep(&mut self, seconds: f64) -> Command {
        self.visit += 1;
        Command::Sleep { visit: self.visit, seconds }
    }

    fn done(&mut self, task: &Task, result: Value) -> Command {
        self.put(&task.result_path, result);
        self.go_on(task.next.as_deref())
    }

    fn put(&mut self, path: &ResultPath, value: Value) {
        match path {
            ResultPath::Whole => self.document = value,
            ResultPath::Discard => {}
            ResultPath::At(path) => path.set(&mut self.document, value),
        }
    }

    /// The first retrier that names the error decides about retrying, then the first catcher about going on.
    fn failed(&mut self, task: &Task, failed: Failed) -> Command {
        let retrier = task.retry.iter().position(|r| matches(&r.error_equals, &failed.error));
        if let Some(place) = retrier
            && self.retries[place] < task.retry[place].max_attempts
        {
            let seconds = task.retry[place].pause(self.retries[place]);
            self.retries[place] += 1;
            self.passed.push(Passed::Retried(self.state.clone(), place));
            return self.sleep(seconds);
        }
        let caught = |c: &Catcher| matches(&c.error_equals, &failed.error);
        let Some(place) = task.catch.iter().position(caught) else { return self.end(Err(failed)) };
        self.passed.push(Passed::Caught(self.state.clone(), place));
        let catcher = &task.catch[place];
        self.put(&catcher.result_path, json!({ "Error": failed.error, "Cause": failed.cause }));
        self.enter(catcher.next.clone())
    }

    fn end(&mut self, result: Result<Value, Failed>) -> Command {
        self.status = Status::Ended(result.clone());
        Command::End(result)
    }
}

impl Retrier {
    /// The pause before the retry after `used` of them.
    pub fn pause(&self, used: u32) -> f64 {
        let grown = self.interval_seconds * self.backoff_rate.powf(f64::from(used));
        self.max_delay_seconds.map_or(grown, |most| grown.min(most))
    }
}

fn matches(names: &[String], error: &str) -> bool {
    names.iter().any(|name| name == error || (name == ALL && error != RUNTIME))
}

fn runtime(cause: &str) -> Failed {
    Failed { error: RUNTIME.into(), cause: cause.to_owned() }
}
