//! YAML with the place of every node, and with limits: no file can ask for more memory or stack than is sensible.
//!
//! The scanner is `saphyr-parser`, which gives events with places and does not recurse; the tree is built here.

mod build;
mod node;

pub(crate) use node::{Entry, Node, Value};

use crate::report::{Report, Spot};
use build::Builder;
use saphyr_parser::{Event, Parser, ScanError};

/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most nodes (texts, lists, maps) of a file, aliases counted as often as they are used.
pub const MAX_NODES: usize = 50_000;
/// The deepest nesting of lists and maps, aliases followed.
pub const MAX_DEPTH: usize = 32;

/// Why no tree can be built, at a place.
#[derive(Debug)]
pub(crate) struct Stop {
    line: u32,
    column: u32,
    message: String,
    remedy: &'static str,
}

/// Reads the file's only document; none after a fault.
pub(crate) fn parse(text: &str, file: &str, report: &mut Report) -> Option<Node> {
    if text.len() > MAX_BYTES {
        let message = format!("The file has {} bytes; the limit is {MAX_BYTES}.", text.len());
        report.unreadable(
            Spot { line: 1, column: 1, name: file },
            message,
            "Check that it is the right file.",
        );
        return None;
    }
    // A byte order mark is no part of the text; Windows editors write one.
    match tree(text.trim_start_matches('\u{feff}'), report) {
        Ok(node) => Some(node),
        Err(Stop { line, column, message, remedy }) => {
            report.unreadable(Spot { line, column, name: file }, message, remedy);
            None
        }
    }
}

fn tree(text: &str, report: &mut Report) -> Result<Node, Stop> {
    let mut builder = Builder::default();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(not_yaml)?;
        let (line, column) = place(&span.start);
        if let Event::DocumentStart(_) = event {
            documents += 1;
            if documents > 1 {
                let message = "The file has more than one document.".into();
                return Err(Stop {
                    line,
                    column,
                    message,
                    remedy: "Remove the line --- and what follows it.",
                });
            }
        }
        builder.event(event, line, column, report)?;
    }
    Ok(builder.finish())
}

/// Line and column from 1; the scanner counts columns from 0.
fn place(marker: &saphyr_parser::Marker) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(marker.line()).max(1), number(marker.col()).saturating_add(1))
}

fn not_yaml(error: ScanError) -> Stop {
    let (line, column) = place(error.marker());
    let message = format!("The file is not YAML here: {}.", error.info().trim_end_matches('.'));
    Stop {
        line,
        column,
        message,
        remedy: "Check the indentation, which is of blanks only, quotes and colons.",
    }
}
