//! One queue's settings, and what changed in them.

use super::{
    Answer, View, table,
    text::{or_dash, plain},
};
use crate::{
    net::client::Answered,
    queue::{
        changes::{Change, Changed},
        document::Document,
        keys::flat,
    },
};
use serde_json::json;
use soca_wire::api::QueueSettings;

/// One queue's card.
#[derive(Clone, Debug)]
pub struct Card(pub Answered<QueueSettings>);

impl Answer for Card {
    fn table(&self, view: &View) -> String {
        let settings = &self.0.value;
        let heading = view.style.strong(&format!("Queue {}", plain(&settings.name)));
        let lines = flat(settings).into_iter().filter(|(key, _)| key != "description");
        format!("{heading}  {}\n{}", plain(&settings.description), keyed(lines))
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.name.clone()
    }
}

/// What setting a queue has changed.
#[derive(Clone, Debug)]
pub struct Set {
    /// The changes.
    pub changed: Changed,
    /// The API's reply.
    pub raw: String,
}

impl Answer for Set {
    fn table(&self, view: &View) -> String {
        changed(&self.changed, view)
    }

    fn json(&self) -> String {
        self.raw.clone()
    }

    fn quiet(&self) -> String {
        self.changed.name.clone()
    }
}

/// What an import changes.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Nothing has been changed yet.
    pub dry_run: bool,
    /// For each queue of the file.
    pub queues: Vec<Changed>,
}

impl Answer for Changes {
    fn table(&self, view: &View) -> String {
        let queues: String = self.queues.iter().map(|queue| changed(queue, view)).collect();
        match (self.dry_run, self.queues.is_empty()) {
            (_, true) => "The file has no queues.\n".to_owned(),
            (true, false) => format!("{queues}Nothing has been changed: this was a dry run.\n"),
            (false, false) => queues,
        }
    }

    fn json(&self) -> String {
        json!({"dry_run": self.dry_run, "queues": self.queues}).to_string()
    }

    fn quiet(&self) -> String {
        let those = self.queues.iter().filter(|queue| !queue.is_nothing());
        those.map(|queue| format!("{}\n", queue.name)).collect()
    }
}

/// All queues as a document.
#[derive(Clone, Debug)]
pub struct Exported(pub Document);

impl Exported {
    /// The document's text.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_default() + "\n"
    }
}

impl Answer for Exported {
    fn table(&self, _: &View) -> String {
        self.pretty()
    }

    fn json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    fn quiet(&self) -> String {
        self.pretty()
    }
}

fn changed(queue: &Changed, view: &View) -> String {
    let what = match (queue.is_new, queue.changes.is_empty()) {
        (true, _) => view.style.good("new"),
        (false, true) => "unchanged".to_owned(),
        (false, false) => view.style.notable("changed"),
    };
    let arrow = |change: &Change| match (queue.is_new, &change.new) {
        (true, Some(new)) => new.clone(),
        (_, new) => format!("{} → {}", or_dash(change.old.as_ref()), or_dash(new.as_ref())),
    };
    let lines = queue.changes.iter().map(|change| (change.key.clone(), arrow(change)));
    let heading = view.style.strong(&format!("Queue {}", plain(&queue.name)));
    format!("{heading}  {what}\n{}", keyed(lines))
}

/// Keys with their values under each other.
fn keyed(lines: impl Iterator<Item = (String, String)>) -> String {
    let lines: Vec<(String, String)> = lines.collect();
    let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    let text: String = lines.iter().map(|(key, value)| format!("{key:width$}  {}\n", plain(value))).collect();
    table::indented(&text)
}
