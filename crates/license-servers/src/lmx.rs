//! LM-X: what `lmxendutil -licstat` prints, in the form of the *LM-X License Manager* manual, "End-user utilities".
//!
//! A feature's block names it, then says `2 of 5 license(s) used`, then who uses them, two lines or more each.

use crate::{
    reading::{Pool, Reading},
    status::{Checkout, Total},
    text::{leading_number, says, user_at_host},
};

/// What lmxendutil prints, in lower case, where no server answers.
const DOWN: &[&str] =
    &["there are no license server", "unable to connect", "could not connect", "connection refused"];

/// LM-X counts unlimited licenses as this many.
const UNLIMITED: u32 = i32::MAX as u32;

/// Reads the text, line by line.
pub(crate) fn read(text: &str, reading: &mut Reading) {
    let mut feature: Option<&str> = None;
    let mut unfinished: Option<Checkout> = None;
    for line in text.lines().map(str::trim) {
        if let (Some(mut checkout), Some(name)) = (unfinished.take(), feature) {
            // Only a block's second line says since when.
            checkout.started = checkout_time(line);
            reading.checkout(name, checkout);
        }
        if let Some(rest) = line.strip_prefix("Feature: ") {
            feature = Some(rest.split(" Version:").next().unwrap_or_default().trim());
        } else if let (Some(pool), Some(name)) = (pool(line), feature) {
            reading.pool(name, pool);
        } else if let Some(checkout) = checkout(line) {
            unfinished = Some(checkout);
        } else if says(line, DOWN) {
            reading.down(line);
        } else if line.starts_with("LM-X ") {
            reading.recognise();
        }
    }
    if let (Some(checkout), Some(name)) = (unfinished, feature) {
        reading.checkout(name, checkout);
    }
}

/// `2 of 5 license(s) used`.
fn pool(line: &str) -> Option<Pool> {
    let (in_use, rest) = leading_number(line)?;
    let (total, rest) = leading_number(rest.strip_prefix(" of ")?)?;
    let total = if total == UNLIMITED { Total::Unlimited } else { Total::Counted(total) };
    rest.starts_with(" license").then_some(Pool { total, in_use: Some(in_use), reserved: 0 })
}

/// `15000 license(s) used by user@host [10.0.0.1]`.
fn checkout(line: &str) -> Option<Checkout> {
    let (count, rest) = leading_number(line)?;
    let (_, who) = rest.split_once(" used by ")?;
    let who = who.rsplit_once(" [").map_or(who, |(who, _)| who);
    let (user, host) = user_at_host(who.trim())?;
    Some(Checkout { user: user.into(), host: host.into(), count, started: None })
}

/// `Login time: 2030-02-18 09:26   Checkout time: 2030-02-18 09:29`.
fn checkout_time(line: &str) -> Option<String> {
    let (_, time) = line.split_once("Checkout time: ")?;
    Some(time.trim().chars().take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_are_neither() {
        for bad in
            ["", "2 of license(s) used", "2 of 5", "of 5 license(s) used", "99999999999 of 5 license(s) used"]
        {
            assert!(pool(bad).is_none(), "{bad}");
        }
        for bad in ["2 license(s) used by", "2 license(s) used by a", "license(s) used by a@b"] {
            assert!(checkout(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_largest_number_is_no_limit() {
        assert_eq!(pool("7 of 2147483647 license(s) used:").unwrap().total, Total::Unlimited);
        assert_eq!(pool("7 of 2147483646 license(s) used:").unwrap().total, Total::Counted(2_147_483_646));
    }
}
