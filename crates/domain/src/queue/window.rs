//! When a queue may start jobs: `mon-fri 19:00-07:00`, UTC.

use crate::{
    Timestamp,
    fault::{Code, Fault},
    id::shorten,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
/// 1970-01-01 was a Thursday; days count from Monday.
const EPOCH_DAY: i64 = 3;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Days of the week, bit 0 for Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(pub u8);

/// A daily time in which jobs may start. One whose end is not after its begin reaches into the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StartWindow {
    /// The days on which it begins.
    pub days: Days,
    /// Minute of the day at which it begins, UTC.
    pub from: u16,
    /// Minute of the day at which it ends.
    pub to: u16,
}

impl StartWindow {
    fn length(&self) -> i64 {
        (i64::from(self.to) - i64::from(self.from) - 1).rem_euclid(DAY_MINUTES) + 1
    }

    /// The begin of the window that is open at `now`, or of the next one.
    fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let minute = now.0.div_euclid(MINUTE_MS);
        let today = minute.div_euclid(DAY_MINUTES);
        // Yesterday's may still be open; eight days ahead is the same weekday again.
        (today - 1..=today + 7)
            .filter(|day| self.days.0 & (1 << (day + EPOCH_DAY).rem_euclid(7)) != 0)
            .map(|day| day * DAY_MINUTES + i64::from(self.from))
            .find(|begin| minute < begin + self.length())
            .map(|begin| Timestamp(begin * MINUTE_MS))
    }

    /// When jobs may start at or after `now`, given a queue's windows: `None` means now.
    pub fn opens(windows: &[StartWindow], now: Timestamp) -> Option<Timestamp> {
        let next = windows.iter().filter_map(|window| window.next(now)).min()?;
        (next > now).then_some(next)
    }
}

impl FromStr for StartWindow {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        read(text).ok_or_else(|| {
            Fault::new(
                Code::BadValue,
                format!("\"{}\" is no start window.", shorten(text)),
                "Write days and times in UTC, for example \"mon-fri 19:00-07:00\", \"sat,sun 00:00-24:00\" or \"daily 20:00-06:00\".",
            )
        })
    }
}

fn read(text: &str) -> Option<StartWindow> {
    let (days, times) = text.trim().split_once(' ')?;
    let (from, to) = times.trim().split_once('-')?;
    let window = StartWindow { days: read_days(days)?, from: read_minute(from)?, to: read_minute(to)? };
    (i64::from(window.from) < DAY_MINUTES && window.days.0 != 0).then_some(window)
}

fn read_days(text: &str) -> Option<Days> {
    if text == "daily" {
        return Some(Days(0x7f));
    }
    let index = |name: &str| DAYS.iter().position(|day| *day == name.to_ascii_lowercase());
    let mut days = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (index(first)?, index(last)?);
        let mut day = first;
        loop {
            days |= 1 << day;
            if day == last {
                break;
            }
            day = (day + 1) % 7;
        }
    }
    Some(Days(days))
}

fn read_minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |t: &str| (t.len() == 2).then(|| t.parse::<u16>().ok()).flatten();
    let (hour, minute) = (two(hour)?, two(minute)?);
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

impl fmt::Display for StartWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days.0 == 0x7f {
            write!(f, "daily")?;
        } else {
            let names: Vec<&str> =
                (0..7).filter(|day| self.days.0 & (1 << day) != 0).map(|day: usize| DAYS[day]).collect();
            write!(f, "{}", names.join(","))?;
        }
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        write!(f, " {}-{}", clock(self.from), clock(self.to))
    }
}

impl TryFrom<String> for StartWindow {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<StartWindow> for String {
    fn from(window: StartWindow) -> String {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(windows: &[&str], now: &str) -> Option<String> {
        let windows: Vec<StartWindow> = windows.iter().map(|w| w.parse().unwrap()).collect();
        StartWindow::opens(&windows, now.parse().unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn nights_reach_into_the_next_day() {
        let nights = &["mon-fri 19:00-07:00"];
        // 2026-11-25 is a Wednesday.
        assert_eq!(opens(nights, "2026-11-25T20:00:00Z"), None);
        assert_eq!(opens(nights, "2026-11-25T06:59:59Z"), None, "Tuesday's night is still open");
        assert_eq!(opens(nights, "2026-11-25T07:00:00Z").unwrap(), "2026-11-25T19:00:00.000Z");
        assert_eq!(opens(nights, "2026-11-28T03:00:00Z"), None, "Friday's night on Saturday morning");
        assert_eq!(opens(nights, "2026-11-28T12:00:00Z").unwrap(), "2026-11-30T19:00:00.000Z");
        assert_eq!(opens(&[], "2026-11-28T12:00:00Z"), None);
        assert_eq!(opens(&["sat,sun 00:00-24:00", "mon-fri 19:00-07:00"], "2026-11-28T12:00:00Z"), None);
        assert_eq!(opens(&["daily 00:00-24:00"], "2026-11-28T23:59:00Z"), None);
    }

    #[test]
    fn windows_read_back_and_slips_are_refused() {
        for text in ["daily 20:00-06:00", "mon,tue,sun 07:30-24:00"] {
            assert_eq!(text.parse::<StartWindow>().unwrap().to_string(), text);
        }
        assert_eq!(
            "sat-mon 01:00-02:00".parse::<StartWindow>().unwrap().to_string(),
            "mon,sat,sun 01:00-02:00"
        );
        for bad in [
            "",
            "mon",
            "mon 7:00-8:00",
            "mon 24:00-25:00",
            "mo 01:00-02:00",
            "mon 01:60-02:00",
            "mon 24:00-01:00",
        ] {
            assert_eq!(bad.parse::<StartWindow>().unwrap_err().code, Code::BadValue, "{bad}");
        }
    }
}
