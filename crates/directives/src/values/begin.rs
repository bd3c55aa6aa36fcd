//! `-a`: the earliest start, `[[[[CC]YY]MM]DD]hhmm[.SS]`.

use super::bad;
use soca_domain::{Fault, Timestamp, request::Begin};

/// Reads PBS's date and time; parts left out mean the next such moment.
pub(crate) fn begin(text: &str, name: &str) -> Result<Begin, Fault> {
    let remedy = "Write [[CCYY]MMDD]hhmm, for example 2230 for tonight or 202611232230, in UTC.";
    // A given moment stands in for the clock: whether there is such a date at all does not depend on it.
    let exists = |b: &Begin| b.after(Timestamp(0)).is_some();
    parse(text).filter(exists).ok_or_else(|| bad(name, text, remedy))
}

fn parse(text: &str) -> Option<Begin> {
    let (digits, seconds) = text.split_once('.').unwrap_or((text, "00"));
    let well_formed = matches!(digits.len(), 4 | 6 | 8 | 10 | 12) && seconds.len() == 2;
    if !well_formed || !digits.bytes().chain(seconds.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut pairs = digits.as_bytes().rchunks(2).map(|pair| {
        // Two ASCII digits each, as was just checked.
        i8::try_from((pair[0] - b'0') * 10 + (pair[1] - b'0')).unwrap_or_default()
    });
    let (minute, hour) = (pairs.next()?, pairs.next()?);
    let (day, month, year, century) = (pairs.next(), pairs.next(), pairs.next(), pairs.next());
    let year = year.map(|y| i16::from(century.unwrap_or(20)) * 100 + i16::from(y));
    let second = seconds.parse().ok().filter(|s| *s < 60)?;
    let right = hour < 24
        && minute < 60
        && day.is_none_or(|d| (1..=31).contains(&d))
        && month.is_none_or(|m| (1..=12).contains(&m));
    right.then_some(Begin { year, month, day, hour, minute, second })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_of_date_is_read() {
        let begin = |text| begin(text, "-a").unwrap();
        let at = |year, month, day, hour, minute, second| Begin { year, month, day, hour, minute, second };
        assert_eq!(begin("2230"), at(None, None, None, 22, 30, 0));
        assert_eq!(begin("010000.59"), at(None, None, Some(1), 0, 0, 59));
        assert_eq!(begin("02290700"), at(None, Some(2), Some(29), 7, 0, 0));
        assert_eq!(begin("2612310700"), at(Some(2026), Some(12), Some(31), 7, 0, 0));
        assert_eq!(begin("202612310700"), at(Some(2026), Some(12), Some(31), 7, 0, 0));
    }

    #[test]
    fn impossible_dates_are_refused_p11() {
        for bad in [
            "",
            "22",
            "2460",
            "2400",
            "320000",
            "13010000",
            "02300000",
            "202602290000",
            "2230.60",
            "2230.5",
            "22h0",
            "tonight",
        ] {
            assert!(begin(bad, "-a").is_err(), "{bad}");
        }
    }
}
