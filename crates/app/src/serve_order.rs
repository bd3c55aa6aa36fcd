//! What a node that does not run the script is told, so that `pbsdsh` on node 0 reaches it.

use crate::{error::Error, ports::Store, run_order};
use soca_domain::{Attempt, Job, JobId, StackId, stack::Stack};

/// Everything the agent needs to run commands for a job; the wire layer gives it its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeOrder {
    /// Which job.
    pub job: JobId,
    /// Which attempt.
    pub attempt: Attempt,
    /// The attempt's stack.
    pub stack: StackId,
    /// The job as it stands.
    pub details: Job,
    /// CPUs on each node.
    pub ncpus: u32,
    /// Lines of each host in the node file.
    pub mpiprocs: u32,
    /// Host names, node 0 first.
    pub hosts: Vec<String>,
}

/// Makes the order for a job whose nodes are all there.
pub async fn make(store: &dyn Store, job: &Job, stack: &Stack) -> Result<ServeOrder, Error> {
    let nodes = store.nodes(&stack.id).await?;
    Ok(ServeOrder {
        job: job.id,
        attempt: job.attempt(),
        stack: stack.id.clone(),
        details: job.clone(),
        ncpus: run_order::cpus(job, &nodes),
        mpiprocs: run_order::processes(job),
        hosts: nodes.into_iter().map(|n| n.hostname).collect(),
    })
}
