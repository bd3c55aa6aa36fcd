//! Scheduling passes: snapshot, plan, commit, start. Called for every `JobQueued`, `JobEnded` and `RulesChanged`, and
//! each minute.
//!
//! A lease with a count of wishes turns a burst of events into one pass after the other: a caller that finds the lease
//! taken leaves its wish and goes; the holder runs again until no wish is left.

use crate::{
    dry_pools,
    error::Error,
    ports::{
        Entropy, StoreError, Write,
        store::TickLease,
        workflow::{Entry, ExecutionInput},
    },
    queues, run_order, secret,
    settings::Settings,
    snapshot::{self, Picture},
    sweep::MUTE,
    transition::Mover,
};
use soca_domain::{
    Attempt, Job, MicroUsd, StackId, Timestamp,
    job_state::{Change, Event, apply},
    ladder::{Rung, next_rung},
    limit::{CounterScope, Limits},
    pool::CapacityPool,
    queue::QueuePolicy,
    stack::{JoinGate, Stack, StackState},
};
use soca_planner::{Plan, plan};
use std::{collections::BTreeSet, time::Duration};

/// How long a holder of the lease has before another may take it. Two passes at once are safe, since every start is one
/// conditional transaction; a holder that died must not keep the queues waiting for long.
const LEASE: Duration = Duration::from_secs(15);
/// How many passes one call runs at most; wishes beyond that wait for the next event or the schedule.
const MAX_PASSES: u32 = 20;

/// What passes need.
pub struct Dispatch<'a> {
    /// Table, state machine and bus.
    pub mover: Mover<'a>,
    /// Tokens.
    pub entropy: &'a dyn Entropy,
    /// The cluster's settings.
    pub settings: &'a Settings,
}

/// What a call did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Passes run; 0 when another call holds the lease and will run one.
    pub passes: u32,
    /// Jobs started.
    pub started: u32,
    /// Jobs dropped.
    pub dropped: u32,
}

impl Dispatch<'_> {
    /// Runs passes until no wish is left. `clock` is asked before each pass.
    pub async fn run(&self, clock: &(dyn Fn() -> Timestamp + Sync)) -> Result<Report, Error> {
        let holder = secret::hex(&self.entropy.bytes()[..16]);
        let mut report = Report::default();
        let now = clock();
        let mut lease = self.mover.store.begin_tick(&holder, now, now.plus(LEASE)).await?;
        while let TickLease::Granted { wishes } = lease
            && report.passes < MAX_PASSES
        {
            let passed = self.pass(clock(), &mut report).await;
            report.passes += 1;
            // Also after a failure: the next call need not wait until the lease runs out.
            // After the last pass the lease is let go whatever is wished: an event or the schedule goes on.
            let seen = if report.passes >= MAX_PASSES { u64::MAX } else { wishes };
            let next = self.mover.store.end_tick(&holder, seen, clock()).await;
            passed?;
            lease = next?;
        }
        tracing::info!(report.passes, report.started, report.dropped, "dispatched");
        Ok(report)
    }

    async fn pass(&self, now: Timestamp, report: &mut Report) -> Result<(), Error> {
        let policies = queues::load(self.mover.store, self.settings).await?;
        let Picture { snapshot, jobs, budgets } = snapshot::read(self.mover.store, policies, now).await?;
        let Plan { starts, drops, .. } = plan(&snapshot);
        for dropped in drops {
            let moved = self.mover.apply(dropped.job, Event::Drop(dropped.fault), now).await;
            report.dropped += u32::from(moved.is_ok());
        }
        if starts.is_empty() {
            return Ok(());
        }
        let dry = dry_pools::known(self.mover.store, now).await?;
        for start in starts {
            let job = &jobs[start.index];
            let queue = &snapshot.queues[usize::from(snapshot.waiting[start.index].queue)];
            let budget = job.project.as_ref().and_then(|name| budgets.get(name)).copied();
            report.started += u32::from(self.start(job, queue, budget, &dry, now).await?);
        }
        Ok(())
    }

    /// One transaction per start: the job's state, its stack, every counter it is limited by and the hold on its
    /// project's budget, together or not at all (P4).
    async fn start(
        &self,
        job: &Job,
        policy: &QueuePolicy,
        budget: Option<MicroUsd>,
        dry: &BTreeSet<CapacityPool>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let counters = counters(job, policy);
        let counted = counters.iter().map(|(scope, _)| scope.clone()).collect();
        let rung = next_rung(job, dry, now);
        let stack = Stack { counted, ..new_stack(job, rung.clone(), now, self.settings) };
        let Ok(Change::To(next, _)) = apply(job, Event::Place { stack: stack.id.clone(), rung }, now) else {
            return Ok(false);
        };
        let input = execution_input(&next, stack.id.clone(), Entry::Start, self.settings);
        let mut writes =
            vec![Write::UpdateJob { was: Box::new(job.clone()), now: next }, Write::CreateStack(stack)];
        let take = |(scope, limits)| Write::TakeCapacity { scope, limits, need: job.need };
        writes.extend(counters.into_iter().map(take));
        let hold = |project| Write::HoldBudget { project, amount: job.hold(), limit: budget };
        writes.extend(job.project.clone().map(hold));
        match self.mover.store.commit(writes).await {
            Ok(()) => {}
            Err(StoreError::Conflict { index }) => {
                tracing::info!(job.id = %job.id, write = index, "start lost a race; the next pass will see");
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        tracing::info!(job.id = %job.id, stack.id = %input.stack, "job placed");
        if let Err(error) = self.mover.workflow.start(&input).await {
            tracing::warn!(stack.id = %input.stack, %error, "the execution was not started; the sweep will start it");
        }
        Ok(true)
    }
}

/// Where a job is counted: in its queue always, elsewhere where there is a limit. An owner has few groups; should they
/// be many, the first of them are guarded by the transaction and the others by the plan alone.
fn counters(job: &Job, policy: &QueuePolicy) -> Vec<(CounterScope, Limits)> {
    let queue = || policy.name.clone();
    let mut all = vec![(CounterScope::Queue(queue()), policy.limits)];
    if !policy.per_user.is_unlimited() {
        all.push((CounterScope::User(queue(), job.owner.clone()), policy.per_user));
    }
    if let Some(project) = job.project.clone().filter(|_| !policy.per_project.is_unlimited()) {
        all.push((CounterScope::Project(queue(), project), policy.per_project));
    }
    if !policy.per_group.is_unlimited() {
        let groups = job.groups.iter().take(MOST_GROUPS).cloned();
        all.extend(groups.map(|group| (CounterScope::Group(queue(), group), policy.per_group)));
    }
    all
}

/// So many of an owner's groups are counted in the transaction of a start, which has room for 20 writes.
const MOST_GROUPS: usize = 12;

fn new_stack(job: &Job, rung: Rung, now: Timestamp, settings: &Settings) -> Stack {
    let id = StackId::of(job.id, job.attempt().next());
    Stack {
        id,
        version: 0,
        job: job.id,
        owner: job.owner.clone(),
        queue: job.queue.clone(),
        nodes: job.launch.nodes,
        project: job.project.clone(),
        groups: job.groups.clone(),
        rung: Some(rung),
        need: job.need,
        counted: vec![],
        hold: if job.project.is_some() { job.hold() } else { MicroUsd(0) },
        ends_by: job.longest_stay().map(|stay| now.plus(stay + BOOT)),
        created_at: now,
        join: JoinGate { token_hash: None, expires_at: now.plus(settings.boot_deadline), enrolled: 0 },
        waiter: None,
        trouble: None,
        repairs: 0,
        usage: vec![],
        state: StackState::Reserving,
    }
}

/// What nodes usually take to boot and to go, for telling when a job's capacity is free again.
const BOOT: Duration = Duration::from_secs(240);

/// The longest a Standard execution may live, with room for its teardown
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).
const MAX_RUN_SECONDS: u64 = 360 * 24 * 3600;
/// What a run may need besides its walltime: an agent that bridges an outage before the start or after the end, and
/// some air. The agent keeps the walltime; this deadline is for runs that nobody ends.
const RUN_SLACK: Duration = Duration::from_secs(MUTE.as_secs() + 300);

/// What an execution is told about a job.
pub(crate) fn execution_input(
    job: &Job,
    stack: StackId,
    entry: Entry,
    settings: &Settings,
) -> ExecutionInput {
    // Elements run `slots` at a time at worst one by one, each up to the walltime.
    let rounds = job.array.as_ref().map_or(1, |a| u64::from(a.len()));
    let run_seconds = job.launch.walltime.map_or(MAX_RUN_SECONDS, |w| {
        (w.as_secs() + run_order::grace(job).as_secs())
            .saturating_mul(rounds)
            .saturating_add(RUN_SLACK.as_secs())
    });
    debug_assert!(job.attempt() > Attempt(0), "an execution belongs to an attempt");
    ExecutionInput {
        stack,
        entry,
        boot_seconds: settings.boot_deadline.as_secs(),
        run_seconds: run_seconds.min(MAX_RUN_SECONDS),
    }
}
