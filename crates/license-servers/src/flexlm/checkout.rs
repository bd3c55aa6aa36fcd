//! lmstat's lines below a feature: who holds licenses, who waits for some, and what is reserved.

use crate::{status::Checkout, text::leading_number};

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Somebody holds licenses.
    Held(Checkout),
    /// The options file reserves some: lmstat's sum has them already.
    Reserved,
    /// Somebody waits for some and holds none.
    Queued,
}

/// Reads one of these, the second with what some vendors add; versions and details in brackets may be missing:
///
/// ```text
///     user host display (v1.0) (server/27000 123), start Thu 10/29 8:09, 29 licenses
///     user host display vendor:data (v1.0) (server/27000 123), start Mon 2/7 11:59, 2 licenses (linger: 3600), PID: 7
///     user host display (v1.0) (server/27000 123) queued for 2 licenses
///     3 RESERVATIONs for GROUP staff (server/27000)
/// ```
///
/// User names with blanks (Windows) cannot be told from the host that follows: the first word is taken. Users of our
/// own nodes have none.
pub(super) fn read(line: &str) -> Option<Line> {
    if !line.starts_with([' ', '\t']) {
        return None;
    }
    let line = line.trim();
    if line.contains(" RESERVATION") && leading_number(line).is_some() {
        return Some(Line::Reserved);
    }
    if line.contains(") queued for ") {
        return Some(Line::Queued);
    }
    let (who, rest) = line.split_once("), start ")?;
    let (who, _server) = who.rsplit_once(" (").filter(|(_, server)| server.contains('/'))?;
    let who = who.rsplit_once(" (v").map_or(who, |(who, _)| who);
    let mut words = who.split_whitespace();
    let (user, host) = (words.next()?, words.next()?);
    let mut parts = rest.split(',');
    let started = parts.next().unwrap_or_default();
    let started = started.split(" (").next().unwrap_or_default().trim();
    let count = parts.find_map(count).unwrap_or(1);
    Some(Line::Held(Checkout {
        user: user.to_owned(),
        host: host.to_owned(),
        count,
        started: (!started.is_empty()).then(|| started.to_owned()),
    }))
}

/// `29 licenses`, whatever follows it.
fn count(part: &str) -> Option<u32> {
    let (number, rest) = leading_number(part.trim())?;
    rest.trim_start().starts_with("license").then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(line: &str) -> (String, String, u32) {
        match read(line) {
            Some(Line::Held(c)) => (c.user, c.host, c.count),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn other_lines_are_no_checkouts() {
        for bad in [
            "",
            "a b c (v1) (s/1 2), start Mon 1/1 1:00",
            "    a (s/1 2), start Mon 1/1 1:00",
            "    floating license",
            "    License file(s) on a: /b/c:",
            "    a b c (v1) (s/1 2)",
            "    ), start ",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn those_who_wait_and_what_is_reserved_hold_nothing() {
        assert_eq!(read("    a b c (v1) (s/1 2) queued for 2 licenses"), Some(Line::Queued));
        assert_eq!(read("      3 RESERVATIONs for GROUP staff (s/27000)"), Some(Line::Reserved));
    }

    #[test]
    fn the_number_is_one_unless_it_is_said() {
        let whole = "\ta b c d:e (v1.0) (s/1 2), start Mon 1/1 1:00, 12 licenses (linger: 99), PID: 4";
        assert_eq!(held(whole), ("a".into(), "b".into(), 12));
        assert_eq!(held("    a b (s.x.org/1 2), start Mon 1/1 1:00 (linger: 9)").2, 1);
        assert_eq!(held("    a b c (v1) (s/1 2), start Mon 1/1 1:00, PID: 77").2, 1);
        assert_eq!(held("    a b c (v1) (s/1 2), start Mon 1/1 1:00, 99999999999 licenses").2, 1);
    }
}
