//! Log lines: one per event, to standard error, as `name=value` pairs with dotted names.

use std::fmt::{Display, Write as _};
use std::io::Write as _;

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What happened in the normal course.
    Info,
    /// What somebody may want to look at.
    Warn,
    /// What stopped something.
    Error,
}

/// Writes an event. A closed or full standard error is no reason to stop.
pub fn line(level: Level, event: &str, fields: &[(&str, &dyn Display)]) {
    let text = render(level, event, fields);
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// An event of the normal course.
pub fn info(event: &str, fields: &[(&str, &dyn Display)]) {
    line(Level::Info, event, fields);
}

/// An event somebody may want to look at.
pub fn warn(event: &str, fields: &[(&str, &dyn Display)]) {
    line(Level::Warn, event, fields);
}

/// An event that stopped something.
pub fn error(event: &str, fields: &[(&str, &dyn Display)]) {
    line(Level::Error, event, fields);
}

fn render(level: Level, event: &str, fields: &[(&str, &dyn Display)]) -> String {
    let level = match level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    let mut text = format!("level={level} event={event}");
    for (name, value) in fields {
        let value = value.to_string();
        let plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '=');
        let _ = if plain { write!(text, " {name}={value}") } else { write!(text, " {name}={value:?}") };
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_a_line_break_stays_on_one_line() {
        let text =
            render(Level::Warn, "script.broken", &[("job.id", &7), ("message", &"no\nroom"), ("code", &"")]);
        assert_eq!(text, "level=warn event=script.broken job.id=7 message=\"no\\nroom\" code=\"\"\n");
    }
}
