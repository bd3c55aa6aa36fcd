//! Why a script could not be started or its output not be written, as the protocol names it.

use soca_wire::agent::End;
use std::fmt;
use std::io;

/// The longest message that is reported.
const LONGEST: usize = 300;

/// The two stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The script never ran.
    CannotStart,
    /// Something that belongs to the script could not be written.
    DiskFull,
}

impl Code {
    /// As it goes over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::CannotStart => "CANNOT_START",
            Code::DiskFull => "DISK_FULL",
        }
    }
}

/// A code and one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which it is.
    pub code: Code,
    /// One sentence for the job's owner.
    pub message: String,
}

impl Fault {
    /// The script cannot be started, for this reason.
    pub fn cannot_start(message: impl Into<String>) -> Fault {
        Fault { code: Code::CannotStart, message: message.into() }
    }

    /// A failed operation before the script's start: a full disk is told apart from everything else.
    pub fn from_io(what: &str, error: &io::Error) -> Fault {
        let code = if is_full(error) { Code::DiskFull } else { Code::CannotStart };
        Fault { code, message: format!("{what}: {error}.") }
    }

    /// A failed write of output, whatever the error.
    pub fn output(what: &str, error: &io::Error) -> Fault {
        Fault { code: Code::DiskFull, message: format!("{what}: {error}.") }
    }

    /// As it is reported.
    pub fn into_end(self) -> End {
        let mut message = self.message;
        if let Some((cut, _)) = message.char_indices().nth(LONGEST) {
            message.truncate(cut);
        }
        End::Broken { code: self.code.as_str().to_owned(), message }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

/// Whether the error says that there is no more room: disk, quota or file size.
pub fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart() {
        let full = io::Error::from_raw_os_error(nix::errno::Errno::ENOSPC as i32);
        let absent = io::Error::from_raw_os_error(nix::errno::Errno::ENOENT as i32);
        assert_eq!(Fault::from_io("x", &full).code, Code::DiskFull);
        assert_eq!(Fault::from_io("x", &absent).code, Code::CannotStart);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let End::Broken { message, .. } = Fault::cannot_start("é".repeat(1000)).into_end() else {
            panic!("broken")
        };
        assert_eq!(message.chars().count(), LONGEST);
    }
}
