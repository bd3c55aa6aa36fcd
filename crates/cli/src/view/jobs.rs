//! A list of jobs.

use super::{
    Answer, View,
    table::{self, Align},
    text::{or_dash, price, relative, span},
};
use serde_json::Value;
use soca_wire::api::Job;

/// Jobs, newest first.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// Understood.
    pub jobs: Vec<Job>,
    /// As they came.
    pub raw: Vec<Value>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Everybody's: who owns them is worth a column.
    pub all: bool,
    /// Only some states were asked for.
    pub filtered: bool,
}

impl Answer for Jobs {
    fn table(&self, view: &View) -> String {
        if self.jobs.is_empty() {
            return if self.filtered {
                "No jobs in such a state. See all of yours with: soca list\n".to_owned()
            } else {
                "No jobs yet. Submit one with: soca submit SCRIPT\n".to_owned()
            };
        }
        let mut columns = vec![("JOB", Align::Right), ("NAME", Align::Left)];
        if self.all {
            columns.push(("USER", Align::Left));
        }
        columns.extend([("QUEUE", Align::Left), ("STATE", Align::Left), ("NODES", Align::Right)]);
        columns.extend([
            ("SUBMITTED", Align::Left),
            ("RAN", Align::Right),
            ("COST", Align::Right),
            ("WHY", Align::Left),
        ]);
        let mut text = table::rows(&columns, self.jobs.iter().map(|job| self.row(job, view)));
        if self.next.is_some() {
            text += "There are more: see them with --limit.\n";
        }
        text
    }

    fn json(&self) -> String {
        serde_json::json!({"jobs": self.raw, "next": self.next}).to_string()
    }

    fn quiet(&self) -> String {
        self.jobs.iter().map(|job| format!("{}\n", job.id)).collect()
    }
}

impl Jobs {
    fn row(&self, job: &Job, view: &View) -> Vec<String> {
        let id = job.array.as_ref().map_or_else(|| job.id.to_string(), |_| format!("{}[]", job.id));
        let mut row = vec![id, job.name.clone()];
        if self.all {
            row.push(job.owner.clone());
        }
        let ran = job.started_at.as_ref().map(|_| span(job.run_ms / 1000));
        row.extend([job.queue.clone(), job.state.clone(), job.nodes.to_string()]);
        row.extend([
            relative(&job.submitted_at, view.now),
            or_dash(ran),
            price(job.cost_micro_usd),
            why(job),
        ]);
        row
    }
}

/// The shortest answer to "why is it so".
fn why(job: &Job) -> String {
    match (&job.wait, &job.reason, job.exit_code) {
        (Some(wait), ..) if !job.ended => wait.code.clone(),
        (_, _, Some(code)) if job.ended && code != 0 => format!("status {code}"),
        (_, Some(reason), _) => reason.code.clone(),
        _ => String::new(),
    }
}
