//! Reads typed values from nodes; what is wrong goes into the report, and nothing is returned for it.

use crate::{
    report::{Report, Spot},
    yaml::{Entry, Node, Value},
};
use soca_domain::{Fault, id::shorten, instance_type::nearest};

/// The entries of a map.
pub(crate) fn map<'a>(node: &'a Node, name: &str, report: &mut Report) -> Option<&'a [Entry]> {
    if node.entries().is_none() {
        let message = format!("\"{}\" is {} where a map should be.", shorten(name), node.kind());
        report.unreadable(
            node.spot(name),
            message,
            "Write its keys below it, each indented by two more blanks.",
        );
    }
    node.entries()
}

/// A single value as text; nothing, with a warning, if the key has none.
pub(crate) fn text<'a>(entry: &'a Entry, report: &mut Report) -> Option<&'a str> {
    match &entry.value.value {
        Value::Text(text) => Some(text),
        Value::Null => {
            report.warn(entry.spot(), "The key has no value and is left out.");
            None
        }
        _ => {
            let message =
                format!("{} is {} where a single value should be.", shorten(&entry.key), entry.value.kind());
            let remedy = "Write one value; where there may be several, put a plus between them: a+b.";
            report.bad_value(entry.value.spot(&entry.key), message, remedy);
            None
        }
    }
}

/// A whole number within bounds, in decimal digits, quoted or not.
pub(crate) fn number(entry: &Entry, least: u32, most: u32, report: &mut Report) -> Option<u32> {
    let written = text(entry, report)?;
    let is_decimal =
        written.bytes().all(|b| b.is_ascii_digit()) && (written == "0" || !written.starts_with('0'));
    let number = written.parse().ok().filter(|n| is_decimal && (least..=most).contains(n));
    if number.is_none() {
        let message = format!("{} cannot be \"{}\".", shorten(&entry.key), shorten(written));
        let remedy = if most == u32::MAX {
            format!("Write a whole number, {least} or more.")
        } else {
            format!("Write a whole number from {least} to {most}.")
        };
        report.bad_value(entry.value.spot(&entry.key), message, &remedy);
    }
    number
}

/// One of several words.
pub(crate) fn word<T: Copy>(entry: &Entry, words: &[(&str, T)], report: &mut Report) -> Option<T> {
    let written = text(entry, report)?;
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(written)).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("{} cannot be \"{}\".", shorten(&entry.key), shorten(written));
        report.bad_value(entry.value.spot(&entry.key), message, &format!("Write {}.", known.join(" or ")));
    }
    found
}

/// The items of a list of texts, each read by `read`; a key without a value is an empty list.
pub(crate) fn list<T>(entry: &Entry, report: &mut Report, read: impl Fn(&str) -> Result<T, Fault>) -> Vec<T> {
    let items = match &entry.value.value {
        Value::List(items) => items.as_slice(),
        Value::Null => &[],
        _ => {
            let message =
                format!("{} is {} where a list should be.", shorten(&entry.key), entry.value.kind());
            let remedy = format!("Write {}: [\"a\", \"b\"], or [] for an empty list.", shorten(&entry.key));
            report.bad_value(entry.value.spot(&entry.key), message, &remedy);
            &[]
        }
    };
    items.iter().filter_map(|item| list_item(item, &entry.key, report, &read)).collect()
}

fn list_item<T>(
    item: &Node,
    key: &str,
    report: &mut Report,
    read: impl Fn(&str) -> Result<T, Fault>,
) -> Option<T> {
    let spot = item.spot(key);
    let Value::Text(text) = &item.value else {
        let message =
            format!("{} has {} in its list where a single value should be.", shorten(key), item.kind());
        report.bad_value(spot, message, "Write every value in quotes.");
        return None;
    };
    read(text).map_err(|fault| report.fault(spot, fault)).ok()
}

/// Warns of a key that nobody knows, with the nearest that is known.
pub(crate) fn unknown<'a>(spot: Spot<'_>, known: impl IntoIterator<Item = &'a str>, report: &mut Report) {
    let near = if spot.name.len() > 64 { Vec::new() } else { nearest(spot.name, known, 1) };
    let advice = near.first().map_or(String::new(), |near| format!("; the nearest one is {near}"));
    report.warn(spot, format!("The key is not known and is left out{advice}."));
}
