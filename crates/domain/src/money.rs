//! Money as whole micro-USD, never as a float.

use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// An amount in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroUsd(pub u64);

impl MicroUsd {
    /// What this hourly rate costs over a span, rounded up to the next micro-USD.
    pub fn per_hour_over(self, span: Duration) -> MicroUsd {
        let total = u128::from(self.0) * span.as_millis();
        MicroUsd(u64::try_from(total.div_ceil(3_600_000)).unwrap_or(u64::MAX))
    }

    /// The sum; it stops at the largest amount instead of wrapping.
    pub fn plus(self, other: MicroUsd) -> MicroUsd {
        MicroUsd(self.0.saturating_add(other.0))
    }

    /// So many times the amount.
    pub fn times(self, n: u64) -> MicroUsd {
        MicroUsd(self.0.saturating_mul(n))
    }

    /// Reads a decimal amount of USD, as price lists write it (`0.0850000000`); digits past the sixth round up.
    pub fn parse_usd(text: &str) -> Option<MicroUsd> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let kept: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let round_up = u64::from(fraction.bytes().skip(6).any(|b| b != b'0'));
        let whole: u64 = whole.parse().ok()?;
        whole.checked_mul(1_000_000)?.checked_add(kept.parse::<u64>().ok()? + round_up).map(MicroUsd)
    }
}

impl fmt::Display for MicroUsd {
    /// `$0.0123`: four decimals, which is enough for a short job; six when that would show zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, micro) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if whole == 0 && micro > 0 && micro < 100 {
            return write!(f, "$0.{micro:06}");
        }
        write!(f, "${whole}.{:04}", micro / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hourly_rates_are_charged_by_the_millisecond_rounded_up() {
        assert_eq!(MicroUsd(85_000).per_hour_over(Duration::from_secs(3600)), MicroUsd(85_000));
        assert_eq!(MicroUsd(85_000).per_hour_over(Duration::from_secs(60)), MicroUsd(1_417));
        assert_eq!(MicroUsd(1).per_hour_over(Duration::from_millis(1)), MicroUsd(1));
    }

    #[test]
    fn decimal_prices_are_read_without_floats() {
        assert_eq!(MicroUsd::parse_usd("0.0850000000"), Some(MicroUsd(85_000)));
        assert_eq!(MicroUsd::parse_usd("32.7726"), Some(MicroUsd(32_772_600)));
        assert_eq!(MicroUsd::parse_usd("0.00000001"), Some(MicroUsd(1)));
        for bad in ["", ".", "-1", "1,5", "1e3", "99999999999999999999"] {
            assert_eq!(MicroUsd::parse_usd(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_display_in_dollars() {
        assert_eq!(MicroUsd(1_234_567).to_string(), "$1.2345");
        assert_eq!(MicroUsd(42).to_string(), "$0.000042");
    }
}
