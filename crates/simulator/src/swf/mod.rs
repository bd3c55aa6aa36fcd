//! Reads logs in the Standard Workload Format, plain or compressed with gzip.
//!
//! The format (Feitelson and others, "Standard Workload Format", version 2.2): header lines `; Key: value`, then a line
//! of 18 numbers for each job. Seconds may be written with a fraction, which is dropped.

mod header;
mod line;

pub use header::Header;
pub use line::{FIELDS, Row};

use flate2::bufread::MultiGzDecoder;
use soca_domain::{Code, Fault};
use std::io::{BufRead, Read};

/// What a file compressed with gzip begins with.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A log as it was read, before any job is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// What the header says.
    pub header: Header,
    /// The jobs' lines, in the log's order.
    pub rows: Vec<Row>,
}

/// Reads a log; whether it is compressed shows in its first bytes.
///
/// # Errors
/// It cannot be read or unpacked, a line is not 18 numbers, or there is no job in it.
pub fn read(mut from: impl BufRead) -> Result<Log, Fault> {
    let compressed = from.fill_buf().map_err(|error| unreadable(&error))?.starts_with(&GZIP_MAGIC);
    let mut text = Vec::new();
    let read = if compressed {
        MultiGzDecoder::new(from).read_to_end(&mut text).map_err(|error| not_unpacked(&error))
    } else {
        from.read_to_end(&mut text).map_err(|error| unreadable(&error))
    };
    read?;
    parse(&text)
}

/// Reads the text of a log.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &[u8]) -> Result<Log, Fault> {
    let mut log = Log::default();
    for (line, number) in text.split(|byte| *byte == b'\n').zip(1u32..) {
        match line.trim_ascii() {
            [] => {}
            [b';', comment @ ..] => log.header.note(comment),
            numbers => log.rows.push(line::row(numbers, line, number)?),
        }
    }
    if log.rows.is_empty() {
        return Err(Fault::new(
            Code::EmptyTrace,
            "The trace has no job.",
            "Give a log in Standard Workload Format: one line of 18 numbers for each job.",
        ));
    }
    Ok(log)
}

fn unreadable(error: &std::io::Error) -> Fault {
    Fault::new(Code::BadTrace, format!("The trace cannot be read: {error}."), "Check the file.")
}

fn not_unpacked(error: &std::io::Error) -> Fault {
    Fault::new(
        Code::BadTrace,
        format!("The trace begins as gzip does and cannot be unpacked: {error}."),
        "Get the file again, or unpack it with gunzip to see what is wrong.",
    )
}

#[cfg(test)]
mod tests;
