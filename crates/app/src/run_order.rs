//! What a node is told to run: the job with its paths, environment, node list and the elements still to do.

use crate::{
    error::Error,
    ports::{Artifacts, Store},
    settings::GRACE,
};
use soca_domain::{
    Attempt, Job, JobId, Timestamp, element::unfinished, job::ScriptRef, node::Node, request::Join,
    stack::Stack,
};
use std::time::Duration;

/// Everything the agent needs; the wire layer gives it its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOrder {
    /// Which job.
    pub job: JobId,
    /// Which attempt.
    pub attempt: Attempt,
    /// The job as it stands.
    pub details: Job,
    /// The script's text.
    pub script: String,
    /// Absolute path of the output file.
    pub stdout: String,
    /// Absolute path of the error file.
    pub stderr: String,
    /// Time between SIGTERM and SIGKILL.
    pub grace: Duration,
    /// When every script of the job must be over, besides its walltime.
    pub end_by: Option<Timestamp>,
    /// CPUs on each node.
    pub ncpus: u32,
    /// Lines of each host in the node file.
    pub mpiprocs: u32,
    /// Host names, node 0 first.
    pub hosts: Vec<String>,
    /// The elements still to run and how many at once.
    pub array: Option<(Vec<[u32; 3]>, u32)>,
}

/// Makes the order for a job whose nodes are all there.
pub async fn make(
    store: &dyn Store,
    artifacts: &dyn Artifacts,
    job: &Job,
    stack: &Stack,
) -> Result<RunOrder, Error> {
    let nodes = store.nodes(&stack.id).await?;
    let script = match &job.run.script {
        ScriptRef::Inline(text) => text.clone(),
        ScriptRef::Stored { key, .. } => {
            let bytes =
                artifacts.get(key).await?.ok_or_else(|| Error::Internal(format!("script {key} is gone")))?;
            String::from_utf8(bytes).map_err(|_| Error::Internal(format!("script {key} is not text")))?
        }
    };
    let ncpus = cpus(job, &nodes);
    let (stdout, stderr) = output_paths(job);
    let array = match &job.array {
        None => None,
        Some(spec) => {
            let left = unfinished(spec, &store.elements(job.id).await?);
            Some((left, slots(job, &nodes).min(spec.limit.unwrap_or(u32::MAX))))
        }
    };
    Ok(RunOrder {
        job: job.id,
        attempt: job.attempt(),
        details: job.clone(),
        script,
        stdout,
        stderr,
        grace: grace(job),
        end_by: job.must_end_by().map(|(at, _)| at),
        ncpus,
        mpiprocs: processes(job),
        hosts: nodes.into_iter().map(|n| n.hostname).collect(),
        array,
    })
}

/// Time between SIGTERM and SIGKILL.
pub(crate) fn grace(job: &Job) -> Duration {
    job.run.policy.grace.unwrap_or(GRACE)
}

/// CPUs on each node for the job: what it asked for, else what every node has.
pub(crate) fn cpus(job: &Job, nodes: &[Node]) -> u32 {
    job.launch.ncpus.unwrap_or_else(|| nodes.iter().map(|n| n.cpus).min().unwrap_or(1).max(1))
}

/// How often each host is in the node file.
pub(crate) fn processes(job: &Job) -> u32 {
    job.launch.mpiprocs.unwrap_or(1)
}

/// How many elements fit at once: by CPUs on one node; one when each needs all the nodes, or all of a node.
fn slots(job: &Job, nodes: &[Node]) -> u32 {
    match (nodes, job.launch.ncpus) {
        ([node], Some(ncpus)) => (node.cpus / ncpus.max(1)).max(1),
        ([node], None) => node.cpus.max(1),
        _ => 1,
    }
}

/// Where output goes, as PBS decides it: `-o` (a file, or a directory when it ends in a slash), else
/// `<name>.o<id>` in the submit directory; `-j` sends both streams to one of the two.
pub fn output_paths(job: &Job) -> (String, String) {
    let path = |given: &Option<String>, letter: char| {
        let default = format!("{}.{letter}{}", job.name, job.id);
        let relative = match given.as_deref() {
            None => default,
            Some(dir) if dir.ends_with('/') => format!("{dir}{default}"),
            Some(file) => file.to_owned(),
        };
        if relative.starts_with('/') {
            relative
        } else {
            format!("{}/{relative}", job.run.workdir.trim_end_matches('/'))
        }
    };
    let (stdout, stderr) = (path(&job.run.stdout, 'o'), path(&job.run.stderr, 'e'));
    match job.run.join {
        Join::Separate => (stdout, stderr),
        Join::IntoStdout => (stdout.clone(), stdout),
        Join::IntoStderr => (stderr.clone(), stderr),
    }
}
