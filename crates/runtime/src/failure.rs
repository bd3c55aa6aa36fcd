//! A function's failure with the name that the state machine matches in Retry and Catch.
//!
//! Lambda's own default name is the Rust type's, which is not stable; ours are error codes.

use lambda_runtime::Diagnostic;

/// How a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFailure {
    /// The stable name.
    pub name: String,
    /// The cause, as the Catch sees it.
    pub cause: String,
}

impl From<StepFailure> for Diagnostic {
    fn from(failure: StepFailure) -> Self {
        Diagnostic { error_type: failure.name, error_message: failure.cause }
    }
}

impl std::fmt::Display for StepFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.cause)
    }
}

impl std::error::Error for StepFailure {}
