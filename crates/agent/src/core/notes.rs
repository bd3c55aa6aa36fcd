//! What is told: reports whose output is named, not carried, so that the journal stays small.

use super::run::{Ended, Run, STREAMS};
use crate::keys::{RunKey, UnitKey};
use serde::{Deserialize, Serialize};
use soca_wire::agent::{ElementChange, End, MAX_CHUNK_BYTES, MAX_REPORTS, Stream};

/// A report, but with the place of the output instead of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Note {
    /// The run's first script started.
    Started {
        /// Which run.
        run: RunKey,
        /// Milliseconds since 1970.
        at_ms: i64,
    },
    /// Elements started or ended.
    Elements {
        /// Which run.
        run: RunKey,
        /// In order.
        changes: Vec<ElementChange>,
    },
    /// A piece of output.
    Output {
        /// Whose.
        unit: UnitKey,
        /// Which stream.
        stream: Stream,
        /// Position of its first byte.
        offset: u64,
        /// How many bytes.
        length: usize,
    },
    /// The run ended.
    Finished {
        /// Which run.
        run: RunKey,
        /// Milliseconds since 1970.
        at_ms: i64,
        /// How.
        end: End,
    },
}

/// How much one set of reports may still hold.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Reports.
    pub reports: usize,
    /// Bytes of output.
    pub bytes: usize,
    /// Changes of elements.
    pub changes: usize,
}

impl Room {
    /// The room of an empty set.
    pub const WHOLE: Room = Room { reports: MAX_REPORTS, bytes: 1024 * 1024, changes: 512 };
    /// Reports that output leaves free for what comes after it.
    const KEPT: usize = 2;
}

/// Moves what there is to tell of a run into `notes`, as far as there is room, and marks it as told.
pub(super) fn collect(run: &mut Run, room: &mut Room, notes: &mut Vec<Note>) {
    if room.reports < 2 + Room::KEPT {
        return;
    }
    if let (false, Some(at_ms)) = (run.started_told, run.started_at()) {
        run.started_told = true;
        push(room, notes, Note::Started { run: run.key, at_ms });
    }
    starts(run, room, notes);
    outputs(run, room, notes);
    ends(run, room, notes);
    if run.is_over() && !run.finished_told {
        run.finished_told = true;
        let ended = run.worst.clone().unwrap_or(Ended { at_ms: 0, end: End::Exited { status: 0 } });
        push(room, notes, Note::Finished { run: run.key, at_ms: ended.at_ms, end: ended.end });
    }
}

fn push(room: &mut Room, notes: &mut Vec<Note>, note: Note) {
    room.reports = room.reports.saturating_sub(1);
    notes.push(note);
}

fn push_changes(run: RunKey, changes: Vec<ElementChange>, room: &mut Room, notes: &mut Vec<Note>) {
    room.changes = room.changes.saturating_sub(changes.len());
    if !changes.is_empty() {
        push(room, notes, Note::Elements { run, changes });
    }
}

fn starts(run: &mut Run, room: &mut Room, notes: &mut Vec<Note>) {
    let mut changes = Vec::new();
    for unit in &mut run.units {
        if let (Some(element), Some(at_ms), false) = (unit.element, unit.started_at, unit.started_told)
            && changes.len() < room.changes
        {
            unit.started_told = true;
            changes.push(ElementChange { element, at_ms, end: None });
        }
    }
    push_changes(run.key, changes, room, notes);
}

fn outputs(run: &mut Run, room: &mut Room, notes: &mut Vec<Note>) {
    for unit in &mut run.units {
        let key = UnitKey { run: run.key, element: unit.element };
        if unit.element.is_some() && !unit.started_told {
            continue;
        }
        for (place, stream) in STREAMS.into_iter().enumerate() {
            while unit.shipped[place] < unit.spooled[place] && room.bytes > 0 && room.reports > Room::KEPT {
                let rest = usize::try_from(unit.spooled[place] - unit.shipped[place]).unwrap_or(usize::MAX);
                let length = rest.min(MAX_CHUNK_BYTES).min(room.bytes);
                push(room, notes, Note::Output { unit: key, stream, offset: unit.shipped[place], length });
                unit.shipped[place] += length as u64;
                room.bytes -= length;
            }
        }
    }
}

fn ends(run: &mut Run, room: &mut Room, notes: &mut Vec<Note>) {
    let mut changes = Vec::new();
    let mut merged = Vec::new();
    for unit in &mut run.units {
        let Some(ended) = unit.ended.clone() else { continue };
        let silent = unit.started_at.is_none() || unit.element.is_none() || unit.started_told;
        if unit.ended_told || !silent || unit.unshipped() > 0 || changes.len() >= room.changes {
            continue;
        }
        unit.ended_told = true;
        if let Some(element) = unit.element {
            changes.push(ElementChange { element, at_ms: ended.at_ms, end: Some(ended.end.clone()) });
        }
        merged.push(ended);
    }
    if let Some(at_ms) = run.cancelled_at {
        while changes.len() < room.changes
            && let Some(element) = run.waiting.take()
        {
            changes.push(ElementChange { element, at_ms, end: Some(End::Cancelled) });
            merged.push(Ended { at_ms, end: End::Cancelled });
        }
    }
    for ended in merged {
        run.merge(ended);
    }
    push_changes(run.key, changes, room, notes);
}
