//! Why a command could not do what was asked, in the form of the API's own refusals.

use soca_domain::Fault;
use soca_wire::api::{ErrorBody, ErrorDetail, Place};
use std::io;

/// The status of a refusal.
pub const FAILED: u8 = 1;
/// The status of a command line that cannot be read.
pub const USAGE: u8 = 2;

/// A code, a sentence and a remedy, wherever it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What there is to say.
    pub body: ErrorBody,
    /// The script that places are about.
    pub file: Option<String>,
    /// The status of the API's answer, if it was one.
    pub http: Option<u16>,
    /// What the program's exit status becomes.
    pub exit: u8,
}

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// It was refused, here or by the API.
    Refused(Box<Refusal>),
    /// Its output could not be written.
    Output(io::Error),
}

impl Failure {
    /// A refusal of this program's own.
    pub fn new(code: &str, message: impl Into<String>, remedy: impl Into<String>) -> Failure {
        let body = ErrorBody {
            code: code.into(),
            message: message.into(),
            remedy: remedy.into(),
            request_id: None,
            place: None,
            more: Vec::new(),
        };
        Failure::of_body(body, None)
    }

    /// A command line that cannot be read.
    pub fn usage(message: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure::new("USAGE", message, remedy).exiting(USAGE)
    }

    /// A refusal with a body and, if the API sent it, its status.
    pub fn of_body(body: ErrorBody, http: Option<u16>) -> Failure {
        Failure::Refused(Box::new(Refusal { body, file: None, http, exit: FAILED }))
    }

    /// What the reader of a script found wrong with it; the first fault leads.
    pub fn of_faults(faults: Vec<Fault>) -> Failure {
        let mut details = faults.into_iter().map(detail);
        let Some(first) = details.next() else {
            return Failure::new(
                "INTERNAL",
                "The script was refused without a reason.",
                "Report this as a bug.",
            );
        };
        let ErrorDetail { code, message, remedy, place } = first;
        Failure::of_body(
            ErrorBody { code, message, remedy, request_id: None, place, more: details.collect() },
            None,
        )
    }

    /// The same refusal, about a script of this name.
    pub fn about(mut self, file: &str) -> Failure {
        if let Failure::Refused(refusal) = &mut self {
            refusal.file = Some(file.into());
        }
        self
    }

    /// The same refusal with another exit status.
    pub fn exiting(mut self, status: u8) -> Failure {
        if let Failure::Refused(refusal) = &mut self {
            refusal.exit = status;
        }
        self
    }

    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Failure::Refused(refusal) => Some(refusal),
            Failure::Output(_) => None,
        }
    }

    /// The code; empty when only the output failed.
    pub fn code(&self) -> &str {
        self.refusal().map_or("", |refusal| &refusal.body.code)
    }
}

fn detail(fault: Fault) -> ErrorDetail {
    let place = fault.place.map(|p| Place { line: p.line, column: p.column, name: p.name });
    ErrorDetail { code: fault.code.as_str().into(), message: fault.message, remedy: fault.remedy, place }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::of_faults(vec![fault])
    }
}
