//! The agent's loop: it feeds the core, saves what must be saved, and performs what the core asks for.

mod serving;

use crate::agent::waiter;
use crate::clock::Clock;
use crate::core::{Core, Effect, Ended, Input, Manner, Note, View};
use crate::fault::Fault;
use crate::http::Answer;
use crate::keys::{RunKey, UnitKey};
use crate::log;
use crate::store::Store;
use crate::units::{self, Context, RunFile, Runs};
use soca_wire::agent::{RunDirective, SyncReply};
use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// After an order to shut down, scripts have so long to be gone.
const SHUTDOWN_MS: u64 = 10_000;
/// A journal that could not be saved is tried again so often.
const SAVE_AGAIN_MS: u64 = 1000;
/// The longest wait without a look at the clock.
const LONGEST_WAIT_MS: u64 = 60_000;

/// What wakes the loop.
#[derive(Debug)]
pub(crate) enum Event {
    /// A supervisor has something to show.
    Bell,
    /// The control plane answered.
    Answer(Answer<SyncReply>),
    /// A unit is over.
    Gone(UnitKey, View, Ended),
    /// A server for a job of another node is over.
    ServerGone(RunKey),
    /// The agent was sent a signal.
    Terminated,
}

/// Everything the loop works with.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) clock: Clock,
    pub(crate) core: Core,
    pub(crate) store: Store,
    pub(crate) runs: Runs,
    /// The servers for jobs of other nodes.
    pub(crate) served: Runs,
    pub(crate) context: Context,
    pub(crate) calls: Sender<(u64, Vec<Note>)>,
    pub(crate) events: Sender<Event>,
    /// What is to be removed once the journal could be saved.
    pub(crate) unremoved: Vec<Effect>,
}

/// Whether the loop goes on.
enum Next {
    Go,
    End,
}

impl Runner {
    /// Re-attaches to what runs, and takes in runs that were prepared but not journaled.
    pub(crate) fn resume(&mut self, going: BTreeSet<RunKey>, effects: Vec<Effect>) {
        self.perform(effects);
        for key in going {
            if self.core.knows(key) {
                continue;
            }
            match self.runs.read(key) {
                Ok(Some(file)) => {
                    log::info("run.adopted", &[("job.id", &key.job), ("attempt", &key.attempt)]);
                    self.feed(Input::Prepared { run: key, array: file.directive.array, failure: None });
                }
                Ok(None) => {}
                Err(error) => {
                    log::error("run.unreadable", &[("job.id", &key.job), ("error.message", &error)])
                }
            }
        }
        self.resume_servers();
        self.look();
    }

    /// The loop.
    pub(crate) fn turn(mut self, events: &Receiver<Event>) {
        let mut shutdown_at = None;
        self.feed(Input::Tick);
        loop {
            let now = self.clock.steady_ms();
            let again = (!self.store.is_saved()).then_some(now + SAVE_AGAIN_MS);
            let wake = [self.core.due(), again, shutdown_at].into_iter().flatten().min();
            let wait = wake.map_or(LONGEST_WAIT_MS, |at| at.saturating_sub(now).min(LONGEST_WAIT_MS));
            let first = match events.recv_timeout(Duration::from_millis(wait)) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            for event in first.into_iter().chain(std::iter::from_fn(|| events.try_recv().ok())) {
                if let Next::End = self.take(event) {
                    return;
                }
            }
            if let Next::End = self.feed(Input::Tick) {
                return;
            }
            if !self.store.is_saved() && self.store.save(self.core.journal()) {
                let removals = std::mem::take(&mut self.unremoved);
                self.perform(removals);
            }
            let now = self.clock.steady_ms();
            if self.core.is_stopping() && *shutdown_at.get_or_insert(now + SHUTDOWN_MS) <= now {
                log::warn("agent.shut_down_late", &[("scripts.left", &self.core.live().count())]);
                return;
            }
        }
    }

    fn take(&mut self, event: Event) -> Next {
        let jitter = rand::random_range(0..=1000);
        match event {
            Event::Bell => self.look(),
            Event::Answer(Answer::Done(reply)) => {
                if self.core.failures() > 0 {
                    log::info("sync.answered_again", &[("failures", &self.core.failures())]);
                }
                self.feed(Input::Reply(reply))
            }
            Event::Answer(Answer::Refused(refusal)) => {
                log::warn(
                    "sync.refused",
                    &[("error.code", &refusal.code), ("error.message", &refusal.message)],
                );
                self.feed(Input::Refused { code: refusal.code, jitter })
            }
            Event::Answer(Answer::Failed(error)) => {
                log::warn(
                    "sync.failed",
                    &[("error.message", &error), ("failures", &(self.core.failures() + 1))],
                );
                self.feed(Input::Unreachable { jitter })
            }
            Event::Gone(unit, view, ended) => {
                let how = serde_json::to_string(&ended.end).unwrap_or_default();
                log::info(
                    "script.ended",
                    &[("job.id", &unit), ("attempt", &unit.run.attempt), ("end", &how)],
                );
                self.feed(Input::Gone { unit, view, ended })
            }
            Event::ServerGone(key) => self.bury_server(key),
            Event::Terminated => {
                log::info("agent.terminated", &[("scripts.left_running", &self.core.live().count())]);
                Next::End
            }
        }
    }

    /// Looks at every unit that runs.
    fn look(&mut self) -> Next {
        let live: Vec<_> = self.core.live().collect();
        for unit in live {
            let view = self.runs.look(unit);
            if let Next::End = self.feed(Input::Seen { unit, view }) {
                return Next::End;
            }
        }
        Next::Go
    }

    /// One input, and everything that follows from it.
    fn feed(&mut self, input: Input) -> Next {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let effects = self.core.step(self.clock.steady_ms(), self.clock.wall_ms(), input);
            let (removals, rest): (Vec<_>, Vec<_>) =
                effects.into_iter().partition(|effect| matches!(effect, Effect::Clear(_) | Effect::Bury(_)));
            // While the journal on disk is old, the files are what a restarted agent would go by.
            if self.store.is_saved() {
                self.perform(removals);
            } else {
                self.unremoved.extend(removals);
            }
            if self.core.take_dirty() {
                self.store.save(self.core.journal());
            }
            if rest.contains(&Effect::Exit) {
                log::info("agent.shut_down", &[]);
                return Next::End;
            }
            inputs.extend(self.perform(rest));
        }
        Next::Go
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Vec<Input> {
        let mut inputs = Vec::new();
        for effect in effects {
            match effect {
                Effect::Prepare(directive) => inputs.push(self.prepare(*directive)),
                Effect::Attend(unit) => self.attend(unit),
                Effect::Stop(unit, manner) => self.stop(unit, manner),
                Effect::Warn(unit) => self.runs.warn(unit),
                Effect::Serve(directive) => inputs.extend(self.serve(*directive)),
                Effect::Unserve(run, manner) => self.unserve(run, manner),
                Effect::Clear(unit) => warn_of("unit.not_cleared", unit, self.runs.clear(unit)),
                Effect::Bury(run) => {
                    warn_of("run.not_buried", UnitKey { run, element: None }, self.runs.bury(run));
                }
                Effect::Send { sequence, notes } => {
                    let _ = self.calls.send((sequence, notes));
                }
                Effect::Exit => {}
            }
        }
        inputs
    }

    fn prepare(&self, directive: RunDirective) -> Input {
        let run = RunKey { job: directive.job, attempt: directive.attempt };
        let array = directive.array.clone();
        let file = RunFile { directive, context: self.context.clone(), serve: false };
        let failure = self.runs.prepare(run, &file).err().map(|error| {
            log::error("run.not_prepared", &[("job.id", &run.job), ("error.message", &error)]);
            let fault = Fault::from_io("The job cannot be stored on the node", &error);
            Ended { at_ms: self.clock.wall_ms(), end: fault.into_end() }
        });
        log::info(
            "run.taken",
            &[("job.id", &run.job), ("attempt", &run.attempt), ("array", &array.is_some())],
        );
        Input::Prepared { run, array, failure }
    }

    fn attend(&self, unit: UnitKey) {
        log::info("script.attended", &[("job.id", &unit), ("attempt", &unit.run.attempt)]);
        let (runs, events, clock) = (self.runs.clone(), self.events.clone(), self.clock);
        let started = waiter("unit", move || {
            let (view, ended) = units::attend(&runs, unit, || clock.wall_ms());
            let _ = events.send(Event::Gone(unit, view, ended));
        });
        if let Err(error) = started {
            let end = Fault::from_io("The node has no thread for the script", &error).into_end();
            let ended = Ended { at_ms: self.clock.wall_ms(), end };
            let _ = self.events.send(Event::Gone(unit, View::default(), ended));
        }
    }

    fn stop(&self, unit: UnitKey, manner: Manner) {
        let how = match manner {
            Manner::Grace => "grace",
            Manner::AtOnce => "at_once",
        };
        let asked = self.runs.stop(unit, manner);
        if let Ok(true) | Err(_) = asked {
            log::info(
                "script.stopped",
                &[("job.id", &unit), ("attempt", &unit.run.attempt), ("manner", &how)],
            );
        }
        warn_of("script.stop_not_noted", unit, asked.map(drop));
    }
}

fn warn_of(event: &str, unit: UnitKey, outcome: io::Result<()>) {
    if let Err(error) = outcome {
        log::warn(event, &[("job.id", &unit), ("attempt", &unit.run.attempt), ("error.message", &error)]);
    }
}
