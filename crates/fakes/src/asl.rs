//! A small interpreter of the Amazon States Language: exactly what our state machine uses, and nothing else.
//!
//! [`Machine::parse`] reads the very file that is deployed; a field, state type or function that it does not know is
//! an error, so that a new feature in the file fails a test instead of being passed over. [`Execution`] is a pure
//! state machine: it says what it wants ([`Command`]) and is told what happened ([`Happened`]); whoever drives it
//! owns the clock and calls the functions.

mod definition;
mod document;
mod execution;
mod parse;

pub use definition::{Catcher, Choice, Machine, ResultPath, Retrier, Rule, State, Task, Timeout};
pub use execution::{Command, Execution, Failed, Happened, Passed, Status};
pub use parse::NotUnderstood;
