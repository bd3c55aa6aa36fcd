//! What became of jobs that were to be cancelled, held or released.

use super::{Answer, View};
use crate::net::{api::Change, client::Answered};
use serde_json::{Value, json};
use soca_wire::api::{ErrorBody, Job};

/// The jobs that were changed, and those that could not be.
#[derive(Clone, Debug)]
pub struct Changed {
    /// What was asked for.
    pub change: Change,
    /// How many jobs were named.
    pub named: usize,
    /// As they are now.
    pub jobs: Vec<Answered<Job>>,
    /// Why not.
    pub errors: Vec<(String, ErrorBody)>,
}

impl Answer for Changed {
    fn table(&self, _: &View) -> String {
        self.jobs.iter().map(|job| format!("{} {}\n", job.value.id, self.outcome(&job.value))).collect()
    }

    /// One job's reply as it is; of several, one object with all of them.
    fn json(&self) -> String {
        match &self.jobs[..] {
            [job] if self.named == 1 => job.raw.clone(),
            [] if self.named == 1 => String::new(),
            jobs => {
                let jobs: Vec<Value> =
                    jobs.iter().filter_map(|job| serde_json::from_str(&job.raw).ok()).collect();
                let errors: Vec<Value> =
                    self.errors.iter().map(|(job, error)| json!({"job": job, "error": error})).collect();
                json!({"jobs": jobs, "errors": errors}).to_string()
            }
        }
    }
}

impl Changed {
    fn outcome(&self, job: &Job) -> &'static str {
        match self.change {
            Change::Cancel if job.ended => "cancelled",
            Change::Cancel => "is being cancelled",
            Change::Hold => "held: it starts when you release it",
            Change::Release => "released: it starts when its turn comes",
        }
    }
}
