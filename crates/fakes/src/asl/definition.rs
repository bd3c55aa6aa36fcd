//! The state machine's definition, as its file says it.

use super::document::{Path, Template};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A state machine.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Machine {
    /// For people.
    pub comment: Option<String>,
    /// The first state's name.
    pub start_at: String,
    /// All states by name.
    pub states: BTreeMap<String, State>,
}

/// One state.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "Type")]
pub enum State {
    /// Goes on by what the document says.
    Choice(Choice),
    /// Calls a function.
    Task(Task),
    /// Goes on at once.
    Pass(Simple),
    /// Goes on after a time.
    Wait(Wait),
    /// Ends well.
    Succeed(Nothing),
    /// Ends badly.
    Fail(Fail),
}

/// `Choice`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Choice {
    /// For people.
    pub comment: Option<String>,
    /// Asked in order.
    pub choices: Vec<Rule>,
    /// When none holds.
    pub default: Option<String>,
}

/// One rule of a choice; equality of text is the only comparison we use.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rule {
    /// What is compared.
    pub variable: Path,
    /// With what.
    pub string_equals: String,
    /// Where it leads.
    pub next: String,
}

/// `Task`: a Lambda function, called or called and waited for by token.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Task {
    /// For people.
    pub comment: Option<String>,
    /// How the function is called.
    pub resource: Resource,
    /// Which, and with what.
    pub parameters: Parameters,
    /// Longest time, if it is fixed.
    pub timeout_seconds: Option<u64>,
    /// Longest time, if the document says it.
    pub timeout_seconds_path: Option<Path>,
    /// Where its result goes.
    #[serde(default, deserialize_with = "result_path")]
    pub result_path: ResultPath,
    /// Asked in order.
    #[serde(default)]
    pub retry: Vec<Retrier>,
    /// Asked in order, when no retrier is left.
    #[serde(default)]
    pub catch: Vec<Catcher>,
    /// What follows.
    pub next: Option<String>,
    /// Nothing follows.
    #[serde(default)]
    pub end: bool,
}

/// The two service integrations we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Resource {
    /// The function's answer ends the task.
    #[serde(rename = "arn:aws:states:::lambda:invoke")]
    Invoke,
    /// A call with the task's token ends it; the function's failure does too.
    #[serde(rename = "arn:aws:states:::lambda:invoke.waitForTaskToken")]
    InvokeAndWait,
}

/// What `lambda:invoke` takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Parameters {
    /// The function, as the file names it.
    pub function_name: String,
    /// Its input.
    pub payload: Template,
}

/// A task's longest time.
#[derive(Clone, Debug, PartialEq)]
pub enum Timeout {
    /// So many seconds.
    Seconds(u64),
    /// The document says.
    At(Path),
}

/// Where a result goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ResultPath {
    /// It replaces the document.
    #[default]
    Whole,
    /// Nowhere: the document stays.
    Discard,
    /// Into the document.
    At(Path),
}

fn result_path<'de, D: Deserializer<'de>>(from: D) -> Result<ResultPath, D::Error> {
    Ok(match Option::<Path>::deserialize(from)? {
        None => ResultPath::Discard,
        Some(path) if path.is_root() => ResultPath::Whole,
        Some(path) => ResultPath::At(path),
    })
}

/// One entry of `Retry`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Retrier {
    /// For people.
    pub comment: Option<String>,
    /// Which errors.
    pub error_equals: Vec<String>,
    /// The first pause.
    #[serde(default = "one")]
    pub interval_seconds: f64,
    /// By what pauses grow.
    #[serde(default = "two")]
    pub backoff_rate: f64,
    /// The longest pause.
    pub max_delay_seconds: Option<f64>,
    /// How often.
    #[serde(default = "three")]
    pub max_attempts: u32,
}

fn one() -> f64 {
    1.0
}

fn two() -> f64 {
    2.0
}

fn three() -> u32 {
    3
}

/// One entry of `Catch`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Catcher {
    /// For people.
    pub comment: Option<String>,
    /// Which errors.
    pub error_equals: Vec<String>,
    /// Where error and cause go.
    #[serde(default, deserialize_with = "result_path")]
    pub result_path: ResultPath,
    /// Where it leads.
    pub next: String,
}

/// `Pass`, without any of its transformations.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Simple {
    /// For people.
    pub comment: Option<String>,
    /// What follows.
    pub next: Option<String>,
    /// Nothing follows.
    #[serde(default)]
    pub end: bool,
}

/// `Wait`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Wait {
    /// For people.
    pub comment: Option<String>,
    /// How long.
    pub seconds: u64,
    /// What follows.
    pub next: Option<String>,
    /// Nothing follows.
    #[serde(default)]
    pub end: bool,
}

/// `Succeed`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Nothing {
    /// For people.
    pub comment: Option<String>,
}

/// `Fail`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Fail {
    /// For people.
    pub comment: Option<String>,
    /// The error's name.
    pub error: String,
    /// Why.
    #[serde(default)]
    pub cause: String,
}
