//! Small pieces of text: spans, moments, money, colours, and what came from elsewhere made safe to show.

use soca_domain::{MicroUsd, Timestamp};

/// Whether to colour, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Colours are wanted.
    pub colour: bool,
}

impl Style {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Trouble.
    pub fn bad(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    /// Success.
    pub fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What deserves a look.
    pub fn notable(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// A heading.
    pub fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// A job's state in its colour.
    pub fn state(self, state: &str) -> String {
        match state {
            "completed" | "running" => self.good(state),
            "failed" | "timed_out" | "node_failed" => self.bad(state),
            "held" | "queued" | "cancelled" => self.notable(state),
            _ => state.to_owned(),
        }
    }
}

/// Text from elsewhere without anything that could steer a terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A span in its two largest units: `45s`, `2m 03s`, `4h 00m`, `3d 04h`.
pub fn span(seconds: u64) -> String {
    let (s, m, h) = (seconds % 60, seconds / 60 % 60, seconds / 3600 % 24);
    match seconds {
        0..60 => format!("{s}s"),
        60..3600 => format!("{m}m {s:02}s"),
        3600..86_400 => format!("{h}h {m:02}m"),
        _ => format!("{}d {h:02}h", seconds / 86_400),
    }
}

/// [`span`] of milliseconds; what took less than a second keeps its milliseconds.
pub fn span_ms(ms: u64) -> String {
    if (1..1000).contains(&ms) { format!("{ms}ms") } else { span(ms / 1000) }
}

/// How long ago, or how soon, in the largest unit: `2m ago`, `in 3h`.
pub fn relative(moment: &str, now: Timestamp) -> String {
    let Ok(moment) = moment.parse::<Timestamp>() else { return plain(moment) };
    let seconds = moment.since(now).as_secs().max(now.since(moment).as_secs());
    let amount = match seconds {
        0 => return "now".to_owned(),
        1..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    };
    if moment > now { format!("in {amount}") } else { format!("{amount} ago") }
}

/// A moment to the second, and how long ago it is: `2026-11-23 08:00:12 UTC (2m ago)`.
pub fn moment(text: &str, now: Timestamp) -> String {
    format!("{} ({})", absolute(text), relative(text, now))
}

/// A moment to the second.
pub fn absolute(text: &str) -> String {
    let Ok(moment) = text.parse::<Timestamp>() else { return plain(text) };
    let long = moment.to_string();
    match long.split_once('T') {
        Some((day, rest)) if rest.len() >= 8 => format!("{day} {} UTC", &rest[..8]),
        _ => long,
    }
}

/// A price, or a dash while it is unknown.
pub fn price(micro_usd: Option<u64>) -> String {
    micro_usd.map_or_else(|| "-".to_owned(), |micro| MicroUsd(micro).to_string())
}

/// A value, or a dash.
pub fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// `1 node`, `2 nodes`.
pub fn count(n: impl Into<u64>, what: &str) -> String {
    let n = n.into();
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_show_two_units() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (123, "2m 03s"), (14_400, "4h 00m"), (273_600, "3d 04h")]
        {
            assert_eq!(span(seconds), text);
        }
        assert_eq!(
            (span_ms(0).as_str(), span_ms(250).as_str(), span_ms(61_500).as_str()),
            ("0s", "250ms", "1m 01s")
        );
    }

    #[test]
    fn moments_are_relative_to_now() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let cases = [
            ("2026-11-23T07:58:00.5Z", "1m ago"),
            ("2026-11-23T08:00:00Z", "now"),
            ("2026-11-23T11:00:01Z", "in 3h"),
            ("2026-11-20T08:00:00Z", "3d ago"),
            ("soon", "soon"),
        ];
        for (text, expected) in cases {
            assert_eq!(relative(text, now), expected);
        }
        assert_eq!(moment("2026-11-23T07:58:00.5Z", now), "2026-11-23 07:58:00 UTC (1m ago)");
    }

    #[test]
    fn text_from_elsewhere_cannot_steer_the_terminal_p10() {
        assert_eq!(plain("a\u{1b}[31mb\r\n"), "a [31mb  ");
    }
}
