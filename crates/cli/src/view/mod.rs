//! How answers look: as a table for people, as JSON for programs, or as bare ids for shell scripts.

pub mod card;
pub mod change;
pub mod elements;
pub mod explanation;
pub mod failure;
pub mod jobs;
pub mod nodes;
pub mod price;
pub mod project;
pub mod queue;
pub mod queues;
pub mod simulated;
pub mod submitted;
pub mod table;
pub mod text;

use soca_domain::Timestamp;
use std::io::{self, Write};
use text::Style;

/// What a rendering depends on besides the answer.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// For "2m ago".
    pub now: Timestamp,
    /// Whether to colour.
    pub style: Style,
}

/// Something that a command answers with.
pub trait Answer {
    /// For people.
    fn table(&self, view: &View) -> String;
    /// One JSON object: the API's reply where there is one.
    fn json(&self) -> String;
    /// The bare essence, one item a line; may be nothing.
    fn quiet(&self) -> String {
        String::new()
    }
}

/// Where answers go.
pub trait Output {
    /// Writes an answer in this output's form.
    ///
    /// # Errors
    /// It cannot be written.
    fn show(&self, answer: &dyn Answer, view: &View, to: &mut dyn Write) -> io::Result<()>;
}

/// Tables and cards.
#[derive(Clone, Copy, Debug)]
pub struct ForPeople;

/// One JSON object.
#[derive(Clone, Copy, Debug)]
pub struct ForPrograms;

/// Ids only.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl Output for ForPeople {
    fn show(&self, answer: &dyn Answer, view: &View, to: &mut dyn Write) -> io::Result<()> {
        write_text(&answer.table(view), to)
    }
}

impl Output for ForPrograms {
    fn show(&self, answer: &dyn Answer, _: &View, to: &mut dyn Write) -> io::Result<()> {
        write_text(&answer.json(), to)
    }
}

impl Output for Quiet {
    fn show(&self, answer: &dyn Answer, _: &View, to: &mut dyn Write) -> io::Result<()> {
        write_text(&answer.quiet(), to)
    }
}

fn write_text(text: &str, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        to.write_all(b"\n")?;
    }
    to.flush()
}
