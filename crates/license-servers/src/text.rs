//! Small steps of reading that several servers' formats share.

use crate::kind::ServerKind;
use soca_domain::{Code, Fault};

/// The longest text that is read, in bytes; `lmstat -a` of a large site is about 200 kB.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Refuses what is over the limit.
pub(crate) fn check_size(kind: ServerKind, text: &str) -> Result<(), Fault> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(Fault::new(
        Code::LicenseStatusUnreadable,
        format!("{} printed {} bytes; the limit is {MAX_BYTES}.", kind.program(), text.len()),
        "Ask the server for single features instead of all.",
    ))
}

/// The number a text begins with, and the rest; a number beyond `u32` is none.
pub(crate) fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// The number right after the first `mark`.
pub(crate) fn number_after(text: &str, mark: &str) -> Option<u32> {
    let (_, rest) = text.split_once(mark)?;
    leading_number(rest.trim_start()).map(|(number, _)| number)
}

/// Splits `user@host` at the last `@`, since some user names have one and host names have none.
pub(crate) fn user_at_host(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once('@').filter(|(user, host)| !user.is_empty() && !host.is_empty())
}

/// A line of the server's for a message: at most 120 characters, none of them a control character.
pub(crate) fn quoted(line: &str) -> String {
    line.trim().chars().filter(|c| !c.is_control()).take(120).collect()
}

/// Whether a text has one of these phrases, whatever their case; the phrases are in lower case.
pub(crate) fn says(text: &str, phrases: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    phrases.iter().any(|phrase| lower.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_none_are_none() {
        for bad in ["", "x1", "-1", "4294967296", " 1"] {
            assert_eq!(leading_number(bad), None, "{bad}");
        }
        assert_eq!(leading_number("12é"), Some((12, "é")));
        assert_eq!(number_after("count: 5, inuse: 3", "inuse:"), Some(3));
        assert_eq!(number_after("count: 5", "inuse:"), None);
    }

    #[test]
    fn a_quoted_line_has_no_control_characters_and_an_end() {
        assert_eq!(quoted(" a\u{7}b\t "), "ab");
        assert_eq!(quoted(&"é".repeat(500)).chars().count(), 120);
    }

    #[test]
    fn a_user_or_a_host_alone_is_nobody() {
        for bad in ["", "@", "a@", "@b", "ab"] {
            assert_eq!(user_at_host(bad), None, "{bad}");
        }
        assert_eq!(user_at_host("a@x.org@b"), Some(("a@x.org", "b")));
    }
}
