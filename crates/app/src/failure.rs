//! How a use case's error crosses the state machine: out of a Lambda function, through a Catch, into the teardown.
//!
//! Both directions live here, so that what a function throws is what the teardown reads.

use crate::{error::Error, teardown_stack::Failure};
use serde::Deserialize;
use soca_domain::Fault;

/// What the teardown step throws while the stack still exists; the state machine waits and calls it again.
pub const STACK_STILL_THERE: &str = "STACK_STILL_THERE";

/// What the state machine calls a step's time being over.
const TIMEOUT: &str = "States.Timeout";

/// An error as the state machine sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    /// The error's name, which Retry and Catch match: a fault's code.
    pub name: String,
    /// The fault as JSON.
    pub cause: String,
}

impl Thrown {
    /// What a function throws when its use case fails.
    pub fn of(error: &Error) -> Thrown {
        let fault = error.fault();
        let cause = serde_json::to_string(&fault).unwrap_or_else(|_| fault.message.clone());
        Thrown { name: fault.code.as_str().to_owned(), cause }
    }
}

/// The cause that Lambda makes of a function's error.
#[derive(Deserialize)]
struct LambdaCause {
    #[serde(rename = "errorMessage")]
    message: String,
}

impl Failure {
    /// What a Catch caught. The cause is a fault as JSON, Lambda's wrapping of one, or anything else.
    pub fn from_catch(error: &str, cause: &str) -> Failure {
        if error == TIMEOUT {
            return Failure::Timeout;
        }
        let wrapped = || serde_json::from_str::<LambdaCause>(cause).ok();
        let fault = serde_json::from_str::<Fault>(cause)
            .ok()
            .or_else(|| wrapped().and_then(|w| serde_json::from_str(&w.message).ok()));
        fault.map_or_else(|| Failure::Other(error.to_owned(), cause.to_owned()), Failure::Fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use soca_domain::Code;

    #[test]
    fn what_a_function_throws_is_what_the_teardown_reads() {
        let error = Error::refused(Code::ImageUnusable, "There is no \"such\" image.", "Name another.");
        let thrown = Thrown::of(&error);
        assert_eq!(thrown.name, "IMAGE_UNUSABLE");
        assert_eq!(Failure::from_catch(&thrown.name, &thrown.cause), Failure::Fault(error.fault()));
        let wrapped = serde_json::json!({ "errorType": thrown.name, "errorMessage": thrown.cause });
        assert_eq!(Failure::from_catch(&thrown.name, &wrapped.to_string()), Failure::Fault(error.fault()));
    }

    #[test]
    fn errors_without_a_fault_keep_their_name() {
        assert_eq!(Failure::from_catch("States.Timeout", ""), Failure::Timeout);
        let crash = Failure::from_catch("Runtime.ExitError", r#"{"errorMessage":"signal: killed"}"#);
        assert!(matches!(crash, Failure::Other(name, _) if name == "Runtime.ExitError"));
        assert_eq!(Thrown::of(&Error::Internal("x".into())).name, "INTERNAL");
        assert_eq!(Thrown::of(&Error::Unavailable("x".into())).name, "UNAVAILABLE");
    }
}
