//! Elements of a job array, kept in chunks so that ten thousand of them are a hundred rows.

use crate::{
    Timestamp,
    array::ArraySpec,
    id::{Attempt, ElementIndex, JobId},
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Elements per chunk: a full chunk stays near 15 KB, far under DynamoDB's 400 KB.
pub const CHUNK: u32 = 100;

/// One element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The attempt that ran it last.
    pub attempt: Attempt,
    /// When its script started; `None` when it ended without one (cancelled while it waited).
    pub started_at: Option<Timestamp>,
    /// How it ended, if it has.
    pub end: Option<ElementEnd>,
}

/// How an element ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementEnd {
    /// When.
    pub at: Timestamp,
    /// How.
    pub verdict: Verdict,
}

/// The elements of an array at positions `number * CHUNK ..`, as far as they have started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementChunk {
    /// The array job.
    pub job: JobId,
    /// Which chunk, from 0.
    pub number: u32,
    /// Counts the writes; 0 means not stored yet.
    pub version: u64,
    /// Elements that have started, by index.
    pub elements: BTreeMap<ElementIndex, Element>,
}

impl ElementChunk {
    /// The chunk of an array in which an element lies; `None` when it is not an element of it.
    pub fn number_of(array: &ArraySpec, element: ElementIndex) -> Option<u32> {
        array.position(element).map(|p| p / CHUNK)
    }

    /// Notes that an element started. A repetition, or news of an older attempt, changes nothing (P6).
    pub fn started(&mut self, element: ElementIndex, attempt: Attempt, at: Timestamp) -> bool {
        match self.elements.get(&element) {
            Some(known) if known.end.is_some() || known.attempt >= attempt => false,
            Some(_) | None => {
                self.elements.insert(element, Element { attempt, started_at: Some(at), end: None });
                true
            }
        }
    }

    /// Notes how an element ended. The first end stands (P2).
    pub fn ended(
        &mut self,
        element: ElementIndex,
        attempt: Attempt,
        at: Timestamp,
        verdict: Verdict,
    ) -> bool {
        let known = self.elements.entry(element).or_insert(Element { attempt, started_at: None, end: None });
        if known.end.is_some() || known.attempt > attempt {
            return false;
        }
        known.attempt = attempt;
        known.end = Some(ElementEnd { at, verdict });
        true
    }
}

/// How an array stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementCounts {
    /// All elements.
    pub total: u32,
    /// Not started yet.
    pub waiting: u32,
    /// Running.
    pub running: u32,
    /// Ended with status 0.
    pub completed: u32,
    /// Ended otherwise.
    pub failed: u32,
    /// Ended by a cancel.
    pub cancelled: u32,
}

impl ElementCounts {
    /// Counts an array's chunks.
    pub fn of(array: &ArraySpec, chunks: &[ElementChunk]) -> ElementCounts {
        let mut counts = ElementCounts { total: array.len(), ..ElementCounts::default() };
        for element in chunks.iter().flat_map(|c| c.elements.values()) {
            match element.end.as_ref().map(|e| &e.verdict) {
                None => counts.running += 1,
                Some(Verdict::Exited { status: 0 }) => counts.completed += 1,
                Some(Verdict::Cancelled { .. }) => counts.cancelled += 1,
                Some(
                    Verdict::Exited { .. }
                    | Verdict::Signalled { .. }
                    | Verdict::Walltime
                    | Verdict::Fault { .. },
                ) => {
                    counts.failed += 1;
                }
            }
        }
        counts.waiting = counts.total - counts.running - counts.completed - counts.failed - counts.cancelled;
        counts
    }
}

/// The elements that have not ended yet, as inclusive `[first, last, step]` ranges in order.
pub fn unfinished(array: &ArraySpec, chunks: &[ElementChunk]) -> Vec<[u32; 3]> {
    let ended: std::collections::BTreeSet<ElementIndex> = chunks
        .iter()
        .flat_map(|c| &c.elements)
        .filter(|(_, e)| e.end.is_some())
        .map(|(index, _)| *index)
        .collect();
    let step =
        array.elements().nth(1).map_or(1, |second| second.0 - array.elements().next().map_or(0, |f| f.0));
    let mut ranges: Vec<[u32; 3]> = Vec::new();
    for element in array.elements().filter(|e| !ended.contains(e)) {
        match ranges.last_mut() {
            Some([_, last, _]) if *last + step == element.0 => *last = element.0,
            _ => ranges.push([element.0, element.0, step]),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(job: u64) -> ElementChunk {
        ElementChunk { job: JobId(job), number: 0, version: 0, elements: BTreeMap::new() }
    }

    #[test]
    fn repeated_and_late_news_change_nothing_p6() {
        let mut c = chunk(1);
        let (e, t) = (ElementIndex(3), Timestamp(5));
        assert!(c.started(e, Attempt(1), t));
        assert!(!c.started(e, Attempt(1), t));
        assert!(c.started(e, Attempt(2), t));
        assert!(!c.ended(e, Attempt(1), t, Verdict::Walltime));
        assert!(c.ended(e, Attempt(2), t, Verdict::Exited { status: 0 }));
        assert!(!c.ended(e, Attempt(2), t, Verdict::Walltime));
        assert!(!c.started(e, Attempt(3), t));
    }

    #[test]
    fn what_has_ended_is_not_run_again_p2() {
        let array: ArraySpec = "1-10".parse().unwrap();
        let mut c = chunk(1);
        for i in [1, 2, 5] {
            c.ended(ElementIndex(i), Attempt(1), Timestamp(1), Verdict::Exited { status: 0 });
        }
        c.started(ElementIndex(6), Attempt(1), Timestamp(1));
        assert_eq!(unfinished(&array, std::slice::from_ref(&c)), [[3, 4, 1], [6, 10, 1]]);
        let counts = ElementCounts::of(&array, &[c]);
        assert_eq!((counts.completed, counts.running, counts.waiting), (3, 1, 6));
        let stepped: ArraySpec = "1-9:4".parse().unwrap();
        assert_eq!(unfinished(&stepped, &[]), [[1, 9, 4]]);
    }
}
