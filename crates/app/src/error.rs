//! What a use case can fail with.

use crate::ports::{CloudError, StoreError};
use soca_domain::{Code, Fault, JobId};

/// A use case's failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is refused; at least one fault, the first is the answer's headline.
    #[error("refused: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Refused(Vec<Fault>),
    /// A service we need did not answer; the call may be repeated.
    #[error("a service is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// A refusal with one fault.
    pub fn refused(code: Code, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Refused(vec![Fault::new(code, message, remedy)])
    }

    /// The fault to show or record.
    pub fn fault(&self) -> Fault {
        match self {
            Error::Refused(faults) => faults.first().cloned().unwrap_or_else(|| internal("an empty refusal")),
            Error::Unavailable(_) => Fault::new(
                Code::Unavailable,
                "A service that soca needs did not answer.",
                "Try again in a moment; nothing was changed that a repetition would double.",
            ),
            Error::Internal(_) => internal("an internal fault"),
        }
    }
}

fn internal(what: &str) -> Fault {
    Fault::new(
        Code::Internal,
        format!("Something went wrong inside soca ({what})."),
        "Try again; if it stays, give your administrator the request id.",
    )
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Error::Refused(vec![fault])
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(what) => Error::Internal(what),
            StoreError::Conflict { .. } | StoreError::Unavailable(_) => Error::Unavailable(Box::new(error)),
        }
    }
}

impl From<CloudError> for Error {
    fn from(error: CloudError) -> Self {
        match error {
            CloudError::Refused(fault) => Error::Refused(vec![fault]),
            CloudError::Unavailable { .. } => Error::Unavailable(Box::new(error)),
        }
    }
}

/// The one answer to "no such job" and "not yours", so that nobody learns which (P9).
pub fn job_not_found(id: JobId) -> Error {
    Error::refused(Code::JobNotFound, format!("There is no job {id} of yours."), "soca list shows your jobs.")
}
