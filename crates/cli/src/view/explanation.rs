//! What is going on with a job, and what has happened so far.

use super::{
    Answer, View,
    card::sentences,
    text::{absolute, plain},
};
use crate::net::client::Answered;
use soca_wire::api::Explanation;

/// One job's explanation.
#[derive(Clone, Debug)]
pub struct Explained(pub Answered<Explanation>);

impl Answer for Explained {
    fn table(&self, view: &View) -> String {
        let it = &self.0.value;
        let heading = view.style.strong(&format!("Job {}", it.job));
        let mut text = format!("{heading}  {}\n  {}\n", view.style.state(&it.state), plain(&it.summary));
        if let Some(wait) = &it.wait {
            text += &format!("Why it waits [{}]\n  {}\n", wait.code, plain(&wait.message));
            text += &format!("What would let it start\n  {}\n", plain(&wait.unblocked_by));
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
