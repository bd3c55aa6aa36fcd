//! Lambda glue: settings from the environment, logs, and errors that the state machine can match.
//!
//! Knows nothing of soca: each function's `main` puts ports and use cases together.

mod clock;
mod env;
mod failure;
mod logs;
mod request_id;

pub use clock::now_ms;
pub use env::{EnvError, number, required, text, word};
pub use failure::StepFailure;
pub use logs::{log_error, start_logs};
pub use request_id::with_request_id;

/// What every `main` answers.
pub type Outcome = Result<(), lambda_runtime::Error>;
