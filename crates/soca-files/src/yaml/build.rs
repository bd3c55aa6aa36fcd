//! Builds the tree from the scanner's events, without recursion, within the limits.

use super::{
    MAX_BYTES, MAX_DEPTH, MAX_NODES, Stop,
    node::{Entry, Node, Value},
};
use crate::report::Report;
use saphyr_parser::{Event, ScalarStyle, Tag};
use soca_domain::id::shorten;
use std::collections::{HashMap, HashSet};

/// How large a subtree is, with its aliases followed.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

/// A list or map that has not ended.
#[derive(Debug)]
struct Open {
    line: u32,
    column: u32,
    anchor: usize,
    size: Size,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    List(Vec<Node>),
    /// The entries, and the key whose value comes next.
    Map(Vec<Entry>, Option<(u32, u32, String)>),
}

/// What has been built so far.
#[derive(Debug, Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, Size)>,
    total: Size,
    root: Option<Node>,
}

impl Builder {
    /// Takes the next event.
    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        line: u32,
        column: u32,
        report: &mut Report,
    ) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(tag.as_deref(), line, column)?;
                let size = Size { nodes: 1, bytes: text.len(), depth: 0 };
                self.count(size, line, column)?;
                self.add(Node { line, column, value: scalar(&text, style) }, size, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor, tag.as_deref(), Kind::List(Vec::new()), line, column)
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor, tag.as_deref(), Kind::Map(Vec::new(), None), line, column)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(report),
            Event::Alias(anchor) => self.alias(anchor, line, column),
            _ => Ok(()),
        }
    }

    /// The tree; nothing if the file has nothing.
    pub(super) fn finish(self) -> Node {
        self.root.unwrap_or(Node { line: 1, column: 1, value: Value::Null })
    }

    fn begin(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        kind: Kind,
        line: u32,
        column: u32,
    ) -> Result<(), Stop> {
        refuse_tag(tag, line, column)?;
        let size = Size { nodes: 1, bytes: 0, depth: 1 };
        self.count(size, line, column)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(too_large(line, column, &format!("nested more than {MAX_DEPTH} deep")));
        }
        self.open.push(Open { line, column, anchor, size, kind });
        Ok(())
    }

    fn end(&mut self, report: &mut Report) -> Result<(), Stop> {
        let Some(Open { line, column, anchor, size, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => Value::List(items),
            Kind::Map(entries, _) => Value::Map(merge(last_of_each(entries, report))?),
        };
        self.add(Node { line, column, value }, size, anchor)
    }

    /// A copy of what the anchor stands for, at the alias's place in the limits but with the anchor's in messages.
    fn alias(&mut self, anchor: usize, line: u32, column: u32) -> Result<(), Stop> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            let message = "The alias stands within what it refers to.".into();
            return Err(Stop { line, column, message, remedy: "Remove the alias." });
        };
        self.count(size, line, column)?;
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(too_large(line, column, &format!("nested more than {MAX_DEPTH} deep")));
        }
        self.add(node, size, 0)
    }

    fn count(&mut self, size: Size, line: u32, column: u32) -> Result<(), Stop> {
        self.total.nodes += size.nodes;
        self.total.bytes += size.bytes;
        if self.total.nodes > MAX_NODES || self.total.bytes > 4 * MAX_BYTES {
            return Err(too_large(line, column, "too large with its aliases followed"));
        }
        Ok(())
    }

    /// Puts a node where it belongs: into the innermost open list or map, or at the root.
    fn add(&mut self, node: Node, size: Size, anchor: usize) -> Result<(), Stop> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.size.nodes += size.nodes;
        parent.size.bytes += size.bytes;
        parent.size.depth = parent.size.depth.max(size.depth + 1);
        match &mut parent.kind {
            Kind::List(items) => items.push(node),
            Kind::Map(entries, key) => match key.take() {
                Some((line, column, key)) => entries.push(Entry { line, column, key, value: node }),
                None => *key = Some(read_key(node)?),
            },
        }
        Ok(())
    }
}

/// A scalar's value; only a plain one can be nothing.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    let is_null = style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
    if is_null { Value::Null } else { Value::Text(text.to_owned()) }
}

fn read_key(node: Node) -> Result<(u32, u32, String), Stop> {
    let Node { line, column, value } = node;
    match value {
        Value::Text(key) => Ok((line, column, key)),
        Value::Null => Ok((line, column, "null".into())),
        _ => {
            let message = "A list or map cannot be a key.".into();
            Err(Stop {
                line,
                column,
                message,
                remedy: "Put quotes around the key, or check for a stray bracket.",
            })
        }
    }
}

/// The tags of YAML's own kinds of values (YAML 1.2, chapter 10); any other would be an object of some program.
const TAGS: &[&str] = &["str", "int", "float", "bool", "null", "seq", "map"];

fn refuse_tag(tag: Option<&Tag>, line: u32, column: u32) -> Result<(), Stop> {
    let is_known = |tag: &Tag| {
        let is_bare = tag.handle.is_empty() && tag.suffix == "!";
        is_bare || tag.is_yaml_core_schema() && TAGS.contains(&tag.suffix.as_str())
    };
    let Some(tag) = tag.filter(|tag| !is_known(tag)) else { return Ok(()) };
    let message = format!("The tag \"{}\" is not supported.", shorten(&tag.to_string()));
    Err(Stop { line, column, message, remedy: "Remove it." })
}

fn too_large(line: u32, column: u32, what: &str) -> Stop {
    let message = format!("The file is {what}.");
    Stop { line, column, message, remedy: "Write the values out, or check that it is the right file." }
}

/// As PyYAML does, the last of several entries with one key stands; unlike PyYAML, not in silence.
fn last_of_each(mut entries: Vec<Entry>, report: &mut Report) -> Vec<Entry> {
    let mut seen = HashSet::new();
    let mut kept: Vec<bool> =
        entries.iter().rev().map(|entry| entry.key == "<<" || seen.insert(entry.key.clone())).collect();
    kept.reverse();
    for (entry, is_kept) in entries.iter().zip(&kept) {
        if !is_kept {
            report.warn(entry.spot(), "The key is there again further down; the last one stands.");
        }
    }
    let mut kept = kept.into_iter();
    entries.retain(|_| kept.next().unwrap_or(true));
    entries
}

/// Fills in what `<<: *anchor` or `<<: [*a, *b]` brings; the map's own keys stand, then the first of those brought.
fn merge(entries: Vec<Entry>) -> Result<Vec<Entry>, Stop> {
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|e| e.key == "<<");
    let mut seen: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    for Entry { line, column, value, .. } in merges {
        let maps = match value.value {
            Value::List(items) => items,
            _ => vec![value],
        };
        for map in maps {
            let Value::Map(entries) = map.value else {
                let message = "Only maps can be merged with <<.".into();
                return Err(Stop {
                    line,
                    column,
                    message,
                    remedy: "Write <<: *anchor, the anchor being on a map.",
                });
            };
            own.extend(entries.into_iter().filter(|entry| seen.insert(entry.key.clone())));
        }
    }
    Ok(own)
}
