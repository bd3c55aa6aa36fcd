//! Whole numbers: counts of things, and sizes in GiB or operations per second.

use super::bad;
use soca_domain::{Code, Fault, id::shorten};

/// Reads a count from 1 to `max`.
pub(crate) fn count(text: &str, name: &str, max: u32) -> Result<u32, Fault> {
    whole(text).filter(|n| (1..=max).contains(n)).ok_or_else(|| out_of_range(text, name, max))
}

/// That a count is not one of 1 to `max`.
pub(crate) fn out_of_range(text: &str, name: &str, max: u32) -> Fault {
    Fault::new(
        Code::BadCount,
        format!("{} cannot be \"{}\".", shorten(name), shorten(text)),
        format!("Write a whole number from 1 to {max}."),
    )
}

/// Reads an amount from 0 to `max`, where 0 means none; `unit` is what it is counted in.
pub(crate) fn size(text: &str, name: &str, max: u32, unit: &str) -> Result<u32, Fault> {
    whole(text).filter(|n| *n <= max).ok_or_else(|| {
        let fault =
            bad(name, text, format!("Write a whole number from 0 to {max}, in {unit} and without a unit."));
        let negative = text.strip_prefix('-').is_some_and(|rest| whole(rest).is_some());
        if negative { Fault { code: Code::BadCount, ..fault } } else { fault }
    })
}

/// Reads a priority as PBS has it: -1024 to 1023.
pub(crate) fn priority(text: &str, name: &str) -> Result<i32, Fault> {
    let (sign, digits) =
        text.strip_prefix('-').map_or((1, text.strip_prefix('+').unwrap_or(text)), |d| (-1, d));
    let value = whole(digits).and_then(|n| i32::try_from(n).ok()).map(|n| sign * n);
    value
        .filter(|p| (-1024..=1023).contains(p))
        .ok_or_else(|| bad(name, text, "Write a whole number from -1024 to 1023; 0 is usual."))
}

/// Digits only: no sign, no blanks, no fraction.
pub(super) fn whole(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_positive_and_bounded_p11() {
        assert_eq!(count("0016", "ncpus", 1024), Ok(16));
        for bad in ["", "0", "-1", "+1", "1.5", "four", "1025", "99999999999", " 1", "٣"] {
            assert_eq!(count(bad, "ncpus", 1024).unwrap_err().code, Code::BadCount, "{bad}");
        }
    }

    #[test]
    fn priorities_have_the_range_of_pbs_p11() {
        assert_eq!(
            [priority("-1024", "-p"), priority("+7", "-p"), priority("1023", "-p")],
            [Ok(-1024), Ok(7), Ok(1023)]
        );
        for bad in ["", "-", "1024", "-1025", "1.0", "high", "--1"] {
            assert!(priority(bad, "-p").is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_may_be_zero_and_never_negative_p11() {
        assert_eq!(size("0", "scratch_size", 100, "GiB"), Ok(0));
        assert_eq!(size("-5", "scratch_size", 100, "GiB").unwrap_err().code, Code::BadCount);
        for bad in ["101", "10gb", "", "-", "1e3"] {
            assert_eq!(size(bad, "scratch_size", 100, "GiB").unwrap_err().code, Code::BadValue, "{bad}");
        }
    }
}
