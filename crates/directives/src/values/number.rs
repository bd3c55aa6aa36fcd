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

/// Digits only: no sign, no blanks, no fraction.
fn whole(text: &str) -> Option<u32> {
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
    fn sizes_may_be_zero_and_never_negative_p11() {
        assert_eq!(size("0", "scratch_size", 100, "GiB"), Ok(0));
        assert_eq!(size("-5", "scratch_size", 100, "GiB").unwrap_err().code, Code::BadCount);
        for bad in ["101", "10gb", "", "-", "1e3"] {
            assert_eq!(size(bad, "scratch_size", 100, "GiB").unwrap_err().code, Code::BadValue, "{bad}");
        }
    }
}
