//! The tree of a YAML file.

use crate::report::Spot;

/// A node with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) value: Value,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing at all, `~` or `null`, without quotes.
    Null,
    /// A text, a number, yes or no: as written, without its quotes.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, each key once, in the file's order.
    Map(Vec<Entry>),
}

/// A key of a map and what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) key: String,
    pub(crate) value: Node,
}

impl Node {
    /// Its place, as that of what `name` is set to.
    pub(crate) fn spot<'a>(&self, name: &'a str) -> Spot<'a> {
        Spot { line: self.line, column: self.column, name }
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// What a map's key is for.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The entries, if it is a map.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }
}

impl Entry {
    /// The place of the key.
    pub(crate) fn spot(&self) -> Spot<'_> {
        Spot { line: self.line, column: self.column, name: &self.key }
    }
}
