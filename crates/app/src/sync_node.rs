//! A node's regular call: what happened goes up, what to do comes down.
//!
//! Reports are applied one by one, each so that repeating it changes nothing; only then is the sequence number
//! noted. A crash in between makes the node send them again.

use crate::{
    await_nodes::update_stack,
    error::Error,
    output,
    ports::{Artifacts, StoreError, Write, store::OutputId},
    run_order::{self, RunOrder},
    secret,
    serve_order::{self, ServeOrder},
    transition::{Mover, RACES},
};
use soca_domain::{
    Attempt, Code, ElementIndex, Fault, InstanceId, Job, JobId, JobState, NodeIndex, StackId, Timestamp,
    element::{ElementChunk, ElementCounts},
    job_state::Event,
    node::{Node, NodeState},
    policy::WarningSignal,
    stack::{Stack, StackState},
    verdict::Verdict,
};
use std::{collections::BTreeMap, time::Duration};

/// What a node sends.
#[derive(Clone, Debug)]
pub struct Sync {
    /// Its stack.
    pub stack: StackId,
    /// Its instance.
    pub instance: InstanceId,
    /// Its bearer token.
    pub session_token: String,
    /// Grows with each new set of reports.
    pub sequence: u64,
    /// What happened, in order.
    pub reports: Vec<Report>,
}

/// One thing that happened, about one attempt of one job.
#[derive(Clone, Debug)]
pub struct Report {
    /// The job.
    pub job: JobId,
    /// The attempt.
    pub attempt: Attempt,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// The script has started.
    Started(Timestamp),
    /// Elements started or ended.
    Elements(Vec<(ElementIndex, Timestamp, Option<End>)>),
    /// Output.
    Output {
        /// Of which element.
        element: Option<ElementIndex>,
        /// Standard error rather than standard output.
        stderr: bool,
        /// Position of the first byte.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The script, or the whole array, has ended.
    Finished(Timestamp, End),
}

/// How a script ended, as the agent saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Exited(i32),
    /// By a signal.
    Signalled(i32),
    /// At the walltime.
    Walltime,
    /// Because it was cancelled.
    Cancelled,
    /// It could not be started or carried on.
    Broken(Fault),
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Orders {
    /// Reports up to here are stored.
    pub acknowledged: u64,
    /// What to do.
    pub order: Option<Order>,
    /// When to call again.
    pub interval: Duration,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Order {
    /// Run this.
    Run(Box<RunOrder>),
    /// End it.
    Cancel(JobId, Attempt),
    /// Warn it, since one of its nodes is about to be taken away.
    Warn(JobId, Attempt),
    /// Run what `pbsdsh` asks for: for every node but the first, as long as the job starts or runs.
    Serve(Box<ServeOrder>),
    /// The node goes away.
    Shutdown,
}

/// What syncing needs.
pub struct SyncNode<'a> {
    /// Table, state machine and bus.
    pub mover: Mover<'a>,
    /// Scripts and output.
    pub artifacts: &'a dyn Artifacts,
}

/// How far a node's clock may be behind ours.
const CLOCKS: Duration = Duration::from_secs(2);

/// How stale `last_seen` may become before a sync without news is written down.
const SEEN_EVERY: Duration = Duration::from_secs(30);

impl SyncNode<'_> {
    /// # Errors
    /// `NODE_SESSION_INVALID`, `STALE_SEQUENCE`, `NOT_YOUR_WORK`.
    pub async fn run(&self, sync: &Sync, now: Timestamp) -> Result<Orders, Error> {
        let (node, stack) = self.authenticate(sync).await?;
        if sync.sequence < node.sequence {
            return Err(Error::refused(
                Code::StaleSequence,
                format!(
                    "Sequence {} was sent, but {} has been stored already.",
                    sync.sequence, node.sequence
                ),
                "Send what is newer; what is stored needs no repetition.",
            ));
        }
        let job = self.mover.store.job(stack.job).await?;
        let news = sync.sequence > node.sequence;
        if news {
            for report in &sync.reports {
                self.apply(report, &node, &stack, job.as_ref(), now).await?;
            }
        }
        if news || now.since(node.last_seen) > SEEN_EVERY {
            self.note_seen(sync, now).await?;
        }
        self.orders(sync, &node, now).await
    }

    async fn authenticate(&self, sync: &Sync) -> Result<(Node, Stack), Error> {
        let unknown = || {
            Error::refused(
                Code::NodeSessionInvalid,
                "The node's session is not known.",
                "The node must enrol first, with the join token of its own stack.",
            )
        };
        let node = self.mover.store.node(&sync.stack, &sync.instance).await?.ok_or_else(unknown)?;
        if !secret::matches(&sync.session_token, &node.session_hash) {
            return Err(unknown());
        }
        let stack = self.mover.store.stack(&sync.stack).await?.ok_or_else(unknown)?;
        Ok((node, stack))
    }

    async fn apply(
        &self,
        report: &Report,
        node: &Node,
        stack: &Stack,
        job: Option<&Job>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (job_id, attempt) = stack.id.parts();
        let job =
            job.filter(|_| report.job == job_id && report.attempt == attempt && node.index == NodeIndex(0));
        let job = job.ok_or_else(|| {
            Error::refused(
                Code::NotYourWork,
                format!("Node {} of {} reported on job {}.", node.index.0, stack.id, report.job),
                "A node can report only on its own stack's job, and only its first node does.",
            )
        })?;
        match &report.what {
            What::Started(at) => self.move_job(stack, Event::Started, clip(*at, job, now)).await,
            // Late news of an attempt that is over: the elements may be another attempt's by now.
            What::Elements(_) if job.state.stack() != Some(&stack.id) => Ok(()),
            What::Elements(changes) => self.save_elements(job, attempt, changes, now).await,
            What::Output { element, stderr, offset, bytes } => {
                let id = OutputId { job: job.id, attempt, element: *element, stderr: *stderr };
                output::append(self.mover.store, self.artifacts, &id, *offset, bytes).await
            }
            What::Finished(at, end) => {
                let at = clip(*at, job, now);
                let verdict = self.job_verdict(job, end, at).await?;
                self.move_job(stack, Event::Finish(verdict), at).await
            }
        }
    }

    /// News about an attempt that is over already changes nothing: it came late. Nor does news from before its nodes
    /// were all there: nobody had told the node to run anything.
    async fn move_job(&self, stack: &Stack, event: Event, at: Timestamp) -> Result<(), Error> {
        let runs_here = |job: &Job| {
            job.state.stack() == Some(&stack.id) && !matches!(job.state, JobState::Provisioning { .. })
        };
        self.mover.apply_while(stack.job, event, at, runs_here).await.map(|_| ())
    }

    async fn save_elements(
        &self,
        job: &Job,
        attempt: Attempt,
        changes: &[(ElementIndex, Timestamp, Option<End>)],
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(array) = &job.array else { return Ok(()) };
        let mut by_chunk: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        for change in changes {
            if let Some(number) = ElementChunk::number_of(array, change.0) {
                by_chunk.entry(number).or_default().push(change);
            }
        }
        for (number, changes) in by_chunk {
            self.save_chunk(job, attempt, number, &changes, now).await?;
        }
        Ok(())
    }

    async fn save_chunk(
        &self,
        job: &Job,
        attempt: Attempt,
        number: u32,
        changes: &[&(ElementIndex, Timestamp, Option<End>)],
        now: Timestamp,
    ) -> Result<(), Error> {
        for _ in 0..RACES {
            let fresh = ElementChunk { job: job.id, number, version: 0, elements: BTreeMap::new() };
            let mut chunk = self.mover.store.element_chunk(job.id, number).await?.unwrap_or(fresh);
            let mut changed = false;
            for (element, at, end) in changes {
                let at = clip(*at, job, now);
                changed |= match end {
                    None => chunk.started(*element, attempt, at),
                    Some(end) => chunk.ended(*element, attempt, at, verdict(job, end, at)),
                };
            }
            if !changed {
                return Ok(());
            }
            match self.mover.store.commit(vec![Write::SaveElements(chunk)]).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable("too many lost races".into()))
    }

    /// How the job ended. An array that ran to its end is judged by all its elements, those of earlier attempts too.
    async fn job_verdict(&self, job: &Job, end: &End, at: Timestamp) -> Result<Verdict, Error> {
        let (Some(array), End::Exited(_) | End::Signalled(_) | End::Walltime) = (&job.array, end) else {
            return Ok(verdict(job, end, at));
        };
        let chunks = self.mover.store.elements(job.id).await?;
        let counts = ElementCounts::of(array, &chunks);
        if counts.completed == counts.total {
            return Ok(Verdict::Exited { status: 0 });
        }
        let ends = chunks.iter().flat_map(|c| c.elements.values()).filter_map(|e| e.end.as_ref());
        let worst = ends.filter_map(|e| e.verdict.exit_code()).max().unwrap_or(1).max(1);
        Ok(Verdict::Exited { status: worst })
    }

    async fn note_seen(&self, sync: &Sync, now: Timestamp) -> Result<(), Error> {
        for _ in 0..RACES {
            let Some(node) = self.mover.store.node(&sync.stack, &sync.instance).await? else { return Ok(()) };
            let next = Node {
                sequence: node.sequence.max(sync.sequence),
                last_seen: now.max(node.last_seen),
                ..node
            };
            match self.mover.store.commit(vec![Write::UpdateNode(next)]).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable("too many lost races".into()))
    }

    /// Whether EC2 has said that it takes a node of the job back, and the job wants to know.
    async fn is_to_be_warned(&self, job: &Job, stack: &Stack) -> Result<bool, Error> {
        if job.run.policy.warning.is_none() {
            return Ok(false);
        }
        let nodes = self.mover.store.nodes(&stack.id).await?;
        Ok(nodes.iter().any(|node| node.state == NodeState::Draining))
    }

    async fn orders(&self, sync: &Sync, node: &Node, now: Timestamp) -> Result<Orders, Error> {
        let stack = update_stack(self.mover.store, &sync.stack, |_| None).await?;
        let job = self.mover.store.job(stack.job).await?;
        let acknowledged = sync.sequence;
        let answer = |order, seconds_tenths: u64| {
            Ok(Orders { acknowledged, order, interval: Duration::from_millis(seconds_tenths * 100) })
        };
        if matches!(stack.state, StackState::Releasing { .. } | StackState::Released { .. }) {
            return answer(Some(Order::Shutdown), 10);
        }
        let Some(job) = job.filter(|j| j.state.stack() == Some(&stack.id)) else { return answer(None, 10) };
        let leader = node.index == NodeIndex(0);
        match &job.state {
            // The first answer without it ends what was run so; hence the short interval.
            JobState::Starting { .. } | JobState::Running { .. } if !leader => {
                let order = serve_order::make(self.mover.store, &job, &stack).await?;
                answer(Some(Order::Serve(Box::new(order))), 20)
            }
            JobState::Starting { .. } if job.cancel.is_none() => {
                let order = run_order::make(self.mover.store, self.artifacts, &job, &stack).await?;
                answer(Some(Order::Run(Box::new(order))), 5)
            }
            JobState::Running { .. } if job.cancel.is_some() => {
                answer(Some(Order::Cancel(job.id, job.attempt())), 10)
            }
            JobState::Running { .. } if self.is_to_be_warned(&job, &stack).await? => {
                answer(Some(Order::Warn(job.id, job.attempt())), 20)
            }
            JobState::Running { since, .. } if now.since(*since) > Duration::from_secs(60) => {
                answer(None, 50)
            }
            JobState::Running { .. } => answer(None, 10),
            JobState::Provisioning { .. } | JobState::Starting { .. } | JobState::Completing { .. } => {
                answer(None, 5)
            }
            JobState::Held { .. } | JobState::Queued { .. } | JobState::Ended { .. } => answer(None, 10),
        }
    }
}

/// A node's clock is believed only between the attempt's start and now.
fn clip(at: Timestamp, job: &Job, now: Timestamp) -> Timestamp {
    let earliest = job.last_attempt().map_or(job.submitted_at, |a| a.started_at.unwrap_or(a.placed_at));
    at.max(earliest).min(now.max(earliest))
}

fn verdict(job: &Job, end: &End, at: Timestamp) -> Verdict {
    let warning = job.run.policy.warning.map(|warning| warning.signal);
    match end {
        End::Exited(status) => Verdict::Exited { status: *status },
        End::Signalled(signal) => match warning.filter(|warning| warning.number() == *signal) {
            Some(warning) => Verdict::Fault { fault: ended_by_its_warning(warning) },
            None => Verdict::Signalled { signal: *signal },
        },
        End::Walltime => past_its_end(job, at).map_or(Verdict::Walltime, |fault| Verdict::Fault { fault }),
        End::Cancelled => match &job.cancel {
            Some(cancel) => cancel.verdict(),
            None => Verdict::Cancelled { by: job.owner.clone() },
        },
        End::Broken(fault) => Verdict::Fault { fault: fault.clone() },
    }
}

/// Why a script was ended at `at`, if not at its walltime.
fn past_its_end(job: &Job, at: Timestamp) -> Option<Fault> {
    let (end, code) = job.must_end_by()?;
    if at.plus(CLOCKS) < end {
        return None;
    }
    let policy = &job.run.policy;
    match code {
        Code::CostCeiling => policy.max_cost.map(Job::money_spent),
        _ => policy.deadline.map(Job::deadline_missed),
    }
}

fn ended_by_its_warning(signal: WarningSignal) -> Fault {
    Fault::new(
        Code::ScriptKilled,
        format!("The script was ended by the signal {}, which -l signal asks for.", signal.name()),
        "Catch the signal in the script, for example with trap in the shell, and save what is needed.",
    )
}
