//! A control plane that keeps to the protocol, and checks that the agent does.

use super::directive;
use crate::core::{Input, Note};
use crate::keys::{RunKey, UnitKey};
use soca_wire::agent::{ArrayDirective, Directive, End, Stream, SyncReply};
use std::collections::{BTreeMap, BTreeSet};

/// What it knows.
#[derive(Debug, Default)]
pub(super) struct Plane {
    last: u64,
    jobs: BTreeMap<RunKey, Option<ArrayDirective>>,
    pub(super) started: BTreeSet<RunKey>,
    pub(super) finished: BTreeMap<RunKey, End>,
    begun: BTreeSet<UnitKey>,
    pub(super) ended: BTreeMap<UnitKey, End>,
    pub(super) output: BTreeMap<(UnitKey, Stream), u64>,
    pub(super) cancelled: BTreeSet<RunKey>,
}

impl Plane {
    pub(super) fn with(jobs: impl IntoIterator<Item = (RunKey, Option<ArrayDirective>)>) -> Plane {
        Plane { jobs: jobs.into_iter().collect(), ..Plane::default() }
    }

    pub(super) fn is_done(&self) -> bool {
        self.jobs.keys().all(|run| self.finished.contains_key(run))
    }

    pub(super) fn sync(&mut self, sequence: u64, notes: Vec<Note>) -> Input {
        if sequence < self.last {
            return Input::Refused { code: "STALE_SEQUENCE".into(), jitter: 500 };
        }
        if sequence > self.last {
            assert_eq!(sequence, self.last + 1, "numbers grow by one");
            self.last = sequence;
            notes.into_iter().for_each(|note| self.store(note));
        }
        Input::Reply(SyncReply { acknowledged: self.last, directives: self.directives(), interval_ms: 5000 })
    }

    fn directives(&self) -> Vec<Directive> {
        let open = self.jobs.iter().filter(|(run, _)| !self.finished.contains_key(run));
        let orders = open.map(|(run, array)| {
            if self.cancelled.contains(run) {
                return Directive::Cancel { job: run.job, attempt: run.attempt };
            }
            Directive::Run(Box::new(directive(*run, array.clone())))
        });
        orders.collect()
    }

    fn store(&mut self, note: Note) {
        let run = match &note {
            Note::Started { run, .. } | Note::Elements { run, .. } | Note::Finished { run, .. } => *run,
            Note::Output { unit, .. } => unit.run,
        };
        assert!(!self.finished.contains_key(&run), "P6: {run} had finished: {note:?}");
        match note {
            Note::Started { .. } => assert!(self.started.insert(run), "P6: {run} started twice"),
            Note::Elements { changes, .. } => {
                for change in changes {
                    let unit = UnitKey { run, element: Some(change.element) };
                    assert!(!self.ended.contains_key(&unit), "P6: {unit} had ended");
                    match change.end {
                        None => assert!(self.begun.insert(unit), "P6: {unit} started twice"),
                        Some(end) => {
                            self.ended.insert(unit, end);
                        }
                    }
                }
            }
            Note::Output { unit, stream, offset, length } => {
                assert!(length > 0);
                assert!(!self.ended.contains_key(&unit), "{unit} had ended");
                let known = self.output.entry((unit, stream)).or_default();
                assert_eq!(*known, offset, "output without gaps or repetitions");
                *known += length as u64;
            }
            Note::Finished { end, .. } => {
                self.finished.insert(run, end);
            }
        }
    }
}
