//! What the state machine's steps get and how they fail.

use serde::Deserialize;
use soca_app::{Error, failure::Thrown};
use soca_domain::StackId;
use soca_runtime::StepFailure;

/// The part of a step's input that all steps have.
#[derive(Debug, Deserialize)]
pub struct StepInput {
    stack: String,
}

impl StepInput {
    /// The stack to work for.
    ///
    /// # Errors
    /// `BAD_STACK_ID` when it is none.
    pub fn stack(&self) -> Result<StackId, StepFailure> {
        self.stack.parse().map_err(|fault: soca_domain::Fault| failure(&fault.into()))
    }
}

/// A use case's error as the state machine sees it. What is not a refusal is logged here, once, with its causes.
pub fn failure(error: &Error) -> StepFailure {
    if !matches!(error, Error::Refused(_)) {
        soca_runtime::log_error(error);
    }
    let Thrown { name, cause } = Thrown::of(error);
    StepFailure { name, cause }
}
