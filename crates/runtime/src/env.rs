//! Typed settings from environment variables; a missing one stops the function when it starts, not when it is needed.

use std::str::FromStr;

/// A variable that is missing or cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("environment variable {name} {what}")]
pub struct EnvError {
    name: &'static str,
    what: &'static str,
}

/// A variable that must be there and not be empty.
pub fn required(name: &'static str) -> Result<String, EnvError> {
    text(name).ok_or(EnvError { name, what: "is missing" })
}

/// A variable that may be missing or empty.
pub fn text(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A word of a few that must be there.
pub fn word<T: FromStr>(name: &'static str) -> Result<T, EnvError> {
    required(name)?.parse().map_err(|_| EnvError { name, what: "is none of the words it may be" })
}

/// A number that must be there.
pub fn number<T: FromStr>(name: &'static str) -> Result<T, EnvError> {
    required(name)?.parse().map_err(|_| EnvError { name, what: "is no such number" })
}
