//! One job's line: 18 numbers.

use soca_domain::{Code, Fault};

/// The names of the fields, in order, in the words of the format's definition.
pub const FIELDS: [&str; 18] = [
    "job number",
    "submit time",
    "wait time",
    "run time",
    "allocated processors",
    "average CPU time",
    "used memory",
    "requested processors",
    "requested time",
    "requested memory",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding job",
    "think time",
];

/// The largest number that is believed, so that sums of times cannot overflow: as seconds, 30,000 years.
const LARGEST: i64 = 1_000_000_000_000;

/// The fields that the simulation uses; -1 is "unknown" in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the format's own")]
pub struct Row {
    pub job: i64,
    pub submit: i64,
    pub run: i64,
    pub allocated: i64,
    pub requested_procs: i64,
    pub requested_time: i64,
    pub user: i64,
}

/// Reads a line. `whole` is the line that `numbers` is a part of, for the column of a fault.
pub(super) fn row(numbers: &[u8], whole: &[u8], line: u32) -> Result<Row, Fault> {
    let mut values = [0i64; 18];
    let mut words = numbers.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (index, value) in values.iter_mut().enumerate() {
        let word = words.next().ok_or_else(|| missing(index, whole, line))?;
        *value = number(word).ok_or_else(|| no_number(index, word, column(whole, word), line))?;
    }
    if let Some(word) = words.next() {
        return Err(too_many(word, column(whole, word), line));
    }
    let [job, submit, _, run, allocated, _, _, requested_procs, requested_time, _, _, user, ..] = values;
    Ok(Row { job, submit, run, allocated, requested_procs, requested_time, user })
}

/// A number without its fraction, if it is one that is believed.
fn number(word: &[u8]) -> Option<i64> {
    let (negative, rest) = match word {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let whole = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let fraction_is_one = match &rest[whole..] {
        [] => true,
        [b'.', digits @ ..] => digits.iter().all(u8::is_ascii_digit) && whole + digits.len() > 0,
        _ => false,
    };
    if !fraction_is_one || rest.is_empty() || whole > 13 {
        return None;
    }
    let value = rest[..whole].iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (value <= LARGEST).then_some(if negative { -value } else { value })
}

/// The column of a word in its line, from 1.
fn column(line: &[u8], word: &[u8]) -> u32 {
    let offset = (word.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    u32::try_from(offset + 1).unwrap_or(u32::MAX)
}

const REMEDY: &str =
    "Each job is a line of 18 numbers, unknown ones written as -1; correct the line or take it out.";

fn missing(index: usize, whole: &[u8], line: u32) -> Fault {
    let name = FIELDS[index];
    let message = format!("Line {line} ends before field {} ({name}).", index + 1);
    let end = u32::try_from(whole.trim_ascii_end().len() + 1).unwrap_or(u32::MAX);
    Fault::new(Code::BadTrace, message, REMEDY).at(line, end, name)
}

fn no_number(index: usize, word: &[u8], column: u32, line: u32) -> Fault {
    let name = FIELDS[index];
    let message =
        format!("Field {} ({name}) of line {line} is no number in range: {}.", index + 1, shown(word));
    Fault::new(Code::BadTrace, message, REMEDY).at(line, column, name)
}

fn too_many(word: &[u8], column: u32, line: u32) -> Fault {
    let message = format!("Line {line} goes on after its 18 fields: {}.", shown(word));
    Fault::new(Code::BadTrace, message, REMEDY).at(line, column, "end of line")
}

/// The beginning of a word that is not what it should be.
fn shown(word: &[u8]) -> String {
    let text = String::from_utf8_lossy(word);
    let start: String = text.chars().take(20).collect();
    if start.len() < text.len() { format!("\"{start}…\"") } else { format!("\"{start}\"") }
}
