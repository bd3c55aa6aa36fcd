//! A job's states and the events that move it; every pair has an answer, printed by a test into a golden file.

use crate::{
    Job, MicroUsd, Timestamp,
    fault::{Code, Fault},
    id::{StackId, UserName},
    instance_type::InstanceTypeName,
    job::{AttemptRecord, CancelRequest},
    ladder::Rung,
    verdict::{Next, Outcome, Verdict},
};
use serde::{Deserialize, Serialize};

/// Where a job stands, with exactly the data that exists there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its owner's release.
    Held {
        /// Since when.
        since: Timestamp,
    },
    /// Waits for its turn.
    Queued {
        /// Since when.
        since: Timestamp,
        /// Not to be tried before, after an attempt failed for want of capacity.
        not_before: Option<Timestamp>,
    },
    /// Its stack is being built and its nodes boot.
    Provisioning {
        /// Which stack.
        stack: StackId,
        /// Since when.
        since: Timestamp,
    },
    /// Its nodes are there; the script is being started.
    Starting {
        /// Which stack.
        stack: StackId,
        /// Since when.
        since: Timestamp,
    },
    /// The script runs.
    Running {
        /// Which stack.
        stack: StackId,
        /// Since when.
        since: Timestamp,
    },
    /// The attempt is over; its capacity is being torn down.
    Completing {
        /// Which stack.
        stack: StackId,
        /// Since when.
        since: Timestamp,
        /// How the attempt ended.
        verdict: Verdict,
    },
    /// Over.
    Ended {
        /// When.
        at: Timestamp,
        /// Which of the five end states.
        outcome: Outcome,
        /// How.
        verdict: Verdict,
    },
}

/// What can happen to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The owner holds it.
    Hold,
    /// The owner releases it.
    Release,
    /// The dispatcher gives it capacity.
    Place {
        /// The stack of the new attempt.
        stack: StackId,
        /// What the attempt is offered.
        rung: Rung,
    },
    /// All nodes of the stack have enrolled.
    NodesReady,
    /// The script has started.
    Started,
    /// The attempt is over.
    Finish(Verdict),
    /// Somebody wants it to end.
    Cancel {
        /// Who.
        by: UserName,
    },
    /// It must end although nobody asked: its budget cannot pay more.
    Stop(Fault),
    /// It will never start: a dependency failed, or it waited too long.
    Drop(Fault),
    /// The capacity is gone and paid for.
    Settle {
        /// What it cost, when prices are known.
        cost: Option<MicroUsd>,
        /// What EC2 launched first, if it launched anything.
        instance_type: Option<InstanceTypeName>,
        /// What it was offered in the end, when that is known.
        rung: Option<Rung>,
        /// The earliest time of the next attempt, should there be one.
        retry_at: Timestamp,
    },
}

/// What has to be done because of a transition; the shell does it after the write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The queue should be looked at.
    WakeDispatcher,
    /// The state machine of this stack may have to go on.
    TellStack(StackId),
    /// Tell whoever listens that the job has ended.
    AnnounceEnd(Outcome),
}

/// An event that makes no sense in the job's state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {state} cannot take {event}")]
pub struct Refused {
    /// The state's name.
    pub state: &'static str,
    /// The event's name.
    pub event: &'static str,
    /// `JobEnded` or `WrongState`.
    pub code: Code,
}

/// The answer to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The job moved.
    To(Box<Job>, Vec<Effect>),
    /// It was there already, or the event is overtaken: nothing to write (P6).
    Nothing,
}

impl JobState {
    /// The state's word in replies and tables; final states have their outcome's.
    pub fn name(&self) -> &'static str {
        match self {
            JobState::Held { .. } => "held",
            JobState::Queued { .. } => "queued",
            JobState::Provisioning { .. } => "provisioning",
            JobState::Starting { .. } => "starting",
            JobState::Running { .. } => "running",
            JobState::Completing { .. } => "completing",
            JobState::Ended { outcome, .. } => outcome.as_str(),
        }
    }

    /// The letter PBS shows.
    pub fn letter(&self) -> char {
        match self {
            JobState::Held { .. } => 'H',
            JobState::Queued { .. } | JobState::Provisioning { .. } | JobState::Starting { .. } => 'Q',
            JobState::Running { .. } => 'R',
            JobState::Completing { .. } => 'E',
            JobState::Ended { .. } => 'F',
        }
    }

    /// Since when the job is in it.
    pub fn since(&self) -> Timestamp {
        match self {
            JobState::Held { since }
            | JobState::Queued { since, .. }
            | JobState::Provisioning { since, .. }
            | JobState::Starting { since, .. }
            | JobState::Running { since, .. }
            | JobState::Completing { since, .. } => *since,
            JobState::Ended { at, .. } => *at,
        }
    }

    /// Whether it is one of the five end states.
    pub fn is_final(&self) -> bool {
        matches!(self, JobState::Ended { .. })
    }

    /// Whether it waits in its queue.
    pub fn is_waiting(&self) -> bool {
        matches!(self, JobState::Held { .. } | JobState::Queued { .. })
    }

    /// The stack whose capacity it has.
    pub fn stack(&self) -> Option<&StackId> {
        match self {
            JobState::Provisioning { stack, .. }
            | JobState::Starting { stack, .. }
            | JobState::Running { stack, .. }
            | JobState::Completing { stack, .. } => Some(stack),
            JobState::Held { .. } | JobState::Queued { .. } | JobState::Ended { .. } => None,
        }
    }
}

impl Event {
    /// The event's name for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Hold => "hold",
            Event::Release => "release",
            Event::Place { .. } => "place",
            Event::NodesReady => "nodes ready",
            Event::Started => "started",
            Event::Finish(_) => "finish",
            Event::Cancel { .. } => "cancel",
            Event::Stop(_) => "stop",
            Event::Drop(_) => "drop",
            Event::Settle { .. } => "settle",
        }
    }
}

/// Moves a job by one event. Pure: the caller writes the result and performs the effects.
///
/// # Errors
/// [`Refused`] when the event makes no sense in the state; late and repeated events are [`Change::Nothing`] instead.
pub fn apply(job: &Job, event: Event, at: Timestamp) -> Result<Change, Refused> {
    use JobState as S;
    match (&job.state, event) {
        (S::Held { .. }, Event::Hold) => Ok(Change::Nothing),
        (S::Queued { .. }, Event::Hold) => to(job, S::Held { since: at }, vec![]),
        (S::Held { .. }, Event::Release) => {
            to(job, S::Queued { since: at, not_before: None }, vec![Effect::WakeDispatcher])
        }
        (S::Queued { .. }, Event::Release) => Ok(Change::Nothing),
        (S::Queued { .. }, Event::Place { stack, rung }) => Ok(place(job, stack, rung, at)),

        (S::Provisioning { stack, .. }, Event::NodesReady) => {
            to(job, S::Starting { stack: stack.clone(), since: at }, vec![])
        }
        (S::Starting { .. } | S::Running { .. } | S::Completing { .. }, Event::NodesReady) => {
            Ok(Change::Nothing)
        }
        (S::Starting { stack, .. }, Event::Started) => Ok(started(job, stack.clone(), at)),
        (S::Running { .. } | S::Completing { .. }, Event::Started) => Ok(Change::Nothing),

        (
            S::Provisioning { stack, .. } | S::Starting { stack, .. } | S::Running { stack, .. },
            Event::Finish(verdict),
        ) => Ok(finish(job, stack.clone(), verdict, at)),
        (S::Completing { .. }, Event::Finish(_)) => Ok(Change::Nothing),

        (S::Held { .. } | S::Queued { .. }, Event::Cancel { by }) => {
            Ok(end(job, Verdict::Cancelled { by }, at))
        }
        (
            S::Provisioning { stack, .. } | S::Starting { stack, .. } | S::Running { stack, .. },
            Event::Cancel { by },
        ) => Ok(request_cancel(job, stack.clone(), CancelRequest { at, by, fault: None })),
        (
            S::Provisioning { stack, .. } | S::Starting { stack, .. } | S::Running { stack, .. },
            Event::Stop(fault),
        ) => {
            let request = CancelRequest { at, by: job.owner.clone(), fault: Some(fault) };
            Ok(request_cancel(job, stack.clone(), request))
        }
        (S::Held { .. } | S::Queued { .. } | S::Completing { .. } | S::Ended { .. }, Event::Stop(_)) => {
            Ok(Change::Nothing)
        }
        (S::Completing { verdict, .. }, Event::Cancel { by }) => Ok(cancel_late(job, verdict, by, at)),

        (S::Held { .. } | S::Queued { .. }, Event::Drop(fault)) => Ok(end(job, Verdict::Fault { fault }, at)),
        (S::Completing { verdict, .. }, Event::Settle { cost, instance_type, rung, retry_at }) => {
            let mut paid = job.clone();
            if let Some(attempt) = paid.attempts.last_mut() {
                attempt.cost = cost;
                attempt.instance_type = instance_type;
                attempt.rung = rung.or(attempt.rung.take());
            }
            Ok(settle(paid, verdict.clone(), retry_at, at))
        }
        (S::Queued { .. } | S::Held { .. } | S::Ended { .. }, Event::Settle { .. }) => Ok(Change::Nothing),

        (
            S::Held { .. } | S::Queued { .. },
            event @ (Event::NodesReady | Event::Started | Event::Finish(_)),
        )
        | (S::Held { .. }, event @ Event::Place { .. })
        | (
            S::Provisioning { .. } | S::Starting { .. } | S::Running { .. } | S::Completing { .. },
            event @ (Event::Hold | Event::Release | Event::Place { .. } | Event::Drop(_)),
        )
        | (S::Provisioning { .. }, event @ Event::Started)
        | (S::Provisioning { .. } | S::Starting { .. } | S::Running { .. }, event @ Event::Settle { .. }) => {
            Err(Refused { state: job.state.name(), event: event.name(), code: Code::WrongState })
        }
        (
            S::Ended { .. },
            event @ (Event::Hold
            | Event::Release
            | Event::Place { .. }
            | Event::NodesReady
            | Event::Started
            | Event::Finish(_)
            | Event::Cancel { .. }
            | Event::Drop(_)),
        ) => Err(Refused { state: job.state.name(), event: event.name(), code: Code::JobEnded }),
    }
}

fn to(job: &Job, state: JobState, effects: Vec<Effect>) -> Result<Change, Refused> {
    Ok(Change::To(Box::new(Job { state, ..job.clone() }), effects))
}

fn place(job: &Job, stack: StackId, rung: Rung, at: Timestamp) -> Change {
    let mut job = job.clone();
    job.attempts.push(AttemptRecord {
        attempt: job.attempt().next(),
        stack: stack.clone(),
        placed_at: at,
        started_at: None,
        ended_at: None,
        verdict: None,
        instance_type: None,
        rung: Some(rung),
        cost: None,
    });
    job.state = JobState::Provisioning { stack, since: at };
    Change::To(Box::new(job), vec![])
}

fn started(job: &Job, stack: StackId, at: Timestamp) -> Change {
    let mut job = job.clone();
    if let Some(attempt) = job.attempts.last_mut() {
        attempt.started_at = Some(at);
    }
    job.state = JobState::Running { stack, since: at };
    Change::To(Box::new(job), vec![])
}

fn finish(job: &Job, stack: StackId, verdict: Verdict, at: Timestamp) -> Change {
    let tell = vec![Effect::TellStack(stack.clone())];
    let begun_unseen = may_have_begun_unseen(job, &verdict);
    let mut job = job.clone();
    if let Some(attempt) = job.attempts.last_mut() {
        attempt.started_at = attempt.started_at.or(begun_unseen);
        attempt.ended_at = Some(at);
        attempt.verdict = Some(verdict.clone());
    }
    job.state = JobState::Completing { stack, since: at, verdict };
    Change::To(Box::new(job), tell)
}

/// A node that had its order may be lost before it says that the script has started. A script that must not run twice
/// then counts as started.
fn may_have_begun_unseen(job: &Job, verdict: &Verdict) -> Option<Timestamp> {
    match job.state {
        JobState::Starting { since, .. } if !job.run.rerunnable => {
            (job.attempt() < job.run.policy.attempts && verdict.next(true) == Next::Requeue).then_some(since)
        }
        _ => None,
    }
}

fn request_cancel(job: &Job, stack: StackId, request: CancelRequest) -> Change {
    if job.cancel.is_some() {
        return Change::Nothing;
    }
    // A running script is ended by its agent, which the next sync tells; before that, the stack's wait is cut short.
    let effects = vec![Effect::TellStack(stack)];
    Change::To(Box::new(Job { cancel: Some(request), ..job.clone() }), effects)
}

/// The attempt is over already. The cancel still matters if another attempt would follow.
fn cancel_late(job: &Job, verdict: &Verdict, by: UserName, at: Timestamp) -> Change {
    if job.cancel.is_some() || verdict.next(job.may_rerun()) != Next::Requeue {
        return Change::Nothing;
    }
    let request = CancelRequest { at, by, fault: None };
    Change::To(Box::new(Job { cancel: Some(request), ..job.clone() }), vec![])
}

fn end(job: &Job, verdict: Verdict, at: Timestamp) -> Change {
    let outcome = match verdict.next(false) {
        Next::End(outcome) => outcome,
        Next::Requeue => Outcome::Failed,
    };
    let state = JobState::Ended { at, outcome, verdict };
    Change::To(
        Box::new(Job { state, ..job.clone() }),
        vec![Effect::AnnounceEnd(outcome), Effect::WakeDispatcher],
    )
}

fn settle(mut job: Job, verdict: Verdict, retry_at: Timestamp, at: Timestamp) -> Change {
    // A cancel that came while a lost node's stack was torn down still counts: the job is not started again.
    let verdict = match (&job.cancel, verdict.next(job.may_rerun())) {
        (Some(cancel), Next::Requeue) => cancel.verdict(),
        // Another attempt would be stopped as soon as it had begun.
        (None, Next::Requeue) if job.run.policy.max_cost.is_some_and(|most| most <= job.cost()) => {
            Verdict::Fault { fault: Job::money_spent(job.cost()) }
        }
        _ => verdict,
    };
    match verdict.next(job.may_rerun()) {
        Next::End(outcome) => {
            job.state = JobState::Ended { at, outcome, verdict };
            Change::To(Box::new(job), vec![Effect::AnnounceEnd(outcome), Effect::WakeDispatcher])
        }
        Next::Requeue => {
            job.state = JobState::Queued { since: at, not_before: Some(retry_at) };
            Change::To(Box::new(job), vec![Effect::WakeDispatcher])
        }
    }
}
