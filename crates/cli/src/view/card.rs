//! Everything about one job.

use super::{
    Answer, View,
    table::{self, Align},
    text::{count, moment, plain, price, relative, span_ms},
};
use crate::net::client::Answered;
use soca_domain::{memory::MemoryMib, time::format_walltime};
use soca_wire::api::{Attempt, ElementCounts, Job, Reason};
use std::time::Duration;

/// What is not said where nothing else was asked for.
const USUAL_ATTEMPTS: u32 = soca_domain::Attempt::MAX.0;

/// One job's card.
#[derive(Clone, Debug)]
pub struct Card(pub Answered<Job>);

impl Answer for Card {
    fn table(&self, view: &View) -> String {
        let job = &self.0.value;
        let heading = view.style.strong(&format!("Job {}", job.id));
        let mut text = format!("{heading}  {}\n{}", plain(&job.name), facts(job, view));
        if let Some(wait) = &job.wait {
            text += &format!(
                "Why it waits [{}]\n  {}\n  {}\n",
                wait.code,
                plain(&wait.message),
                plain(&wait.unblocked_by)
            );
        }
        if let Some(reason) = &job.reason {
            text += &format!("What went wrong [{}]\n{}", reason.code, sentences(reason));
        }
        if !job.attempts.is_empty() {
            text += &format!("Attempts\n{}", attempts(&job.attempts, view));
        }
        text
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.state.clone()
    }
}

/// A reason's two sentences.
pub fn sentences(reason: &Reason) -> String {
    format!("  {}\n  remedy: {}\n", plain(&reason.message), plain(&reason.remedy))
}

fn facts(job: &Job, view: &View) -> String {
    let when = |text: &Option<String>| text.as_ref().map(|text| moment(text, view.now));
    let list = |items: &[String]| (!items.is_empty()).then(|| plain(&items.join(", ")));
    let cancel = if job.cancel_requested && !job.ended { ", being cancelled" } else { "" };
    table::named([
        (
            "State",
            Some(format!(
                "{} (since {}){cancel}",
                view.style.state(&job.state),
                relative(&job.since, view.now)
            )),
        ),
        ("Exit status", job.exit_code.map(|code| code.to_string())),
        ("Owner", Some(plain(&job.owner))),
        ("Queue", Some(plain(&job.queue))),
        ("Project", job.project.as_deref().map(plain)),
        ("Array", job.array.as_deref().map(plain)),
        ("Elements", job.elements.as_ref().map(elements)),
        ("Nodes", Some(nodes(job))),
        ("Instance type", list(&job.instance_types)),
        ("Chosen", job.instance_selection.as_ref().map(|how| format!("by size, {} first", plain(how)))),
        ("Walltime", job.walltime_seconds.map(|s| format_walltime(Duration::from_secs(s)))),
        ("Attempts allowed", job.attempts_allowed.filter(|n| *n != USUAL_ATTEMPTS).map(|n| n.to_string())),
        ("Warned", job.signal.as_deref().map(plain)),
        ("Grace", job.grace_seconds.map(|s| count(u32::try_from(s).unwrap_or(u32::MAX), "second"))),
        ("Deadline", when(&job.deadline)),
        ("May cost", job.max_cost_micro_usd.map(|cost| price(Some(cost)))),
        ("Depends on", list(&job.depend)),
        ("Not before", when(&job.begin_at)),
        ("Submitted", Some(moment(&job.submitted_at, view.now))),
        ("Started", when(&job.started_at)),
        ("Ended", when(&job.ended_at)),
        ("Waited", Some(span_ms(job.wait_ms))),
        ("Ran", job.started_at.as_ref().map(|_| span_ms(job.run_ms))),
        ("Cost", job.cost_micro_usd.map(|cost| price(Some(cost)))),
        ("Directory", Some(plain(&job.workdir))),
        ("Output", Some(plain(&job.stdout))),
        ("Errors", Some(plain(&job.stderr))),
    ])
}

fn nodes(job: &Job) -> String {
    let cpus = job.ncpus.map(|n| count(n, "CPU"));
    let memory = job.memory_mib.map(|mib| MemoryMib(mib).to_string());
    let gpus = job.ngpus.map(|n| count(n, "GPU"));
    let each: Vec<String> = [cpus, memory, gpus].into_iter().flatten().collect();
    if each.is_empty() {
        job.nodes.to_string()
    } else {
        format!("{}, {} on each", job.nodes, each.join(", "))
    }
}

/// How an array stands, in one line.
pub fn elements(counts: &ElementCounts) -> String {
    let parts = [
        (counts.completed, "completed"),
        (counts.running, "running"),
        (counts.waiting, "waiting"),
        (counts.failed, "failed"),
        (counts.cancelled, "cancelled"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    format!("{} ({})", counts.total, parts.join(", "))
}

fn attempts(attempts: &[Attempt], view: &View) -> String {
    let columns = [
        ("#", Align::Right),
        ("STACK", Align::Left),
        ("TYPE", Align::Left),
        ("MARKET", Align::Left),
        ("PLACED", Align::Left),
        ("STARTED", Align::Left),
        ("ENDED", Align::Left),
        ("COST", Align::Right),
        ("WHY", Align::Left),
    ];
    let ago = |text: &Option<String>| text.as_ref().map_or_else(|| "-".to_owned(), |t| relative(t, view.now));
    let rows = attempts.iter().map(|a| {
        vec![
            a.number.to_string(),
            a.stack.clone(),
            instance_type(a),
            a.market.clone().unwrap_or_else(|| "-".into()),
            relative(&a.placed_at, view.now),
            ago(&a.started_at),
            ago(&a.ended_at),
            price(a.cost_micro_usd),
            a.reason.as_ref().map(|r| r.code.clone()).unwrap_or_default(),
        ]
    });
    let because = attempts.iter().filter_map(|a| {
        Some(format!(
            "  Attempt {} was another than the first choice, since {}.\n",
            a.number,
            plain(a.instead_because.as_ref()?)
        ))
    });
    table::indented(&table::rows(&columns, rows)) + &because.collect::<String>()
}

/// What was launched, or else what was to be.
fn instance_type(attempt: &Attempt) -> String {
    let offered = || match attempt.offered_types.as_slice() {
        [] => "-".to_owned(),
        [one] => one.clone(),
        [first, others @ ..] => format!("{first} +{}", others.len()),
    };
    attempt.instance_type.clone().unwrap_or_else(offered)
}
