//! Which jobs a `qstat` is about, and what the API knows of them.

use super::{Wanted, row::Row, status};
use crate::{
    failure::{FAILED, Failure},
    net::client::Client,
    pbs::id::{self, Named},
};
use soca_wire::api::{Job, JobList, Stack};

/// Jobs are asked for in pages of so many.
const PAGE: u32 = 100;
/// And at most so many pages.
const PAGES: u32 = 50;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Oldest first.
    pub(super) rows: Vec<Row>,
    pub(super) complaints: Vec<Complaint>,
    /// Live capacity, for host names.
    pub(super) stacks: Vec<Stack>,
}

/// Something that was named and cannot be shown.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) text: String,
    pub(super) status: u8,
}

impl Complaint {
    fn new(text: String, status: u8) -> Complaint {
        Complaint { text, status }
    }
}

/// Finds the jobs that the operands name, or all that are wanted.
pub(super) fn jobs(operands: &[String], wanted: &Wanted, client: &Client<'_>) -> Result<Found, Failure> {
    let mut found = Found::default();
    if operands.is_empty() {
        list(None, wanted, client, &mut found)?;
    }
    for operand in operands {
        if operand.starts_with(|c: char| c.is_ascii_digit()) {
            named(operand, wanted, client, &mut found)?;
        } else {
            queue(operand, wanted, client, &mut found)?;
        }
    }
    if (wanted.full || wanted.hosts)
        && found.rows.iter().any(|row| !row.job.attempts.is_empty() && !row.job.ended)
    {
        found.stacks = client.stacks()?.value.stacks;
    }
    Ok(found)
}

/// One job by its id.
fn named(text: &str, wanted: &Wanted, client: &Client<'_>, found: &mut Found) -> Result<(), Failure> {
    let Some(named) = Named::read(text) else {
        let what = format!("illegally formed job identifier: {}", soca_domain::id::shorten(text));
        found.complaints.push(Complaint::new(what, FAILED));
        return Ok(());
    };
    let job = match client.job(named.job) {
        Ok(job) => job.value,
        Err(failure) if failure.code() == "JOB_NOT_FOUND" => {
            found
                .complaints
                .push(Complaint::new(format!("Unknown Job Id {}", id::full(text)), status::UNKNOWN_JOB));
            return Ok(());
        }
        Err(failure) => return Err(failure),
    };
    if job.ended && !wanted.finished {
        let what =
            format!("{} Job has finished, use -x or -H to obtain historical job information", id::full(text));
        found.complaints.push(Complaint::new(what, status::FINISHED));
        return Ok(());
    }
    let rows = Row::all_of(job, wanted.elements || named.element.is_some(), client)?;
    let before = found.rows.len();
    found.rows.extend(rows.into_iter().filter(|row| named.element.is_none_or(|e| row.index() == Some(e))));
    if found.rows.len() == before {
        found
            .complaints
            .push(Complaint::new(format!("Unknown Job Id {}", id::full(text)), status::UNKNOWN_JOB));
    }
    Ok(())
}

/// The jobs of one queue.
fn queue(name: &str, wanted: &Wanted, client: &Client<'_>, found: &mut Found) -> Result<(), Failure> {
    let name = name.split('@').next().unwrap_or_default();
    if client.queues()?.value.queues.iter().any(|queue| queue.name == name) {
        return list(Some(name), wanted, client, found);
    }
    let what = format!("Unknown queue {}", soca_domain::id::shorten(name));
    found.complaints.push(Complaint::new(what, status::UNKNOWN_QUEUE));
    Ok(())
}

/// All jobs that are wanted; PBS shows everybody's, the API only what one may see.
fn list(queue: Option<&str>, wanted: &Wanted, client: &Client<'_>, found: &mut Found) -> Result<(), Failure> {
    let (mut from, mut jobs) = (None, Vec::new());
    for _ in 0..PAGES {
        let page: JobList = page(client, from.as_deref())?;
        jobs.extend(page.jobs.into_iter().filter(|job| is_wanted(job, queue, wanted)));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    jobs.reverse();
    for job in jobs {
        found.rows.extend(Row::all_of(job, wanted.elements, client)?);
    }
    Ok(())
}

fn page(client: &Client<'_>, from: Option<&str>) -> Result<JobList, Failure> {
    let forbidden = |failure: &Failure| failure.refusal().is_some_and(|refusal| refusal.http == Some(403));
    let value = match client.jobs(PAGE, from, true) {
        Err(failure) if forbidden(&failure) => client.jobs(PAGE, from, false)?,
        page => page?,
    };
    serde_json::from_value(value.value).map_err(|_| {
        Failure::new(
            "BAD_REPLY",
            "The list of jobs cannot be understood.",
            "Update this program, or run soca doctor.",
        )
    })
}

fn is_wanted(job: &Job, queue: Option<&str>, wanted: &Wanted) -> bool {
    let waiting = job.started_at.is_none() || matches!(job.state.as_str(), "held" | "queued");
    (wanted.finished || !job.ended)
        && (!wanted.only_finished || job.ended)
        && (!wanted.only_arrays || job.array.is_some())
        && (!wanted.only_running || (!waiting && !job.ended))
        && (!wanted.only_waiting || (waiting && !job.ended))
        && queue.is_none_or(|queue| job.queue == queue)
        && (wanted.users.is_empty() || wanted.users.contains(&job.owner))
}
