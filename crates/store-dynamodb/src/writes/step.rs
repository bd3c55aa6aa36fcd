//! One row's part of a commit, in a form that becomes a request of its own or an item of a transaction.

use crate::{
    PARTITION_KEY,
    keys::Key,
    rows::{self, Item, KIND, Row, SCHEMA_VERSION},
};
use aws_sdk_dynamodb::{
    error::BuildError,
    types::{AttributeValue, Delete, Put, TransactWriteItem, Update},
};
use soca_app::ports::store::StoreError;
use std::collections::HashMap;

/// What happens to one row.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// It is written whole.
    Put(Item, Option<Condition>),
    /// Some of its attributes change by an update expression. Not idempotent, so always part of a transaction.
    Update(Key, String, Condition),
    /// It goes.
    Remove(Key),
}

/// A condition with the names and values that it (or its update expression) mentions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condition {
    /// The condition expression; empty when it always holds.
    pub(crate) text: String,
    /// `#name` to attribute.
    pub(crate) names: HashMap<String, String>,
    /// `:name` to value.
    pub(crate) values: Item,
}

impl Condition {
    /// The condition `text`, in which `#x` stands for the attribute `x` for each of `names`.
    pub(crate) fn new(text: impl Into<String>, names: &[&str]) -> Self {
        let names = names.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect();
        Self { text: text.into(), names, values: Item::new() }
    }

    /// With a number for `:name`.
    pub(crate) fn number(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(format!(":{name}"), AttributeValue::N(value.to_string()));
        self
    }

    /// With a text for `:name`.
    pub(crate) fn string(mut self, name: &str, value: &str) -> Self {
        self.values.insert(format!(":{name}"), AttributeValue::S(value.to_owned()));
        self
    }

    /// The row does not exist.
    pub(crate) fn absent() -> Self {
        Self::new(format!("attribute_not_exists(#{PARTITION_KEY})"), &[PARTITION_KEY])
    }

    /// The row has still the version it was read with.
    pub(crate) fn version(version: u64) -> Self {
        Self::new("#version = :version", &["version"]).number("version", version)
    }

    /// Either of two conditions.
    pub(crate) fn or(mut self, other: Condition) -> Self {
        self.text = format!("({}) OR ({})", self.text, other.text);
        self.names.extend(other.names);
        self.values.extend(other.values);
        self
    }

    /// Adds what an update of a row of kind `R` needs to mark it: `#kind = :kind, #schema_version = :schema`.
    pub(crate) fn marking<R: Row>(mut self) -> Self {
        for name in [KIND, SCHEMA_VERSION] {
            self.names.insert(format!("#{name}"), name.to_owned());
        }
        self.string("kind", R::KIND).number("schema", R::SCHEMA)
    }
}

/// The part of an update expression that marks a row with its kind and schema version; goes with
/// [`Condition::marking`].
pub(crate) const MARK: &str = "#kind = :kind, #schema_version = :schema";

impl Step {
    /// Writes a row whole, if the condition holds.
    pub(crate) fn put<R: Row>(key: &Key, row: &R, condition: Option<Condition>) -> Result<Step, StoreError> {
        Ok(Step::Put(rows::encode(key, row)?, condition))
    }

    /// The step as an item of a transaction.
    pub(crate) fn transact(self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let item = TransactWriteItem::builder();
        Ok(match self {
            Step::Put(row, condition) => item.put(put(table, row, condition)?),
            Step::Update(key, update, condition) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(rows::key_of(&key)))
                    .update_expression(update)
                    .set_condition_expression((!condition.text.is_empty()).then_some(condition.text))
                    .set_expression_attribute_names(Some(condition.names))
                    .set_expression_attribute_values(Some(condition.values))
                    .build()?,
            ),
            Step::Remove(key) => {
                item.delete(Delete::builder().table_name(table).set_key(Some(rows::key_of(&key))).build()?)
            }
        }
        .build())
    }
}

fn put(table: &str, row: Item, condition: Option<Condition>) -> Result<Put, BuildError> {
    let put = Put::builder().table_name(table).set_item(Some(row));
    match condition {
        None => put.build(),
        Some(Condition { text, names, values }) => put
            .condition_expression(text)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(some_unless_empty(values))
            .build(),
    }
}

/// DynamoDB refuses an empty map of values.
pub(crate) fn some_unless_empty(values: Item) -> Option<Item> {
    (!values.is_empty()).then_some(values)
}
