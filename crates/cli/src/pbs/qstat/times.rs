//! Times as PBS prints them.

use soca_domain::time::format_walltime;
use std::time::Duration;

/// `Mon Nov 23 08:00:12 2026`, in UTC.
pub(super) fn ctime(text: &str) -> String {
    let zoned = text.parse::<jiff::Timestamp>().map(|t| t.to_zoned(jiff::tz::TimeZone::UTC));
    zoned.map_or_else(|_| text.to_owned(), |t| t.strftime("%a %b %e %H:%M:%S %Y").to_string())
}

/// `Mon Nov 23 at 08:00`, as in the comment of a running job.
pub(super) fn at(text: &str) -> String {
    let zoned = text.parse::<jiff::Timestamp>().map(|t| t.to_zoned(jiff::tz::TimeZone::UTC));
    zoned.map_or_else(|_| text.to_owned(), |t| t.strftime("%a %b %d at %H:%M").to_string())
}

/// `HH:MM:SS` of milliseconds.
pub(super) fn hms(ms: u64) -> String {
    format_walltime(Duration::from_millis(ms))
}

/// `HH:MM` of seconds.
pub(super) fn hm(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}
