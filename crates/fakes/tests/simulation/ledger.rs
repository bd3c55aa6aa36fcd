//! What was promised and what was seen.

use crate::{agent::RunKey, call::Message, world::Shared};
use soca_app::{infrastructure::Incident, ports::Write, sync_node::End};
use soca_domain::{
    Code, ElementIndex, Job, JobId, JobState, Timestamp, instance_type::InstanceTypeName, job::AttemptRecord,
    limit::CounterScope, pool::Market, verdict::Verdict,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the store's hook saw.
#[derive(Debug, Default)]
pub struct Commits {
    /// Something was written since the last look.
    pub fresh: bool,
    pub broken: Vec<String>,
    /// What is to be counted.
    pub seen: Vec<String>,
}

impl Commits {
    /// A job that goes back for want of capacity does not wait while it has something left to try: a type, where an
    /// attempt is offered one at a time, or the other market. Told from the attempts alone, not by the product's ladder.
    fn requeued(&mut self, job: &Job, waits: bool) {
        let code = |a: &AttemptRecord| a.verdict.as_ref().and_then(Verdict::fault).map(|fault| fault.code);
        let Some(last) = job.attempts.last() else { return };
        if code(last) != Some(Code::CapacityUnavailable) {
            return;
        }
        let on_spot = |a: &AttemptRecord| a.rung.as_ref().is_some_and(|rung| rung.market == Market::Spot);
        let dry =
            |a: &&AttemptRecord| matches!(code(a), Some(Code::CapacityUnavailable | Code::SpotInterrupted));
        let lost = job.attempts.iter().filter(dry).filter(|a| on_spot(a)).count();
        let leaves_spot = on_spot(last) && lost >= job.launch.spot_attempts as usize;
        let tried = |name: &InstanceTypeName| {
            let offers = |a: &AttemptRecord| a.rung.as_ref().is_some_and(|rung| rung.types.contains(name));
            job.attempts.iter().filter(|a| !on_spot(a)).any(offers)
        };
        let left = !on_spot(last) && job.launch.instance_types.iter().any(|name| !tried(name));
        let what = if leaves_spot { "left the spot market" } else { "went to another type" };
        if (leaves_spot || left) && waits {
            self.broken.push(format!("C: job {} waits with a rung left to try", job.id));
        } else if leaves_spot || left {
            self.seen.push(format!("a job {what} at once"));
        }
    }

    pub fn see(&mut self, writes: &[Write]) {
        self.fresh = true;
        for write in writes {
            if let Write::UpdateJob { was, now } = write
                && was.state.is_final()
            {
                self.broken.push(format!(
                    "P2: job {} left {} for {}",
                    now.id,
                    was.state.name(),
                    now.state.name()
                ));
            }
            if let Write::UpdateJob { was, now } = write
                && let JobState::Queued { since, not_before: Some(at) } = now.state
                && matches!(was.state, JobState::Completing { .. })
            {
                self.requeued(now, at > since);
            }
        }
    }
}

/// The ledger.
pub struct Ledger {
    tells: bool,
    began: Timestamp,
    pub story: Vec<String>,
    pub broken: Vec<String>,
    pub commits: Shared<Commits>,
    pub at_rest: bool,
    /// Moments that were played.
    pub steps: u64,
    /// Every counter that a stack was counted in.
    pub counted: BTreeSet<CounterScope>,
    /// Scripts that agents began.
    pub begun: BTreeSet<(RunKey, Option<ElementIndex>)>,
    /// How agents said runs ended.
    pub ended: BTreeMap<RunKey, End>,
    /// When a cancel was acknowledged first.
    pub cancelled: BTreeMap<JobId, Timestamp>,
    /// Everything that came, to come again at the end.
    pub messages: Vec<Message>,
    pub events: u32,
    pub incidents: Vec<Incident>,
    /// How often what happened.
    pub counts: BTreeMap<String, u64>,
}

impl Ledger {
    pub fn new(tells: bool, began: Timestamp) -> Self {
        Self {
            tells,
            began,
            story: vec![],
            broken: vec![],
            commits: Shared::default(),
            at_rest: false,
            steps: 0,
            counted: BTreeSet::new(),
            begun: BTreeSet::new(),
            ended: BTreeMap::new(),
            cancelled: BTreeMap::new(),
            messages: vec![],
            events: 0,
            incidents: vec![],
            counts: BTreeMap::new(),
        }
    }

    pub fn tell(&mut self, now: Timestamp, what: impl FnOnce() -> String) {
        if self.tells {
            let seconds = now.since(self.began).as_millis();
            self.story.push(format!("{:>6}.{:03} {}", seconds / 1000, seconds % 1000, what()));
        }
    }

    pub fn count(&mut self, what: &str) {
        match self.counts.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(what.to_owned(), 1)),
        }
    }

    pub fn broke(&mut self, what: String) {
        self.broken.push(what);
    }

    /// A script began: each of an attempt only once (P2).
    pub fn begin(&mut self, key: RunKey, element: Option<ElementIndex>, rerunnable: bool) {
        if !self.begun.insert((key, element)) {
            self.broke(format!("P2: {key:?} {element:?} began twice"));
        }
        let before = self.begun.iter().any(|(k, e)| k.0 == key.0 && k.1 < key.1 && *e == element);
        if before && !rerunnable {
            self.broke(format!("P2: job {} must not run again, and did", key.0));
        }
    }

    /// What a state is counted as.
    pub fn count_state(&mut self, state: &JobState) {
        if let JobState::Ended { outcome, verdict, .. } = state {
            self.count(&format!("outcome {}", outcome.as_str()));
            if let Some(fault) = verdict.fault() {
                self.count(&format!("ended by {}", fault.code));
            }
        }
    }
}
