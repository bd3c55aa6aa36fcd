//! What rows hold, apart from the entities: a change of the domain cannot silently change the table.
//!
//! Each kind of row is a struct with one attribute per field of its entity; every row also says its `kind` and its
//! `schema_version`. Reading ignores attributes it does not know, so that a newer release may add some; a release whose
//! rows the one before cannot read raises the kind's [`Row::SCHEMA`]. The value types *inside* an attribute are the
//! domain's: `tests/rows/v1` has one row of each kind as the first release wrote it, and they must stay readable for
//! ever (P12). A new attribute therefore has a default, and a fixture is never edited.

mod array;
mod job;
mod offers;
mod project;
mod queue;
mod small;
mod stack;
#[cfg(test)]
mod tests;

pub(crate) use array::{ElementsRow, OutputRow};
pub(crate) use job::JobRow;
pub(crate) use offers::{DryPoolRow, OffersRow};
pub(crate) use project::{AccountRow, ProjectRow};
pub(crate) use queue::{QueueRow, ShareRow, UsageRow};
pub(crate) use small::{CounterRow, JobPointerRow, LeaseRow, RequestRow, StackPointerRow, WaitingPointerRow};
pub(crate) use stack::{NodeRow, StackRow};

use crate::{PARTITION_KEY, SORT_KEY, keys::Key};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};
use soca_app::ports::store::StoreError;
use std::collections::HashMap;

/// A row as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Which kind of row it is.
pub(crate) const KIND: &str = "kind";
/// Which release's way of writing it.
pub(crate) const SCHEMA_VERSION: &str = "schema_version";

/// One kind of row.
pub(crate) trait Row: Serialize + DeserializeOwned {
    /// Its word, for people who look into the table and for readers of its stream.
    const KIND: &'static str;
    /// The version this release writes, and the greatest it reads.
    const SCHEMA: u32 = 1;
}

/// The row with its key.
pub(crate) fn encode<R: Row>(key: &Key, row: &R) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(row)
        .map_err(|e| StoreError::Corrupt(format!("{key} cannot be written: {e}")))?;
    item.extend(key_of(key));
    item.insert(KIND.into(), AttributeValue::S(R::KIND.into()));
    item.insert(SCHEMA_VERSION.into(), AttributeValue::N(R::SCHEMA.to_string()));
    Ok(item)
}

/// The row of an item, if this release can read it.
pub(crate) fn decode<R: Row>(item: Item) -> Result<R, StoreError> {
    let key = name_of(&item);
    let schema = item.get(SCHEMA_VERSION).and_then(|v| v.as_n().ok()).and_then(|n| n.parse::<u32>().ok());
    match schema {
        Some(schema) if schema <= R::SCHEMA => serde_dynamo::from_item(item)
            .map_err(|e| StoreError::Corrupt(format!("{key} as {}: {e}", R::KIND))),
        Some(schema) => {
            Err(StoreError::Corrupt(format!("{key} is of schema {schema}, written by a newer release")))
        }
        None => Err(StoreError::Corrupt(format!("{key} has no {SCHEMA_VERSION}"))),
    }
}

/// The key's attributes.
pub(crate) fn key_of(key: &Key) -> Item {
    Item::from([
        (PARTITION_KEY.to_owned(), AttributeValue::S(key.pk.clone())),
        (SORT_KEY.to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

/// The key in an item, if it has a whole one.
pub(crate) fn key_in(item: &Item) -> Option<Key> {
    let text = |name| item.get(name).and_then(|v| v.as_s().ok()).cloned();
    Some(Key { pk: text(PARTITION_KEY)?, sk: text(SORT_KEY)? })
}

fn name_of(item: &Item) -> String {
    key_in(item).map_or_else(|| "a row without a key".into(), |key| key.to_string())
}
