//! The agent's decisions: a state, inputs, and the effects to perform. No input or output of its own, no clock.
//!
//! After each step the caller removes what is to be removed ([`Effect::Clear`], [`Effect::Bury`]), saves the journal if
//! it [`Core::take_dirty`], and only then performs the other effects, in order. Every effect may be performed again
//! after a restart: each is idempotent.

mod journal;
mod notes;
mod run;
mod schedule;
mod serving;
mod waiting;
#[cfg(test)]
mod world;

pub use journal::{Journal, Pending};
pub use notes::{Note, Room};
pub use run::{Ended, Run, STREAMS, Unit, View};
pub use schedule::retry_ms;
pub use waiting::Waiting;

use crate::keys::{RunKey, UnitKey};
use schedule::{Schedule, Urgency};
use serving::Serving;
use soca_wire::agent::{ArrayDirective, Directive, End, RunDirective, ServeDirective, SyncReply};
use std::collections::BTreeSet;

/// The refusal that says that the control plane has seen a higher number.
const STALE: &str = "STALE_SEQUENCE";

/// What the core is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// The time has come for something, perhaps.
    Tick,
    /// The answer to the sync under way.
    Reply(SyncReply),
    /// The sync under way was refused with this code.
    Refused {
        /// The stable code.
        code: String,
        /// A random number of 0 to 1000.
        jitter: u32,
    },
    /// Nobody, or nobody sensible, answered the sync under way.
    Unreachable {
        /// A random number of 0 to 1000.
        jitter: u32,
    },
    /// A run's directory was made, or could not be.
    Prepared {
        /// Which.
        run: RunKey,
        /// Its elements, if it is an array.
        array: Option<ArrayDirective>,
        /// Why it could not.
        failure: Option<Ended>,
    },
    /// A running unit was looked at.
    Seen {
        /// Which.
        unit: UnitKey,
        /// What was seen.
        view: View,
    },
    /// A unit's supervisor is gone, and nothing of the script is left.
    Gone {
        /// Which.
        unit: UnitKey,
        /// What was seen afterwards.
        view: View,
        /// How it ended.
        ended: Ended,
    },
    /// A server for a job of another node is gone, and nothing of what it ran is left.
    ServerGone(RunKey),
}

/// How a unit is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// SIGTERM, the grace period, SIGKILL.
    Grace,
    /// SIGKILL.
    AtOnce,
}

/// What the core asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make the run's directory and answer with [`Input::Prepared`].
    Prepare(Box<RunDirective>),
    /// Start the unit's supervisor unless it was ever started, and say [`Input::Gone`] when it is gone.
    Attend(UnitKey),
    /// End the unit's script.
    Stop(UnitKey, Manner),
    /// Have a unit's script warned that its end is near.
    Warn(UnitKey),
    /// Start the server that runs commands for this job, and say [`Input::ServerGone`] when it is gone.
    Serve(Box<ServeDirective>),
    /// End that server and what it runs.
    Unserve(RunKey, Manner),
    /// Remove the unit's files.
    Clear(UnitKey),
    /// Remove the run's files, but keep the mark that it was.
    Bury(RunKey),
    /// Call the control plane.
    Send {
        /// The number.
        sequence: u64,
        /// What to report.
        notes: Vec<Note>,
    },
    /// End the agent.
    Exit,
}

/// The state.
#[derive(Debug)]
pub struct Core {
    journal: Journal,
    /// Runs that are over and acknowledged.
    buried: BTreeSet<RunKey>,
    schedule: Schedule,
    serving: Serving,
    /// The number to try next after a `STALE_SEQUENCE`.
    probe: Option<u64>,
    stopping: bool,
    dirty: bool,
}

impl Core {
    /// Goes on from what was saved; `buried` are the runs whose marks were found, and `first_sync` is steady time. The
    /// effects re-attach to what runs.
    pub fn new(journal: Journal, buried: BTreeSet<RunKey>, first_sync: u64) -> (Core, Vec<Effect>) {
        let schedule = Schedule::new(first_sync);
        let serving = Serving::default();
        let core = Core { journal, buried, schedule, serving, probe: None, stopping: false, dirty: false };
        let mut effects: Vec<_> = core.live().map(Effect::Attend).collect();
        let cancelled = core.journal.runs.iter().filter(|run| run.cancelled_at.is_some());
        effects.extend(cancelled.flat_map(|run| run.live().map(|unit| Effect::Stop(unit, Manner::Grace))));
        (core, effects)
    }

    /// A server that was found running and is attended.
    pub fn found_server(&mut self, key: RunKey) {
        self.serving.found(key);
    }

    /// What is to be saved.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Whether the journal has to be saved before the effects are performed.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// When to tick, steady milliseconds.
    pub fn due(&self) -> Option<u64> {
        if self.stopping { None } else { self.schedule.due() }
    }

    /// Whether it knows the run, now or from before.
    pub fn knows(&self, key: RunKey) -> bool {
        self.buried.contains(&key) || self.journal.runs.iter().any(|run| run.key == key)
    }

    /// Units that have not ended.
    pub fn live(&self) -> impl Iterator<Item = UnitKey> {
        self.journal.runs.iter().flat_map(Run::live)
    }

    /// Takes one input in. `now` is steady time for the schedule, `wall` is milliseconds since 1970 for reports.
    pub fn step(&mut self, now: u64, wall: i64, input: Input) -> Vec<Effect> {
        let mut effects = match input {
            Input::Tick => Vec::new(),
            Input::Reply(reply) => self.reply(now, wall, reply),
            Input::Refused { code, jitter } => {
                if code == STALE {
                    self.probe = Some(self.used() + 1);
                }
                self.schedule.failed(now, jitter);
                Vec::new()
            }
            Input::Unreachable { jitter } => {
                self.schedule.failed(now, jitter);
                Vec::new()
            }
            Input::Prepared { run, array, failure } => self.prepared(run, array.as_ref(), failure, wall),
            Input::Seen { unit, view } => {
                self.see(unit, &view, None);
                Vec::new()
            }
            Input::Gone { unit, view, ended } => {
                self.see(unit, &view, Some(ended));
                self.fill(unit.run)
            }
            Input::ServerGone(key) => {
                self.serving.gone(now, key);
                Vec::new()
            }
        };
        self.schedule.hurry(now, self.urgency());
        effects.extend(self.call(now));
        if self.stopping && self.live().next().is_none() && self.serving.is_empty() {
            effects.push(Effect::Exit);
        }
        effects
    }

    /// Whether it was told to shut down.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Failed calls since the last that succeeded.
    pub fn failures(&self) -> u32 {
        self.schedule.failures()
    }

    /// The highest number used.
    fn used(&self) -> u64 {
        let pending = self.journal.pending.as_ref().map_or(0, |pending| pending.sequence);
        self.probe.unwrap_or(0).max(pending).max(self.journal.acknowledged)
    }

    fn see(&mut self, key: UnitKey, view: &View, ended: Option<Ended>) {
        let Some(run) = self.journal.run(key.run) else { return };
        let Some(unit) = run.units.iter_mut().find(|unit| unit.element == key.element) else { return };
        if unit.ended.is_none() {
            unit.see(view);
            unit.ended = ended;
        }
    }

    fn fill(&mut self, key: RunKey) -> Vec<Effect> {
        if self.stopping {
            return Vec::new();
        }
        let begun = self.journal.run(key).map(Run::fill).unwrap_or_default();
        self.dirty |= !begun.is_empty();
        begun.into_iter().map(Effect::Attend).collect()
    }

    fn prepared(
        &mut self,
        key: RunKey,
        array: Option<&ArrayDirective>,
        failure: Option<Ended>,
        wall: i64,
    ) -> Vec<Effect> {
        if self.knows(key) {
            return Vec::new();
        }
        self.dirty = true;
        let run = Run::new(key, array);
        let nothing = run.is_over().then_some(Ended { at_ms: wall, end: End::Exited { status: 0 } });
        if let Some(ended) = failure.or(nothing) {
            self.journal.runs.push(Run::stillborn(key, ended));
            return Vec::new();
        }
        let mut effects: Vec<_> = run.live().map(Effect::Attend).collect();
        self.journal.runs.push(run);
        effects.extend(self.fill(key));
        effects
    }

    fn urgency(&self) -> Urgency {
        if self.journal.runs.iter().any(Run::has_news) {
            return Urgency::News;
        }
        let unshipped: u64 = self.journal.runs.iter().flat_map(|run| &run.units).map(Unit::unshipped).sum();
        match unshipped {
            0 => Urgency::None,
            bytes if bytes >= Room::WHOLE.bytes as u64 => Urgency::News,
            _ => Urgency::Output,
        }
    }

    /// Sends what is due.
    fn call(&mut self, now: u64) -> Option<Effect> {
        if self.stopping || self.schedule.due().is_none_or(|due| now < due) {
            return None;
        }
        self.schedule.sent(now);
        if let Some(sequence) = self.probe {
            return Some(Effect::Send { sequence, notes: Vec::new() });
        }
        if self.journal.pending.is_none() {
            let (mut room, mut notes) = (Room::WHOLE, Vec::new());
            for run in &mut self.journal.runs {
                notes::collect(run, &mut room, &mut notes);
            }
            if !notes.is_empty() {
                self.journal.pending = Some(Pending { sequence: self.journal.acknowledged + 1, notes });
                self.dirty = true;
            }
        }
        Some(match &self.journal.pending {
            Some(pending) => Effect::Send { sequence: pending.sequence, notes: pending.notes.clone() },
            None => Effect::Send { sequence: self.journal.acknowledged, notes: Vec::new() },
        })
    }

    fn reply(&mut self, now: u64, wall: i64, reply: SyncReply) -> Vec<Effect> {
        self.schedule.answered(now, reply.interval_ms);
        let mut effects = self.acknowledge(reply.acknowledged);
        let mut served = Vec::new();
        for directive in reply.directives {
            match directive {
                Directive::Run(run) => {
                    let key = RunKey { job: run.job, attempt: run.attempt };
                    if !self.knows(key) && !self.stopping {
                        effects.push(Effect::Prepare(run));
                    }
                }
                Directive::Cancel { job, attempt } => {
                    effects.extend(self.cancel(RunKey { job, attempt }, wall))
                }
                Directive::Warn { job, attempt } => {
                    let run = self.journal.run(RunKey { job, attempt });
                    effects.extend(run.into_iter().flat_map(|run| run.live().map(Effect::Warn)));
                }
                Directive::Serve(serve) => served.push(*serve),
                Directive::Shutdown => {
                    self.stopping = true;
                    effects.extend(self.live().map(|unit| Effect::Stop(unit, Manner::AtOnce)));
                }
                Directive::Unknown => {}
            }
        }
        effects.extend(if self.stopping { self.serving.stop() } else { self.serving.answered(now, served) });
        effects
    }

    /// Forgets what is stored up to this number.
    fn acknowledge(&mut self, number: u64) -> Vec<Effect> {
        if self.probe.take().is_some() {
            self.journal.acknowledged = self.journal.acknowledged.max(number);
            if let Some(pending) = &mut self.journal.pending {
                pending.sequence = self.journal.acknowledged + 1;
            }
            self.dirty = true;
            return Vec::new();
        }
        let sent = self.journal.pending.as_ref().map(|pending| pending.sequence);
        if sent.is_some_and(|sent| number < sent) {
            return Vec::new();
        }
        self.journal.acknowledged = self.journal.acknowledged.max(number);
        if self.journal.pending.take().is_none() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for run in &mut self.journal.runs {
            let (told, kept): (Vec<_>, Vec<_>) =
                std::mem::take(&mut run.units).into_iter().partition(|unit| unit.ended_told);
            run.units = kept;
            if !run.finished_told {
                effects.extend(told.iter().map(|unit| Effect::Clear(run.unit_key(unit))));
            }
        }
        let runs = std::mem::take(&mut self.journal.runs);
        let (over, going): (Vec<_>, Vec<_>) = runs.into_iter().partition(|run| run.finished_told);
        self.journal.runs = going;
        for run in over {
            self.buried.insert(run.key);
            effects.push(Effect::Bury(run.key));
        }
        let keys: Vec<_> = self.journal.runs.iter().map(|run| run.key).collect();
        effects.extend(keys.into_iter().flat_map(|key| self.fill(key)));
        effects
    }

    fn cancel(&mut self, key: RunKey, wall: i64) -> Vec<Effect> {
        if self.buried.contains(&key) {
            return Vec::new();
        }
        let Some(run) = self.journal.run(key) else {
            // Its `Run` never came: it must not begin any more, and somebody waits for its end.
            self.journal.runs.push(Run::stillborn(key, Ended { at_ms: wall, end: End::Cancelled }));
            self.dirty = true;
            return Vec::new();
        };
        if run.cancelled_at.is_none() {
            run.cancelled_at = Some(wall);
            self.dirty = true;
        }
        run.live().map(|unit| Effect::Stop(unit, Manner::Grace)).collect()
    }
}
