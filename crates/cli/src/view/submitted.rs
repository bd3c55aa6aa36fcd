//! What came of a submit.

use super::{Answer, View, text::price};
use crate::net::client::Answered;
use soca_wire::api::SubmitReply;

/// A submit's reply.
#[derive(Clone, Debug)]
pub struct Submitted(pub Answered<SubmitReply>);

impl Answer for Submitted {
    /// The number alone, so that a shell can take it; the rest is a message.
    fn table(&self, _: &View) -> String {
        match &self.0.value.job {
            Some(job) => format!("{}\n", job.id),
            None => format!("The job would be accepted. {}\n", quote(self.0.value.quote_micro_usd)),
        }
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.job.as_ref().map(|job| job.id.to_string()).unwrap_or_default()
    }
}

/// What it costs at most, in a sentence.
pub fn quote(micro_usd: Option<u64>) -> String {
    match micro_usd {
        Some(_) => format!("It costs {} at most.", price(micro_usd)),
        None => {
            "What it may cost is not known: it has no walltime, or its instance type no price.".to_owned()
        }
    }
}
