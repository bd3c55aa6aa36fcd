//! A small world for the core: scripts that run, a control plane that keeps to the protocol, and bad luck.
//!
//! Whatever is lost, repeated or interrupted, the control plane must hear of everything exactly once and in order, and
//! nothing may begin twice (P2, P6).

mod plane;
mod proofs;

use super::{Core, Effect, Ended, Input, Journal, View};
use crate::keys::{RunKey, UnitKey};
use plane::Plane;
use soca_wire::agent::{ArrayDirective, End, RunDirective};
use std::collections::{BTreeMap, BTreeSet};

/// A script.
#[derive(Clone, Debug, Default)]
struct Script {
    view: View,
    ended: Option<Ended>,
    stopped: bool,
    /// Whether somebody waits for its end.
    attended: bool,
}

/// Everything outside the core.
#[derive(Debug)]
struct World {
    now: u64,
    core: Core,
    /// What is on disk.
    saved: Journal,
    prepared: BTreeMap<RunKey, Option<ArrayDirective>>,
    marks: BTreeSet<RunKey>,
    scripts: BTreeMap<UnitKey, Script>,
    cleared: BTreeSet<UnitKey>,
    plane: Plane,
    /// The answer under way.
    answer: Option<Input>,
    /// The agent dies when so many more things have been done.
    dies_in: Option<usize>,
    most_at_once: usize,
}

fn directive(key: RunKey, array: Option<ArrayDirective>) -> RunDirective {
    RunDirective {
        job: key.job,
        attempt: key.attempt,
        name: "n".into(),
        owner: "o".into(),
        queue: "q".into(),
        project: None,
        script: String::new(),
        shell: None,
        workdir: "/".into(),
        stdout: "/o".into(),
        stderr: "/e".into(),
        joined: false,
        environment: Vec::new(),
        submit_host: "h".into(),
        walltime_seconds: None,
        grace_seconds: 1,
        end_by_ms: None,
        warning: None,
        ncpus: 1,
        mpiprocs: 1,
        nodes: Vec::new(),
        array,
    }
}

impl World {
    fn new(plane: Plane) -> World {
        let (core, _) = Core::new(Journal::default(), BTreeSet::new(), 0);
        World {
            now: 0,
            core,
            saved: Journal::default(),
            prepared: BTreeMap::new(),
            marks: BTreeSet::new(),
            scripts: BTreeMap::new(),
            cleared: BTreeSet::new(),
            plane,
            answer: None,
            dies_in: None,
            most_at_once: 0,
        }
    }

    /// One input and what follows, in the order of the agent's loop. The agent may die anywhere in it.
    fn feed(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let effects = self.core.step(self.now, self.now as i64, input);
            let (removals, rest): (Vec<_>, Vec<_>) =
                effects.into_iter().partition(|effect| matches!(effect, Effect::Clear(_) | Effect::Bury(_)));
            for effect in removals {
                if self.dead() {
                    return self.restart();
                }
                self.perform(effect);
            }
            if self.core.take_dirty() {
                if self.dead() {
                    return self.restart();
                }
                self.saved = self.core.journal().clone();
            }
            for effect in rest {
                if self.dead() {
                    return self.restart();
                }
                inputs.extend(self.perform(effect));
            }
        }
    }

    fn dead(&mut self) -> bool {
        match &mut self.dies_in {
            None => false,
            Some(0) => {
                self.dies_in = None;
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    /// A new agent on the same state directory.
    fn restart(&mut self) {
        self.answer = None;
        self.scripts.values_mut().for_each(|script| script.attended = false);
        let journal = serde_json::from_str(&serde_json::to_string(&self.saved).unwrap()).unwrap();
        let (core, effects) = Core::new(journal, self.marks.clone(), self.now);
        self.core = core;
        for effect in effects {
            self.perform(effect);
        }
        for (run, array) in self.prepared.clone() {
            if !self.core.knows(run) {
                self.feed(Input::Prepared { run, array, failure: None });
            }
        }
        for unit in self.live() {
            let view = self.scripts[&unit].view.clone();
            self.feed(Input::Seen { unit, view });
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Prepare(directive) => {
                let run = RunKey { job: directive.job, attempt: directive.attempt };
                assert!(!self.marks.contains(&run), "P2: {run} is over and begins again");
                self.prepared.insert(run, directive.array.clone());
                return Some(Input::Prepared { run, array: directive.array, failure: None });
            }
            Effect::Attend(unit) => {
                assert!(!self.cleared.contains(&unit), "P2: {unit} is over and begins again");
                self.scripts.entry(unit).or_default().attended = true;
                let live = self.scripts.values().filter(|script| script.ended.is_none()).count();
                self.most_at_once = self.most_at_once.max(live);
            }
            Effect::Warn(_) => {}
            Effect::Stop(unit, _) => {
                if let Some(script) = self.scripts.get_mut(&unit) {
                    script.stopped = true;
                }
            }
            Effect::Clear(unit) => {
                self.cleared.insert(unit);
            }
            Effect::Bury(run) => {
                self.prepared.remove(&run);
                self.marks.insert(run);
                self.cleared.extend(self.scripts.keys().filter(|unit| unit.run == run));
            }
            Effect::Send { sequence, notes } => self.answer = Some(self.plane.sync(sequence, notes)),
            Effect::Serve(_) | Effect::Unserve(..) | Effect::Exit => {}
        }
        None
    }

    fn tick(&mut self, wait: u64) {
        self.now += wait;
        self.feed(Input::Tick);
    }

    /// The answer arrives, or not.
    fn deliver(&mut self, lost: bool) {
        match self.answer.take() {
            Some(_) if lost => self.feed(Input::Unreachable { jitter: 500 }),
            Some(answer) => self.feed(answer),
            None => {}
        }
    }

    fn live(&self) -> Vec<UnitKey> {
        let live = self.scripts.iter().filter(|(_, script)| script.ended.is_none());
        live.map(|(unit, _)| *unit).collect()
    }

    /// The `pick`th running script starts or writes.
    fn work(&mut self, pick: usize, bytes: u64) {
        let live = self.live();
        let Some(unit) = live.get(pick % live.len().max(1)).copied() else { return };
        let now = self.now as i64;
        let script = self.scripts.get_mut(&unit).unwrap();
        if script.view.started_at.is_none() {
            script.view.started_at = Some(now);
        } else {
            script.view.spooled[pick % 2] += bytes;
        }
        let view = script.view.clone();
        self.feed(Input::Seen { unit, view });
    }

    /// The `pick`th running script ends.
    fn end(&mut self, pick: usize, status: i32) {
        let live = self.live();
        let Some(unit) = live.get(pick % live.len().max(1)).copied() else { return };
        let now = self.now as i64;
        let script = self.scripts.get_mut(&unit).unwrap();
        let end = if script.stopped { End::Cancelled } else { End::Exited { status } };
        script.ended = Some(Ended { at_ms: now, end });
        self.tell_ends();
    }

    /// Whoever waits for a script that is over hears of it.
    fn tell_ends(&mut self) {
        let over: Vec<_> = self
            .scripts
            .iter()
            .filter(|(_, script)| script.attended && script.ended.is_some())
            .map(|(unit, _)| *unit)
            .collect();
        for unit in over {
            let script = self.scripts.get_mut(&unit).unwrap();
            if !std::mem::take(&mut script.attended) {
                continue;
            }
            let (view, ended) = (script.view.clone(), script.ended.clone().unwrap());
            self.feed(Input::Gone { unit, view, ended });
        }
    }
}
