//! Collects faults and warnings with their places.

use soca_domain::{Code, Fault, id::shorten};

/// The most faults, and the most warnings, that one file is told about; more help nobody.
const MAX_MESSAGES: usize = 100;

/// Something that is read otherwise than its writer may think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The key concerned, as written.
    pub name: String,
    /// One sentence in the administrator's words.
    pub message: String,
}

/// A place in a file, and the key that it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'a> {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) name: &'a str,
}

/// What there is to say about a file so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    faults: Vec<Fault>,
    warnings: Vec<Warning>,
}

impl Report {
    /// Notes a fault at a place.
    pub(crate) fn fault(&mut self, spot: Spot<'_>, fault: Fault) {
        if self.faults.len() < MAX_MESSAGES {
            self.faults.push(fault.at(spot.line, spot.column, shorten(spot.name)));
        }
    }

    /// Notes that a value cannot be used: `BAD_VALUE`.
    pub(crate) fn bad_value(&mut self, spot: Spot<'_>, message: String, remedy: &str) {
        self.fault(spot, Fault::new(Code::BadValue, message, remedy));
    }

    /// Notes that the file is not of its form: `CONFIG_UNREADABLE`.
    pub(crate) fn unreadable(&mut self, spot: Spot<'_>, message: String, remedy: &str) {
        self.fault(spot, Fault::new(Code::ConfigUnreadable, message, remedy));
    }

    /// Notes a warning at a place.
    pub(crate) fn warn(&mut self, spot: Spot<'_>, message: impl Into<String>) {
        if self.warnings.len() < MAX_MESSAGES {
            let Spot { line, column, name } = spot;
            self.warnings.push(Warning { line, column, name: shorten(name), message: message.into() });
        }
    }

    /// The warnings in order of place, or the faults if there are any.
    pub(crate) fn into_result(mut self) -> Result<Vec<Warning>, Vec<Fault>> {
        if self.faults.is_empty() {
            self.warnings.sort_by_key(|w| (w.line, w.column));
            return Ok(self.warnings);
        }
        self.faults.sort_by_key(|fault| fault.place.as_ref().map(|place| (place.line, place.column)));
        Err(self.faults)
    }
}
