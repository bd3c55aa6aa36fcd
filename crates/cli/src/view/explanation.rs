//! What is going on with a job, and what has happened so far.

use super::{
    Answer, View,
    card::sentences,
    text::{absolute, plain},
};
use crate::net::client::Answered;
use soca_wire::api::{Explanation, WaitReason};

/// One job's explanation.
#[derive(Clone, Debug)]
pub struct Explained(pub Answered<Explanation>);

/// Its place, and when it starts at the latest, as far as they are known.
fn prospects(wait: &WaitReason) -> String {
    let place = wait.ahead.map(|ahead| match ahead {
        0 => "It is the first of those that wait.".to_owned(),
        1 => "One job is before it.".to_owned(),
        more => format!("{more} jobs are before it."),
    });
    let start = wait.starts_by.as_ref().map(|at| format!("It starts by {} as things stand.", absolute(at)));
    let known: Vec<String> = place.into_iter().chain(start).collect();
    if known.is_empty() { String::new() } else { format!("Its prospects\n  {}\n", known.join(" ")) }
}

impl Answer for Explained {
    fn table(&self, view: &View) -> String {
        let it = &self.0.value;
        let heading = view.style.strong(&format!("Job {}", it.job));
        let mut text = format!("{heading}  {}\n  {}\n", view.style.state(&it.state), plain(&it.summary));
        if let Some(wait) = &it.wait {
            text += &format!("Why it waits [{}]\n  {}\n", wait.code, plain(&wait.message));
            text += &format!("What would let it start\n  {}\n", plain(&wait.unblocked_by));
            text += &prospects(wait);
        }
        if let Some(reason) = &it.reason {
            text += &format!("What went wrong [{}]\n{}", reason.code, sentences(reason));
        }
        if !it.history.is_empty() {
            text += "What has happened\n";
        }
        for line in &it.history {
            text += &format!("  {}  {}\n", absolute(&line.at), plain(&line.what));
        }
        text
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        plain(&self.0.value.summary)
    }
}
