//! Whether a job could start at all now, limits aside.

use crate::snapshot::{DependencyState, WaitingJob};
use soca_domain::{
    Code, Fault, Timestamp,
    depend::Dependency,
    job::MAX_WAIT,
    queue::{QueuePolicy, StartWindow},
    wait::WaitReason,
};

/// Whether and when.
pub(crate) enum Readiness {
    /// As far as it is concerned.
    Now,
    /// Not yet, for a reason of its own: others pass.
    NotYet(WaitReason),
    /// Never.
    Never(Fault),
}

/// How it stands with a job; `opens` is when its queue's next window opens, if none is open.
pub(crate) fn readiness(job: &WaitingJob, opens: Option<Timestamp>, now: Timestamp) -> Readiness {
    if let Some((on, _)) = job.depend.iter().find(|(_, state)| *state == DependencyState::Failed) {
        return Readiness::Never(dependency_failed(on));
    }
    if job.start_by.is_some_and(|by| by < now) {
        return Readiness::Never(deadline_missed());
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
    if let Some(at) = job.retry_at.filter(|at| *at > now) {
        return Readiness::NotYet(WaitReason::RetryLater { at });
    }
    match opens {
        Some(at) => Readiness::NotYet(WaitReason::WindowOpens { at }),
        None => Readiness::Now,
    }
}

/// When each queue's next window opens; `None` where jobs may start now.
pub(crate) fn openings(queues: &[QueuePolicy], now: Timestamp) -> Vec<Option<Timestamp>> {
    queues.iter().map(|queue| StartWindow::opens(&queue.windows, now)).collect()
}

fn deadline_missed() -> Fault {
    Fault::new(
        Code::DeadlineMissed,
        "The job waited until it could not be over by its deadline any more.",
        "Submit it again with a later deadline, a shorter walltime, or a request that the queue's limits can meet sooner.",
    )
}

fn dependency_failed(on: &Dependency) -> Fault {
    Fault::new(
        Code::DependencyFailed,
        format!("Job {} ended so that \"{}\" can no longer come true.", on.target(), on.condition.as_str()),
        "Mend that job and submit both again.",
    )
}
