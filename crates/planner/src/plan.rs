//! The decisions of a pass.

use crate::snapshot::{DependencyState, QueueView, Snapshot, WaitingJob};
use soca_domain::{
    Code, Fault, JobId, QueueName, Timestamp, depend::Dependency, job::MAX_WAIT, queue::QueueUsage,
    wait::WaitReason,
};
use std::collections::BTreeMap;

/// The output of one pass: an answer for every job of the snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a plan does nothing until it is committed"]
pub struct Plan {
    /// Jobs to start, in the order in which to try.
    pub starts: Vec<Start>,
    /// Jobs that will never start.
    pub drops: Vec<Dropped>,
    /// Why each of the others waits.
    pub waits: BTreeMap<JobId, WaitReason>,
}

/// One job to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Which.
    pub job: JobId,
    /// In which queue.
    pub queue: QueueName,
    /// On how many instances.
    pub nodes: u32,
}

/// One job that will never start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Which.
    pub job: JobId,
    /// Why.
    pub fault: Fault,
}

/// Plans one pass.
pub fn plan(snapshot: &Snapshot) -> Plan {
    let mut plan = Plan::default();
    for queue in &snapshot.queues {
        plan_queue(queue, snapshot.now, &mut plan);
    }
    plan
}

/// First come, first served: once a job that could run does not fit, those behind it wait, so that a large job is
/// never passed by small ones for ever. Jobs that cannot run *yet* for reasons of their own stand aside.
fn plan_queue(queue: &QueueView, now: Timestamp, plan: &mut Plan) {
    let mut usage = queue.usage;
    let mut blocked_by: Option<JobId> = None;
    let mut ahead = 0;
    for job in &queue.waiting {
        match readiness(job, now) {
            Readiness::Never(fault) => plan.drops.push(Dropped { job: job.id, fault }),
            Readiness::NotYet(reason) => drop(plan.waits.insert(job.id, reason)),
            Readiness::Now => {
                if let Some(first) = blocked_by {
                    plan.waits.insert(job.id, WaitReason::Behind { job: first, ahead });
                } else if let Some(reason) = over_limit(queue, usage, job) {
                    plan.waits.insert(job.id, reason);
                    blocked_by = Some(job.id);
                } else {
                    usage = usage.plus(job.nodes);
                    plan.starts.push(Start {
                        job: job.id,
                        queue: queue.policy.name.clone(),
                        nodes: job.nodes,
                    });
                    continue;
                }
                ahead += 1;
            }
        }
    }
}

enum Readiness {
    Now,
    NotYet(WaitReason),
    Never(Fault),
}

fn readiness(job: &WaitingJob, now: Timestamp) -> Readiness {
    if let Some((on, _)) = job.depend.iter().find(|(_, state)| *state == DependencyState::Failed) {
        return Readiness::Never(dependency_failed(on));
    }
    if now.since(job.waiting_since.max(job.begin_at.unwrap_or_default())) > MAX_WAIT {
        return Readiness::Never(Fault::new(
            Code::WaitedTooLong,
            format!("The job waited for more than {} days.", MAX_WAIT.as_secs() / 86_400),
            "Submit it again, with a request that the queue's limits can meet sooner.",
        ));
    }
    if let Some(at) = job.begin_at.filter(|at| *at > now) {
        return Readiness::NotYet(WaitReason::BeginsLater { at });
    }
    if let Some((on, _)) = job.depend.iter().find(|(_, state)| *state == DependencyState::Open) {
        return Readiness::NotYet(WaitReason::Dependency { on: *on });
    }
    match job.retry_at.filter(|at| *at > now) {
        Some(at) => Readiness::NotYet(WaitReason::RetryLater { at }),
        None => Readiness::Now,
    }
}

fn dependency_failed(on: &Dependency) -> Fault {
    Fault::new(
        Code::DependencyFailed,
        format!("Job {} ended so that \"{}\" can no longer come true.", on.job, on.condition.as_str()),
        "Mend that job and submit both again.",
    )
}

fn over_limit(queue: &QueueView, usage: QueueUsage, job: &WaitingJob) -> Option<WaitReason> {
    let policy = &queue.policy;
    if let Some(limit) = policy.max_running_jobs.filter(|limit| usage.jobs >= *limit) {
        return Some(WaitReason::QueueJobLimit { limit });
    }
    let limit = policy.max_provisioned_instances.filter(|limit| usage.instances + job.nodes > *limit)?;
    Some(WaitReason::QueueInstanceLimit { used: usage.instances, asked: job.nodes, limit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint;
    use proptest::prelude::*;
    use soca_domain::{depend::Condition, queue::initial_queues};

    /// A queue in a small table language: `jobs` are `(id, nodes)`.
    fn queue(max_jobs: u32, max_instances: u32, used: QueueUsage, jobs: &[(u64, u32)]) -> Snapshot {
        let mut policy = initial_queues(max_jobs, max_instances).remove(0);
        policy.max_running_jobs = Some(max_jobs);
        let waiting = jobs.iter().map(|(id, nodes)| waiting(*id, *nodes)).collect();
        Snapshot { now: Timestamp(1000), queues: vec![QueueView { policy, usage: used, waiting }] }
    }

    fn waiting(id: u64, nodes: u32) -> WaitingJob {
        WaitingJob {
            id: JobId(id),
            nodes,
            begin_at: None,
            retry_at: None,
            waiting_since: Timestamp(0),
            depend: vec![],
        }
    }

    fn started(plan: &Plan) -> Vec<u64> {
        plan.starts.iter().map(|s| s.job.0).collect()
    }

    #[test]
    fn jobs_start_in_order_up_to_the_job_limit() {
        let p = plan(&queue(2, 100, QueueUsage::default(), &[(1, 1), (2, 1), (3, 1), (4, 1)]));
        assert_eq!(started(&p), [1, 2]);
        assert_eq!(p.waits[&JobId(3)], WaitReason::QueueJobLimit { limit: 2 });
        assert_eq!(p.waits[&JobId(4)], WaitReason::Behind { job: JobId(3), ahead: 1 });
    }

    #[test]
    fn a_large_job_is_not_passed_by_small_ones() {
        let used = QueueUsage { jobs: 1, instances: 3 };
        let p = plan(&queue(10, 4, used, &[(1, 2), (2, 1)]));
        assert_eq!(started(&p), [] as [u64; 0]);
        assert_eq!(p.waits[&JobId(1)], WaitReason::QueueInstanceLimit { used: 3, asked: 2, limit: 4 });
        assert_eq!(p.waits[&JobId(2)], WaitReason::Behind { job: JobId(1), ahead: 1 });
    }

    #[test]
    fn a_job_that_cannot_run_yet_lets_others_pass() {
        let mut s = queue(10, 10, QueueUsage::default(), &[(1, 1), (2, 1), (3, 1), (4, 1)]);
        let on = Dependency { job: JobId(9), condition: Condition::AfterOk };
        s.queues[0].waiting[0].begin_at = Some(Timestamp(2000));
        s.queues[0].waiting[1].depend = vec![(on, DependencyState::Open)];
        s.queues[0].waiting[2].depend = vec![(on, DependencyState::Failed)];
        let p = plan(&s);
        assert_eq!(started(&p), [4]);
        assert_eq!(p.waits[&JobId(1)].code(), "BEGINS_LATER");
        assert_eq!(p.waits[&JobId(2)].code(), "DEPENDENCY");
        assert_eq!(p.drops[0].fault.code, Code::DependencyFailed);
    }

    proptest! {
        /// P4, P7, P8: limits hold, every job has an answer, and the same snapshot gives the same plan.
        #[test]
        fn limits_hold_and_every_job_has_an_answer_p4_p7_p8(
            max_jobs in 0u32..8, max_instances in 0u32..20, jobs in 0u32..8, instances in 0u32..20,
            nodes in proptest::collection::vec(1u32..6, 0..30),
        ) {
            let list: Vec<_> = nodes.iter().enumerate().map(|(i, n)| (i as u64 + 1, *n)).collect();
            let s = queue(max_jobs, max_instances, QueueUsage { jobs, instances }, &list);
            let p = plan(&s);
            prop_assert_eq!(&p, &plan(&s));
            prop_assert_eq!(lint(&s, &p), vec![]);
        }
    }
}
