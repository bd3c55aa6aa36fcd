//! `soca list`: asks for pages until it has enough.

use super::Outcome;
use crate::{args::List, context::Context, failure::Failure, net::client::Client, view::jobs::Jobs};
use serde_json::Value;
use soca_wire::api::{Job, JobList};

/// The most jobs asked for at once.
const PAGE: u32 = 100;
/// The most pages read in search of jobs in a certain state.
const PAGES: u32 = 50;

pub(super) fn run(options: &List, ctx: &mut Context<'_, '_>) -> Outcome {
    let state = options.state.as_deref();
    let wanted = |job: &Job| state.is_none_or(|state| is_in(job, state));
    let jobs = gather(&ctx.client()?, options.limit, options.all, &wanted)?;
    ctx.answer(&Jobs { filtered: state.is_some(), ..jobs })?;
    Ok(0)
}

/// The newest jobs that are wanted, at most `limit` of them.
fn gather(
    client: &Client<'_>,
    limit: u32,
    all: bool,
    wanted: &dyn Fn(&Job) -> bool,
) -> Result<Jobs, Failure> {
    let mut found = Jobs { jobs: Vec::new(), raw: Vec::new(), next: None, all, filtered: false };
    for _ in 0..PAGES {
        let missing = limit.saturating_sub(u32::try_from(found.jobs.len()).unwrap_or(u32::MAX));
        let page = client.jobs(missing.min(PAGE), found.next.as_deref(), all)?.value;
        found.next = add(page, &mut found, wanted)?;
        if found.next.is_none() || found.jobs.len() >= limit as usize {
            break;
        }
    }
    Ok(found)
}

/// Takes over the wanted jobs of a page; where the next one begins.
fn add(page: Value, found: &mut Jobs, wanted: &dyn Fn(&Job) -> bool) -> Result<Option<String>, Failure> {
    let list: JobList = serde_json::from_value(page.clone()).map_err(|_| {
        Failure::new(
            "BAD_REPLY",
            "The list of jobs cannot be understood.",
            "Update this program, or run soca doctor.",
        )
    })?;
    let raw = page.get("jobs").and_then(Value::as_array).cloned().unwrap_or_default();
    for (job, raw) in list.jobs.into_iter().zip(raw) {
        if wanted(&job) {
            found.jobs.push(job);
            found.raw.push(raw);
        }
    }
    Ok(list.next)
}

fn is_in(job: &Job, state: &str) -> bool {
    match state {
        "active" => !job.ended,
        "ended" => job.ended,
        "waiting" => matches!(job.state.as_str(), "held" | "queued"),
        state => job.state == state,
    }
}
