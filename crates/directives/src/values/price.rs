//! Spot prices: `auto`, or US dollars to micro-USD without floating point.

use super::bad;
use soca_domain::{Fault, request::SpotPrice};

/// Dollars per hour above which a price is a slip; the dearest instance is far below.
const MAX_DOLLARS: u64 = 10_000;

/// Reads `auto`, or dollars per hour and instance with at most six decimals.
pub(crate) fn spot_price(text: &str, name: &str) -> Result<SpotPrice, Fault> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(SpotPrice::Auto);
    }
    let remedy =
        "Write auto, or US dollars per hour above zero with at most six decimals, for example 0.085.";
    micro_usd(text)
        .filter(|m| (1..=MAX_DOLLARS * 1_000_000).contains(m))
        .map(SpotPrice::Max)
        .ok_or_else(|| bad(name, text, remedy))
}

/// US dollars with at most six digits before and behind the point.
pub(super) fn micro_usd(text: &str) -> Option<u64> {
    let (dollars, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str, most: usize| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(dollars, 6) || !digits(decimals, 6) || (dollars.is_empty() && decimals.is_empty()) {
        return None;
    }
    let dollars: u64 = if dollars.is_empty() { 0 } else { dollars.parse().ok()? };
    let micro: u64 = format!("{decimals:0<6}").parse().ok()?;
    Some(dollars * 1_000_000 + micro)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_integers() {
        let cases =
            [("0.1", 100_000), ("1", 1_000_000), (".000001", 1), ("3.060000", 3_060_000), ("2.", 2_000_000)];
        for (text, micro) in cases {
            assert_eq!(spot_price(text, "spot_price"), Ok(SpotPrice::Max(micro)), "{text}");
        }
        assert_eq!(spot_price("AUTO", "spot_price"), Ok(SpotPrice::Auto));
        for bad in ["", ".", "0", "0.0", "-1", "1e3", "0.0000001", "$1", "10000.1", "nan", "false", "1.2.3"] {
            assert!(spot_price(bad, "spot_price").is_err(), "{bad}");
        }
    }
}
