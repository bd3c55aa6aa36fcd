//! Why the twin could not do what was asked: a stable code, a sentence, a remedy, an exit status.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of failure; its number is the program's exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A file or process of this machine failed.
    Machine,
    /// A port is used by somebody else.
    PortTaken,
    /// The emulators are not installed, or not the ones the edges were written for.
    Emulator,
    /// The template could not be deployed.
    Deploy,
    /// A part of the twin ended by itself.
    Died,
    /// The twin is not up.
    NotUp,
    /// A program that is needed has not been built.
    NotBuilt,
    /// An order cannot be carried out.
    Order,
}

impl Kind {
    /// The program's exit status. These numbers are documented: never change one.
    pub fn exit(self) -> u8 {
        match self {
            Kind::Machine => 1,
            Kind::PortTaken => 3,
            Kind::Emulator => 4,
            Kind::Deploy => 5,
            Kind::Died => 6,
            Kind::NotUp => 7,
            Kind::NotBuilt => 8,
            Kind::Order => 9,
        }
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Machine => "MACHINE",
            Kind::PortTaken => "PORT_TAKEN",
            Kind::Emulator => "EMULATOR",
            Kind::Deploy => "DEPLOY_FAILED",
            Kind::Died => "TWIN_DIED",
            Kind::NotUp => "TWIN_NOT_UP",
            Kind::NotBuilt => "NOT_BUILT",
            Kind::Order => "ORDER_REFUSED",
        }
    }
}

/// A failure that is shown to whoever called the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind.
    pub kind: Kind,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Fault {
    /// A failure.
    pub fn new(kind: Kind, message: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault { kind, message: message.into(), remedy: remedy.into() }
    }

    /// A file, process or socket of this machine failed.
    pub fn machine(what: impl fmt::Display, error: impl fmt::Display) -> Fault {
        Fault::new(
            Kind::Machine,
            format!("{what}: {error}."),
            "Look at what the sentence names, then try again.",
        )
    }

    /// The twin is not up.
    pub fn not_up() -> Fault {
        Fault::new(Kind::NotUp, "The twin is not up.", "Start it: cargo xtask up")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}\n  remedy: {}", self.kind.code(), self.message, self.remedy)
    }
}

impl std::error::Error for Fault {}

/// The outcome of most functions here.
pub type Outcome<T> = Result<T, Fault>;
