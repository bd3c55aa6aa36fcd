//! What a job produces: the chunks of an array's elements, and its streams of output.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_app::ports::store::{OutputId, OutputState};
use soca_domain::{
    Attempt, ElementIndex, JobId,
    element::{Element, ElementChunk},
};
use std::collections::BTreeMap;

/// A chunk of an array.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ElementsRow {
    job: JobId,
    number: u32,
    version: u64,
    elements: BTreeMap<ElementIndex, Element>,
}

impl Row for ElementsRow {
    const KIND: &'static str = "elements";
}

impl From<ElementChunk> for ElementsRow {
    fn from(ElementChunk { job, number, version, elements }: ElementChunk) -> Self {
        Self { job, number, version, elements }
    }
}

impl From<ElementsRow> for ElementChunk {
    fn from(ElementsRow { job, number, version, elements }: ElementsRow) -> Self {
        Self { job, number, version, elements }
    }
}

/// A stream of output.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OutputRow {
    job: JobId,
    attempt: Attempt,
    #[serde(default)]
    element: Option<ElementIndex>,
    stderr: bool,
    size: u64,
    tail: Bytes,
}

impl Row for OutputRow {
    const KIND: &'static str = "output";
}

impl From<OutputState> for OutputRow {
    fn from(OutputState { id, size, tail }: OutputState) -> Self {
        let OutputId { job, attempt, element, stderr } = id;
        Self { job, attempt, element, stderr, size, tail: Bytes(tail) }
    }
}

impl From<OutputRow> for OutputState {
    fn from(row: OutputRow) -> Self {
        let OutputRow { job, attempt, element, stderr, size, tail } = row;
        Self { id: OutputId { job, attempt, element, stderr }, size, tail: tail.0 }
    }
}

/// Bytes that become one binary attribute; serde would write a plain vector as a list of numbers.
#[derive(Debug)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}
