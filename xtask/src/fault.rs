//! Why a verb could not do what was asked: a stable code, a sentence, a remedy, an exit status.

use std::fmt;

/// A failure, or an exit status that is somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A failure of this program's own.
    Own {
        /// The stable code.
        code: &'static str,
        /// One sentence.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A program that was called has already said what is wrong.
    Told(u8),
}

impl Fault {
    /// A failure.
    pub fn new(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault::Own { code, message: message.into(), remedy: remedy.into() }
    }

    /// A file or process of this machine failed.
    pub fn machine(what: impl fmt::Display, error: impl fmt::Display) -> Fault {
        Fault::new("MACHINE", format!("{what}: {error}."), "Look at what the sentence names, then try again.")
    }

    /// The program's exit status.
    pub fn exit(&self) -> u8 {
        match self {
            Fault::Own { .. } => 1,
            Fault::Told(status) => *status,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Own { code, message, remedy } => write!(f, "error[{code}]: {message}\n  remedy: {remedy}"),
            Fault::Told(_) => Ok(()),
        }
    }
}

/// The outcome of most functions here.
pub type Outcome<T> = Result<T, Fault>;
