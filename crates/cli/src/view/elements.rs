//! The elements of an array.

use super::{
    Answer, View,
    card::elements as summary,
    table::{self, Align},
    text::{or_dash, relative},
};
use crate::net::client::Answered;
use soca_wire::api::{Element, ElementList};

/// How each element stands.
#[derive(Clone, Debug)]
pub struct Elements(pub Answered<ElementList>);

impl Answer for Elements {
    fn table(&self, view: &View) -> String {
        let list = &self.0.value;
        let head = format!("Elements: {}\n", summary(&list.counts));
        if list.elements.is_empty() {
            return format!("{head}None has started yet. See why with: soca explain JOB\n");
        }
        let columns = [
            ("ELEMENT", Align::Right),
            ("STATE", Align::Left),
            ("STATUS", Align::Right),
            ("ATTEMPT", Align::Right),
            ("STARTED", Align::Left),
            ("ENDED", Align::Left),
            ("WHY", Align::Left),
        ];
        head + &table::rows(&columns, list.elements.iter().map(|element| row(element, view)))
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.elements.iter().map(|e| format!("{} {}\n", e.index, e.state)).collect()
    }
}

fn row(element: &Element, view: &View) -> Vec<String> {
    let ago = |text: &Option<String>| or_dash(text.as_ref().map(|t| relative(t, view.now)));
    vec![
        element.index.to_string(),
        element.state.clone(),
        or_dash(element.exit_code),
        element.attempt.to_string(),
        ago(&element.started_at),
        ago(&element.ended_at),
        element.reason.as_ref().map(|r| r.code.clone()).unwrap_or_default(),
    ]
}
