//! Points in time as milliseconds since 1970, and walltimes as people write them.

use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Displays and parses as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This time plus a span.
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_millisecond())).map_err(|_| {
            Fault::new(
                Code::BadValue,
                format!("\"{}\" is not a point in time.", crate::id::shorten(text)),
                "Write it as 2026-11-23T08:00:00Z.",
            )
        })
    }
}

/// The longest walltime accepted: a year, the longest a state machine execution can live.
pub const MAX_WALLTIME: Duration = Duration::from_secs(365 * 24 * 3600);

/// Reads a walltime as PBS does: `HH:MM:SS`, `MM:SS` or seconds; and `D:HH:MM:SS` as Torque does.
///
/// Minutes and seconds past 59 are refused: `25:99:99` is far more often a slip than a wish.
pub fn parse_walltime(text: &str) -> Result<Duration, Fault> {
    let bad = |why: &str| {
        Fault::new(
            Code::BadWalltime,
            format!("The walltime \"{}\" {why}.", crate::id::shorten(text)),
            "Write hours:minutes:seconds, for example 04:30:00, with minutes and seconds below 60.",
        )
    };
    let parts: Vec<u64> = text
        .split(':')
        .map(|p| {
            if p.is_empty() || p.len() > 9 || !p.bytes().all(|b| b.is_ascii_digit()) {
                None
            } else {
                p.parse().ok()
            }
        })
        .collect::<Option<_>>()
        .ok_or_else(|| bad("cannot be read"))?;
    let seconds = match parts[..] {
        [s] => s,
        [m, s] if s < 60 => m * 60 + s,
        [h, m, s] if m < 60 && s < 60 => (h * 60 + m) * 60 + s,
        [d, h, m, s] if h < 24 && m < 60 && s < 60 => ((d * 24 + h) * 60 + m) * 60 + s,
        [] | [_, _] | [_, _, _] | [_, _, _, _] => return Err(bad("has minutes or seconds of 60 or more")),
        _ => return Err(bad("has too many parts")),
    };
    match Duration::from_secs(seconds) {
        Duration::ZERO => Err(bad("is zero")),
        span if span > MAX_WALLTIME => Err(bad("is longer than a year")),
        span => Ok(span),
    }
}

/// A walltime as PBS prints it: `HH:MM:SS`.
pub fn format_walltime(span: Duration) -> String {
    let s = span.as_secs();
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn walltimes_are_read_in_every_usual_form() {
        for (text, seconds) in
            [("90", 90), ("01:30", 90), ("00:10:00", 600), ("100:00:00", 360_000), ("1:00:00:00", 86_400)]
        {
            assert_eq!(parse_walltime(text).unwrap().as_secs(), seconds, "{text}");
        }
    }

    #[test]
    fn bad_walltimes_are_refused_p11() {
        for bad in [
            "25:99:99",
            "",
            ":",
            "1:2:3:4:5",
            "-1",
            "1h",
            "00:00:00",
            "9000:00:00",
            "99999999999999999999",
            "1:-2:3",
        ] {
            assert_eq!(parse_walltime(bad).unwrap_err().code, Code::BadWalltime, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn formatted_walltimes_read_back(seconds in 1u64..31_000_000) {
            let span = Duration::from_secs(seconds);
            prop_assert_eq!(parse_walltime(&format_walltime(span)).unwrap(), span);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            let _ = parse_walltime(&text);
        }
    }

    #[test]
    fn timestamps_display_as_rfc_3339() {
        assert_eq!(Timestamp(1_700_000_000_123).to_string(), "2023-11-14T22:13:20.123Z");
        assert_eq!("2023-11-14T22:13:20.123Z".parse::<Timestamp>().unwrap(), Timestamp(1_700_000_000_123));
    }
}
