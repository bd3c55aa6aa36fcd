//! Reading jobs, their elements and output, and live stacks: each caller sees what is his (P9).

use crate::{
    Caller,
    error::{Error, job_not_found},
    output::{self, Piece},
    ports::{
        Artifacts, Store,
        store::{OutputId, Page},
    },
};
use soca_domain::{
    Attempt, Code, ElementIndex, Job, JobId,
    element::{ElementChunk, ElementCounts},
    node::Node,
    request::Join,
    stack::Stack,
};

/// One job of the caller's.
///
/// # Errors
/// `JOB_NOT_FOUND` alike for jobs that are not there and jobs that are somebody else's.
pub async fn job(store: &dyn Store, caller: &Caller, id: JobId) -> Result<Job, Error> {
    let job = store.job(id).await?.filter(|job| caller.may_manage(&job.owner));
    job.ok_or_else(|| job_not_found(id))
}

/// The caller's jobs, or everybody's for an administrator who asks; newest first.
pub async fn list(
    store: &dyn Store,
    caller: &Caller,
    all: bool,
    limit: u32,
    from: Option<&str>,
) -> Result<Page<Job>, Error> {
    let owner = (!(all && caller.admin)).then_some(&caller.user);
    Ok(store.jobs(owner, limit.clamp(1, 100), from).await?)
}

/// An array's counts and chunks.
///
/// # Errors
/// `WRONG_STATE` for a job that is no array.
pub async fn elements(store: &dyn Store, job: &Job) -> Result<(ElementCounts, Vec<ElementChunk>), Error> {
    let array = job.array.as_ref().ok_or_else(|| {
        Error::refused(
            Code::WrongState,
            format!("Job {} is not an array.", job.id),
            "soca status shows the job.",
        )
    })?;
    let chunks = store.elements(job.id).await?;
    Ok((ElementCounts::of(array, &chunks), chunks))
}

/// Which output is asked for.
#[derive(Clone, Debug)]
pub struct OutputQuery {
    /// Of which element of an array.
    pub element: Option<ElementIndex>,
    /// Of which attempt; `None` means the last.
    pub attempt: Option<Attempt>,
    /// Standard error rather than standard output.
    pub stderr: bool,
    /// From which byte.
    pub offset: u64,
}

/// A piece of a job's output.
#[derive(Clone, Debug)]
pub struct JobOutput {
    /// Of which attempt.
    pub attempt: Attempt,
    /// The piece.
    pub piece: Piece,
    /// Nothing will come after it.
    pub complete: bool,
}

/// Reads output of a job.
///
/// # Errors
/// `BAD_QUERY` for an array without an element, or an element that is not of it.
pub async fn read_output(
    store: &dyn Store,
    artifacts: &dyn Artifacts,
    job: &Job,
    q: &OutputQuery,
) -> Result<JobOutput, Error> {
    check_element(job, q.element)?;
    let attempt = q.attempt.unwrap_or_else(|| job.attempt());
    let stderr = match job.run.join {
        Join::Separate => q.stderr,
        // A joined job has one stream, which agents report as standard output.
        Join::IntoStdout | Join::IntoStderr => false,
    };
    let id = OutputId { job: job.id, attempt, element: q.element, stderr };
    let ended = attempt < job.attempt() || job.last_attempt().is_none_or(|a| a.ended_at.is_some());
    let piece = output::read(store, artifacts, &id, q.offset).await?;
    let all = piece.offset + piece.bytes.len() as u64 >= piece.size;
    let joined_away = q.stderr && job.run.join != Join::Separate;
    if joined_away {
        let piece = Piece { offset: q.offset, bytes: vec![], size: 0 };
        return Ok(JobOutput { attempt, piece, complete: true });
    }
    Ok(JobOutput {
        attempt,
        piece,
        complete: ended && all && (job.state.is_final() || !job.attempts.is_empty()),
    })
}

fn check_element(job: &Job, element: Option<ElementIndex>) -> Result<(), Error> {
    let bad = |message: String, remedy: &str| Err(Error::refused(Code::BadQuery, message, remedy));
    match (&job.array, element) {
        (None, None) => Ok(()),
        (None, Some(_)) => bad(format!("Job {} is not an array.", job.id), "Leave the element out."),
        (Some(_), None) => bad(format!("Job {} is an array.", job.id), "Say which element's output to read."),
        (Some(array), Some(element)) if array.position(element).is_some() => Ok(()),
        (Some(array), Some(element)) => {
            bad(format!("Job {}[{array}] has no element {element}.", job.id), "soca elements shows them.")
        }
    }
}

/// Live stacks with their nodes: the caller's, or everybody's for an administrator.
pub async fn stacks(store: &dyn Store, caller: &Caller) -> Result<Vec<(Stack, Vec<Node>)>, Error> {
    let mut found = Vec::new();
    for stack in store.live_stacks().await? {
        if caller.may_manage(&stack.owner) {
            let nodes = store.nodes(&stack.id).await?;
            found.push((stack, nodes));
        }
    }
    found.sort_by_key(|(stack, _)| stack.id.parts());
    Ok(found)
}
