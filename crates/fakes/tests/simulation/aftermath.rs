//! The promises, looked at when everything is at rest; then everything comes once more, and must change nothing.

use crate::{call::Message, nodes::sync_once, world::World};
use soca_app::{
    dispatch::Dispatch, enroll_node::enroll, infrastructure::HandleIncident, ports::store::OutputId,
    submit_job::SubmitJob, sync_node::End,
};
use soca_domain::{Job, JobState, node::Node, verdict::Verdict};
use soca_fakes::resolve::resolve;
use std::{fmt::Write, sync::Arc};

impl World {
    pub fn look_back(&mut self) {
        if !self.ledger.at_rest {
            return self.ledger.broke("nothing was left to do, and not everything was done".into());
        }
        for job in self.jobs() {
            self.judge_job(&job);
        }
        for plan in self.plans.clone() {
            if plan.acknowledged.is_some_and(|id| self.job(id).is_none()) {
                self.ledger.broke(format!("P1: job {:?} was acknowledged and is gone", plan.acknowledged));
            }
        }
        // What was lost comes now, and so late that it changes nothing that matters; after that, nothing at all.
        let before = self.digest(false);
        self.everything_again();
        self.unchanged(&before, &self.digest(false));
        let before = self.digest(true);
        self.everything_again();
        self.unchanged(&before, &self.digest(true));
    }

    fn unchanged(&mut self, before: &str, after: &str) {
        if before != after {
            let differs = before.lines().zip(after.lines()).find(|(a, b)| a != b);
            self.ledger.broke(format!("P6: a repetition changed something: {differs:#?}"));
        }
    }

    /// P1, P2: a final state, and it is what became of the script.
    fn judge_job(&mut self, job: &Job) {
        self.ledger.count_state(&job.state);
        self.ledger.count(&format!("attempts {}", job.attempts.len()));
        let JobState::Ended { verdict, .. } = &job.state else {
            return self.ledger.broke(format!("P1: job {} is {:?}", job.id, job.state));
        };
        let agent_said = self.ledger.ended.get(&(job.id, job.attempt())).cloned();
        let is_true = match verdict {
            Verdict::Exited { status } if job.array.is_some() => self.elements_say(job, *status),
            Verdict::Exited { status } => agent_said == Some(End::Exited(*status)),
            Verdict::Signalled { .. } => false,
            Verdict::Walltime => agent_said == Some(End::Walltime) || ran_for_its_walltime(job),
            Verdict::Cancelled { .. } => {
                self.ledger.cancelled.contains_key(&job.id) || self.was_asked_to_cancel(job)
            }
            Verdict::Fault { .. } => true,
        };
        if !is_true {
            self.ledger
                .broke(format!("P2: job {} ended with {verdict:?}, its agent said {agent_said:?}", job.id));
        }
        let asked = self.ledger.cancelled.get(&job.id).copied();
        let placed = job.attempts.iter().map(|a| a.placed_at).max();
        if asked.is_some_and(|asked| placed.is_some_and(|placed| placed > asked)) {
            self.ledger.broke(format!("job {} was started again after its cancel was acknowledged", job.id));
        }
    }

    /// A cancel whose answer was lost counts too.
    fn was_asked_to_cancel(&self, job: &Job) -> bool {
        let plan = self.plans.iter().find(|plan| plan.acknowledged == Some(job.id));
        plan.is_some_and(|plan| plan.wishes.iter().any(|(_, wish)| *wish == crate::call::Wish::Cancel))
    }

    /// An array that ended: every element has, and it is completed only if all are.
    fn elements_say(&self, job: &Job, status: i32) -> bool {
        let chunks = resolve(self.true_ports.store.elements(job.id)).unwrap();
        let all: Vec<_> = chunks.iter().flat_map(|c| c.elements.values()).collect();
        let count = job.array.as_ref().map_or(0, |array| array.len() as usize);
        let ended = all.len() == count && all.iter().all(|e| e.end.is_some());
        let fine =
            all.iter().all(|e| e.end.as_ref().is_some_and(|e| e.verdict == Verdict::Exited { status: 0 }));
        ended && fine == (status == 0)
    }

    /// P6: every event, message and request once more.
    fn everything_again(&mut self) {
        let mut broken = Vec::new();
        let (ports, clock) = (Arc::clone(&self.true_ports), Arc::clone(&self.clock));
        for message in self.ledger.messages.clone() {
            let now = clock.now();
            match message {
                Message::Enroll(asked) => drop(resolve(enroll(ports.mover(), &asked, now))),
                Message::Sync(sync) => drop(resolve(sync_once(&ports, &sync, now))),
            }
        }
        let (store, workflow, instances) = (&*ports.store, &*ports.workflow, &*ports.instances);
        for incident in self.ledger.incidents.clone() {
            let handle = HandleIncident { store, workflow, instances };
            resolve(handle.run(&incident, clock.now())).unwrap();
        }
        for _ in 0..self.ledger.events {
            let dispatch =
                Dispatch { mover: ports.mover(), entropy: &*ports.entropy, settings: &ports.settings };
            resolve(dispatch.run(&|| clock.now())).unwrap();
        }
        for plan in self.plans.iter().filter(|plan| plan.acknowledged.is_some()) {
            let submit = SubmitJob {
                store,
                catalog: &*ports.catalog,
                artifacts: &*ports.artifacts,
                prices: &*ports.prices,
                bus: &*ports.bus,
                settings: &ports.settings,
            };
            let again = resolve(submit.run(&plan.submission(), clock.now())).unwrap();
            if !again.repeated {
                broken.push(format!("P1: submit {} was repeated and made another job", plan.number));
            }
        }
        self.ledger.broken.extend(broken);
    }

    /// Jobs, stacks, elements, counters and the cloud; if `whole`, nodes and output too, but for when nodes were seen.
    fn digest(&self, whole: bool) -> String {
        let store = &*self.true_ports.store;
        let mut text = String::new();
        for job in self.jobs() {
            writeln!(text, "{job:?}").unwrap();
            writeln!(text, "{:?}", resolve(store.elements(job.id)).unwrap()).unwrap();
            for attempt in &job.attempts {
                writeln!(text, "{:?}", resolve(store.stack(&attempt.stack)).unwrap()).unwrap();
                if !whole {
                    continue;
                }
                let nodes = resolve(store.nodes(&attempt.stack)).unwrap();
                let nodes = nodes.into_iter().map(|n| Node { last_seen: n.enrolled_at, version: 0, ..n });
                writeln!(text, "{:?}", nodes.collect::<Vec<_>>()).unwrap();
                let elements = job.array.iter().flat_map(|array| array.elements().map(Some));
                for element in elements.chain([None]) {
                    let id = OutputId { job: job.id, attempt: attempt.attempt, element, stderr: false };
                    writeln!(text, "{:?}", resolve(store.output(&id)).unwrap()).unwrap();
                }
            }
        }
        for scope in &self.ledger.counted {
            writeln!(text, "{scope:?} {:?}", resolve(store.usage(scope)).unwrap()).unwrap();
        }
        let alive = self.cloud.machines().iter().filter(|m| m.state.is_alive()).count();
        writeln!(text, "{:?} {alive} {:?}", self.cloud.stacks(), self.workflow.under_way()).unwrap();
        text
    }
}

/// The state machine ends what no agent ends.
fn ran_for_its_walltime(job: &Job) -> bool {
    let last = job.last_attempt();
    let span = last.and_then(|a| Some(a.ended_at?.since(a.started_at?)));
    span.zip(job.launch.walltime).is_some_and(|(span, walltime)| span >= walltime)
}
