//! The promises, looked at while the world goes on.

use crate::world::World;
use soca_app::explain_job::Reasons;
use soca_domain::{
    Job, JobId, JobState, MicroUsd, QueueName, Timestamp,
    depend::{Condition, Dependency},
    limit::{CounterScope, LimitReached, LimitScope, Limits, Usage},
    queue::QueuePolicy,
    stack::{Stack, StackState},
    verdict::Outcome,
    wait::WaitReason,
};
use soca_fakes::resolve::resolve;
use std::time::Duration;

/// Once things are calm, nothing lives for longer without an owner: a minute until an orphan counts as one, a minute
/// until the sweep, and the time that a deletion takes.
const ORPHANS_LIVE: Duration = Duration::from_secs(4 * 60);
/// Sweeps need a while to put right what chaos left.
const SETTLING: Duration = Duration::from_secs(5 * 60);

impl World {
    pub fn job(&self, id: JobId) -> Option<Job> {
        resolve(self.true_ports.store.job(id)).unwrap()
    }

    /// Every job there is, acknowledged or not.
    pub fn jobs(&self) -> Vec<Job> {
        resolve(self.true_ports.store.jobs(None, 1000, None)).unwrap().items
    }

    pub fn stack_state(&self, id: &soca_domain::StackId) -> Option<StackState> {
        resolve(self.true_ports.store.stack(id)).unwrap().map(|s| s.state)
    }

    /// P4 after every commit: limits hold, and each counter is what the stacks counted in it add up to.
    pub fn look_at_commits(&mut self) {
        let (fresh, broken, seen) = {
            let mut commits = self.ledger.commits.lock().unwrap();
            let (broken, seen) = (std::mem::take(&mut commits.broken), std::mem::take(&mut commits.seen));
            (std::mem::take(&mut commits.fresh), broken, seen)
        };
        seen.iter().for_each(|what| self.ledger.count(what));
        self.ledger.broken.extend(broken);
        if !fresh {
            return;
        }
        let live = resolve(self.true_ports.store.live_stacks()).unwrap();
        self.ledger.counted.extend(live.iter().flat_map(|stack| stack.counted.iter().cloned()));
        self.look_at_accounts(&live);
        for scope in self.ledger.counted.clone() {
            let usage = self.usage(&scope);
            let of = live.iter().filter(|stack| stack.counted.contains(&scope));
            let counted = of.fold(Usage::default(), |sum, stack| sum.plus(&stack.need));
            if self.limits(&scope).passed_by(&usage).is_some() || usage != counted {
                self.ledger.broke(format!("P4: {scope:?} has {usage:?}, its stacks {counted:?}"));
            }
        }
    }

    /// P4: hard budgets hold, and what is held is what the stacks say; what nodes cost beyond their hold, because they
    /// took long to go, is told apart.
    fn look_at_accounts(&mut self, live: &[Stack]) {
        for project in self.projects.clone() {
            let account = resolve(self.true_ports.store.account(&project.name)).unwrap();
            let of = live.iter().filter(|stack| stack.project.as_ref() == Some(&project.name));
            let held = of.fold(MicroUsd(0), |sum, stack| sum.plus(stack.hold));
            let guarded = MicroUsd(account.committed().0 - account.overdrawn.0);
            if account.held != held || project.hard_budget().is_some_and(|amount| guarded > amount) {
                let name = &project.name;
                self.ledger.broke(format!("P4: project {name} has {account:?}, its stacks hold {held}"));
            }
        }
    }

    fn usage(&self, scope: &CounterScope) -> Usage {
        resolve(self.true_ports.store.usage(scope)).unwrap()
    }

    fn policy(&self, name: &QueueName) -> QueuePolicy {
        self.policies.iter().find(|policy| policy.name == *name).expect("queues stay").clone()
    }

    fn limits(&self, scope: &CounterScope) -> Limits {
        match scope {
            CounterScope::Queue(queue) => self.policy(queue).limits,
            CounterScope::User(queue, _) => self.policy(queue).per_user,
            CounterScope::Group(queue, _) => self.policy(queue).per_group,
            CounterScope::Project(queue, _) => self.policy(queue).per_project,
        }
    }

    /// What is looked at each minute.
    pub fn look_around(&mut self) {
        self.reasons_are_true();
        self.singletons_are_alone();
        if self.calm_since.is_some_and(|since| self.now().since(since) > SETTLING) {
            self.no_orphans();
        }
        self.ledger.at_rest = self.calm_since.is_some() && self.nothing_is_left();
    }

    /// P3: what has no owner any more goes soon.
    fn no_orphans(&mut self) {
        let now = self.now();
        let stacks = self.cloud.stacks().into_iter().map(|(id, since)| (format!("stack {id}"), id, since));
        let alive = self.cloud.machines().into_iter().filter(|m| m.state.is_alive());
        let machines =
            alive.map(|m| (format!("instance {}", m.used.instance), m.stack.clone(), m.used.launched_at));
        for (what, stack, since) in stacks.chain(machines).collect::<Vec<_>>() {
            let orphan_since = match self.stack_state(&stack) {
                Some(StackState::Released { at }) => at.max(since),
                None => since,
                Some(_) => continue,
            };
            if now.since(orphan_since) > ORPHANS_LIVE {
                self.ledger.broke(format!("P3: {what} of {stack} has no owner since {orphan_since}"));
            }
        }
    }

    fn nothing_is_left(&self) -> bool {
        self.tasks.is_empty()
            && self.cloud.stacks().is_empty()
            && self.cloud.machines().iter().all(|m| !m.state.is_alive())
            && self.workflow.under_way().is_empty()
            && resolve(self.true_ports.store.live_stacks()).unwrap().is_empty()
            && self.jobs().iter().all(|job| job.state.is_final())
    }

    /// P1, P3, P5: time was over, and something had not come to its end.
    pub fn overdue(&mut self) {
        let jobs = self.jobs();
        for job in jobs.iter().filter(|job| !job.state.is_final()) {
            self.ledger.broke(format!("P5: job {} is still {:?}", job.id, job.state));
        }
        let stacks = resolve(self.true_ports.store.live_stacks()).unwrap();
        for stack in stacks {
            self.ledger.broke(format!("P3: stack {} is still {:?}", stack.id, stack.state));
        }
        for (id, _) in self.cloud.stacks() {
            self.ledger.broke(format!("P3: {id} is still in CloudFormation"));
        }
        self.ledger.broke(format!("still under way: {:?}", self.workflow.under_way()));
    }

    /// P7: whoever waits has a reason, and the reason is what the table says.
    fn reasons_are_true(&mut self) {
        let now = self.now();
        let waiting: Vec<Job> = self.jobs().into_iter().filter(|job| job.state.is_waiting()).collect();
        let ports = std::sync::Arc::clone(&self.true_ports);
        let mut reasons = Reasons::new(&*ports.store, &ports.settings, now);
        for job in &waiting {
            let reason = resolve(reasons.of(job)).unwrap().map(|waiting| waiting.reason);
            if let Some(reason) = &reason {
                self.ledger.count(&format!("waited for {}", reason.code()));
                if matches!(reason, WaitReason::Dependency { on } if on.condition == Condition::Singleton) {
                    self.ledger.count("waited for a job of its name");
                }
            }
            if !reason.as_ref().is_some_and(|reason| self.is_true(job, reason, &waiting, now)) {
                self.ledger.broke(format!("P7: job {} ({:?}) waits for {reason:?}", job.id, job.state));
            }
        }
    }

    fn is_true(&self, job: &Job, reason: &WaitReason, waiting: &[Job], now: Timestamp) -> bool {
        let retry_at = match job.state {
            JobState::Queued { not_before, .. } => not_before,
            _ => None,
        };
        let others = waiting.iter().filter(|other| other.id != job.id);
        match reason {
            WaitReason::Held => matches!(job.state, JobState::Held { .. }),
            WaitReason::BeginsLater { at } => job.begin_at == Some(*at) && *at > now,
            WaitReason::RetryLater { at } => retry_at == Some(*at) && *at > now,
            WaitReason::Dependency { on } if on.condition == Condition::Singleton => {
                job.run.policy.singleton && self.is_ahead(job, &self.job(on.job).expect("it was found"))
            }
            WaitReason::Dependency { on } => job.depend.contains(on) && !self.came_true(on),
            WaitReason::Limit(reached) => self.is_reached(job, reached, waiting),
            WaitReason::Behind { job: first, .. } => others.clone().any(|other| other.id == *first),
            WaitReason::Next => {
                let scope = CounterScope::Queue(job.queue.clone());
                retry_at.is_none_or(|at| at <= now)
                    && job.depend.iter().all(|on| self.came_true(on))
                    && !(job.run.policy.singleton
                        && self.jobs().iter().any(|other| self.is_ahead(job, other)))
                    && self.limits(&scope).passed_by(&self.usage(&scope).plus(&job.need)).is_none()
                    && self.left_for(job).is_none_or(|left| job.hold() <= left)
            }
            // Jobs that start before it may leave less than there is now.
            WaitReason::BudgetShort { project, asked, left } => {
                job.project.as_ref() == Some(project)
                    && *asked == job.hold()
                    && asked > left
                    && self.left_for(job).is_some_and(|there_is| *left <= there_is)
            }
            // There are no long queues, deadlines, windows, licenses and reservations here.
            WaitReason::InLine { .. }
            | WaitReason::TooLate { .. }
            | WaitReason::WindowOpens { .. }
            | WaitReason::LicenseShort { .. }
            | WaitReason::Reserved { .. } => false,
        }
    }

    /// What the job's hard budget has left, if it is under one.
    fn left_for(&self, job: &Job) -> Option<MicroUsd> {
        let project = self.projects.iter().find(|project| job.project.as_ref() == Some(&project.name))?;
        project.left(&resolve(self.true_ports.store.account(&project.name)).unwrap())
    }

    /// Whether what is in use, with what jobs that may start before this one would add, leaves too little.
    fn is_reached(&self, job: &Job, reached: &LimitReached, waiting: &[Job]) -> bool {
        let queue = || job.queue.clone();
        let scope = match &reached.scope {
            LimitScope::Queue => CounterScope::Queue(queue()),
            LimitScope::User => CounterScope::User(queue(), job.owner.clone()),
            LimitScope::Group(name) => CounterScope::Group(queue(), name.clone()),
            LimitScope::Project(name) => CounterScope::Project(queue(), name.clone()),
            LimitScope::Cluster => return false,
        };
        let shares = |other: &&Job| match &scope {
            CounterScope::Queue(queue) => other.queue == *queue,
            CounterScope::User(queue, owner) => other.queue == *queue && other.owner == *owner,
            CounterScope::Group(queue, group) => other.queue == *queue && other.groups.contains(group),
            CounterScope::Project(queue, name) => {
                other.queue == *queue && other.project.as_ref() == Some(name)
            }
        };
        let others = waiting.iter().filter(|other| other.id != job.id).filter(shares);
        let usage = self.usage(&scope);
        let at_most = others.fold(usage, |sum, other| sum.plus(&other.need));
        let LimitReached { measure, used, asked, limit, .. } = *reached;
        self.limits(&scope).of(measure) == Some(limit)
            && job.need.of(measure) == asked
            && used + asked > limit
            && (usage.of(measure)..=at_most.of(measure)).contains(&used)
    }

    /// Whether a singleton must wait for another job: one of its owner and name that is not over, and is earlier or has
    /// capacity.
    fn is_ahead(&self, job: &Job, other: &Job) -> bool {
        (&job.owner, &job.name) == (&other.owner, &other.name)
            && job.id != other.id
            && !other.state.is_final()
            && (other.id < job.id || other.state.stack().is_some())
    }

    /// No singleton runs beside another job of its owner and name that was there before it had capacity.
    fn singletons_are_alone(&mut self) {
        let placed: Vec<Job> = self.jobs().into_iter().filter(|job| job.state.stack().is_some()).collect();
        let mut singles: Vec<_> = placed.iter().filter(|job| job.run.policy.singleton).collect();
        singles.sort_by_key(|job| (&job.owner, &job.name));
        let beside: Vec<_> = singles
            .windows(2)
            .filter(|pair| (&pair[0].owner, &pair[0].name) == (&pair[1].owner, &pair[1].name))
            .map(|pair| format!("singletons {} and {} have capacity at once", pair[0].id, pair[1].id))
            .collect();
        beside.into_iter().for_each(|what| self.ledger.broke(what));
    }

    /// Whether a dependency has come true, told from what became of the other job.
    fn came_true(&self, on: &Dependency) -> bool {
        let other = self.job(on.job).expect("dependencies exist");
        let outcome = match other.state {
            JobState::Ended { outcome, .. } => Some(outcome),
            _ => None,
        };
        match on.condition {
            Condition::After => other.attempts.iter().any(|attempt| attempt.started_at.is_some()),
            Condition::AfterAny | Condition::Singleton => outcome.is_some(),
            Condition::AfterOk => outcome == Some(Outcome::Completed),
            Condition::AfterNotOk => outcome.is_some_and(|outcome| outcome != Outcome::Completed),
        }
    }
}
