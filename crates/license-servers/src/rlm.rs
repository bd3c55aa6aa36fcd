//! Reprise License Manager: what `rlmutil rlmstat -a` prints, versions 9 to 15.
//!
//! The form is that of the *RLM License Administration* manual, section "rlmstat". After the state of the servers
//! comes a list of pools, two lines or one for each product and version, then a list of checkouts. Reserved licenses
//! are "not generally available" (the manual, on `rlmstat -avail`), so they are kept apart from those that are free.

use crate::{
    reading::{Pool, Reading},
    status::{Checkout, Total},
    text::{leading_number, number_after, quoted, says, user_at_host},
};

/// What rlmstat prints, in lower case, where a server does not answer.
const DOWN: &[&str] = &[
    "error connecting to",
    "error communicating with",
    "cannot connect to",
    "can't connect to",
    "connection refused",
    "connection attempted to host",
    "no such host",
    "server is down",
];

/// What shows, in lower case, that rlmstat has printed the text at all.
const SIGNS: &[&str] =
    &["rlmutil v", "rlmstat v", "rlm status on", "license pool status", "license usage status"];

/// Reads the text, line by line.
pub(crate) fn read(text: &str, reading: &mut Reading) {
    let mut product: Option<&str> = None;
    for line in text.lines() {
        let before = product.take();
        if says(line, SIGNS) {
            reading.recognise();
        } else if let Some((name, pool)) = pool(line, before) {
            reading.pool(name, pool);
        } else if let Some((name, checkout)) = checkout(line) {
            reading.checkout(name, checkout);
        } else if let Some(name) = named(line) {
            product = Some(name);
        } else if says(line, DOWN) {
            reading.down(line);
        } else if let Some(daemon) = stopped(line) {
            reading.down(&format!("{daemon} is not running"));
        }
    }
}

/// `name v1.0`, or `name v1.0, pool: 3`: the line before a pool's numbers.
fn named(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let (name, version) = (words.next()?, words.next()?);
    let is_version = version.strip_prefix('v').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    let rest = words.next();
    (is_version && rest.is_none_or(|word| word == "pool:" || word == "count:")).then_some(name)
}

/// `count: 5, # reservations: 0, inuse: 3, exp: 31-dec-2030` on a line after the product's or on the same.
///
/// `count: uncounted` is without limit. A count of 0 is one: a token product has no licenses of its own.
fn pool<'a>(line: &'a str, product: Option<&'a str>) -> Option<(&'a str, Pool)> {
    let (before, count) = line.split_once("count:")?;
    let name = if before.trim().is_empty() { product? } else { named(line)? };
    let count = count.trim_start();
    let in_use = number_after(line, "inuse:");
    let total = match leading_number(count) {
        Some((number, _)) if in_use.is_some() => Total::Counted(number),
        None if says(count.split(',').next().unwrap_or_default(), &["uncounted"]) => Total::Unlimited,
        _ => Total::Unknown(quoted(line)),
    };
    Some((name, Pool { total, in_use, reserved: number_after(line, "# reservations:").unwrap_or(0) }))
}

/// `name v1.0: user@host 29/0 at 11/01 09:01  (handle: 15a)`.
///
/// Of the two numbers only the first is counted: fewer licenses are then found to be ours, and fewer free.
fn checkout(line: &str) -> Option<(&str, Checkout)> {
    let (product, who) = line.split_once(": ")?;
    let name = named(product)?;
    let (who, when) = who.split_once(" at ")?;
    let (who, numbers) = who.trim().rsplit_once(' ')?;
    let (user, host) = user_at_host(who.trim())?;
    let count = leading_number(numbers).filter(|(_, rest)| rest.starts_with('/'))?.0;
    let started = when.split("  (").next().unwrap_or_default().trim();
    let checkout =
        Checkout { user: user.into(), host: host.into(), count, started: Some(started.to_owned()) };
    Some((name, checkout))
}

/// A vendor's daemon that is not running: `name  63133   No   0` in the table of ISV servers.
fn stopped(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().take(5).collect();
    match words[..] {
        [name, port, "No", restarts] if [port, restarts].iter().all(|n| n.parse::<u32>().is_ok()) => {
            Some(name)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(line: &str) -> Option<Total> {
        pool(line, Some("p")).map(|(_, pool)| pool.total)
    }

    #[test]
    fn pools_without_numbers_are_unknown() {
        for bad in [
            "count: , inuse: 3",
            "count: single, inuse: 0",
            "count: 5, # reserv",
            "count: 99999999999, inuse: 0",
        ] {
            assert!(matches!(total(bad), Some(Total::Unknown(_))), "{bad}");
        }
        assert!(pool("count: 5, inuse: 0", None).is_none());
        assert_eq!(total("count: uncounted, exp: permanent"), Some(Total::Unlimited));
    }

    #[test]
    fn a_pool_may_stand_on_one_line() {
        let (name, found) = pool("  p-q v6.0 count: 2, # reservations: 1, inuse: 1", None).unwrap();
        assert_eq!((name, found.total, found.in_use, found.reserved), ("p-q", Total::Counted(2), Some(1), 1));
    }

    #[test]
    fn half_a_checkout_is_none() {
        for bad in ["p v1: a@b 1/0", "p v1: a@ 1/0 at x", "p v1: a@b 1 at x", "p 1: a@b 1/0 at x"] {
            assert!(checkout(bad).is_none(), "{bad}");
        }
        let (name, found) = checkout("  p v1.0: a@x.org@b 29/4 at 11/01 09:01  (handle: 1)").unwrap();
        assert_eq!((name, found.user.as_str(), found.host.as_str(), found.count), ("p", "a@x.org", "b", 29));
        assert_eq!(found.started.as_deref(), Some("11/01 09:01"));
    }

    #[test]
    fn a_daemon_that_stands_still_is_seen() {
        assert_eq!(stopped("    csci      63133   No      0"), Some("csci"));
        assert_eq!(stopped("    csci      63133   Yes      0"), None);
    }
}
