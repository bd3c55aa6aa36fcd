//! The header of a log: what the simulation needs of it.

/// What the `; Key: value` lines say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `MaxProcs`: the processors of the machine.
    pub max_procs: Option<u32>,
    /// `Computer`: what the machine was.
    pub computer: Option<String>,
}

impl Header {
    /// Takes in a header line, without its semicolon. What is unknown or unreadable is a comment like any other.
    pub fn note(&mut self, comment: &[u8]) {
        let Ok(text) = std::str::from_utf8(comment) else { return };
        let Some((key, value)) = text.split_once(':') else { return };
        match key.trim() {
            "MaxProcs" => self.max_procs = leading_number(value.trim()).or(self.max_procs),
            "Computer" => self.computer = Some(value.trim().to_owned()),
            _ => {}
        }
    }
}

/// The number that a value begins with: `338 (batch partition)` is 338.
fn leading_number(value: &str) -> Option<u32> {
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    value[..end].parse().ok().filter(|number| *number > 0)
}
