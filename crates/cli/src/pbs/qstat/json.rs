//! `qstat -F json`, in PBS's shape.

use super::{
    attributes::{self, Attribute},
    fetch::Found,
};
use crate::{commands::version::VERSION, pbs::id::SERVER, view::View};
use serde::Serialize;
use serde_json::{Map, Value};

/// All jobs.
pub(super) fn of_jobs(found: &Found, view: &View) -> String {
    let entries = found.rows.iter().map(|row| (row.id(), nested(&attributes::of(row, &found.stacks))));
    document("Jobs", entries.collect(), view)
}

/// The whole, its parts in PBS's order.
#[derive(Serialize)]
struct Document {
    timestamp: i64,
    pbs_version: String,
    pbs_server: &'static str,
    #[serde(flatten)]
    entries: Map<String, Value>,
}

/// The document around the entries.
pub(super) fn document(kind: &str, entries: Map<String, Value>, view: &View) -> String {
    let document = Document {
        timestamp: view.now.seconds(),
        pbs_version: format!("soca-{VERSION}"),
        pbs_server: SERVER,
        entries: Map::from_iter([(kind.to_owned(), Value::Object(entries))]),
    };
    format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
}

/// Attributes with the resources of a list in an object of their own.
pub(super) fn nested(attributes: &[Attribute]) -> Value {
    let mut object = Map::new();
    for (name, value) in attributes {
        match name.split_once('.') {
            None => {
                object.insert((*name).to_owned(), value.clone());
            }
            Some((list, name)) => {
                let list = object.entry(list).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(list) = list {
                    list.insert(name.to_owned(), value.clone());
                }
            }
        }
    }
    Value::Object(object)
}
