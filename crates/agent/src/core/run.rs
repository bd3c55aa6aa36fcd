//! What the agent knows of a run and of its units, and how far it has told of it.

use super::waiting::Waiting;
use crate::keys::{RunKey, UnitKey};
use serde::{Deserialize, Serialize};
use soca_wire::agent::{ArrayDirective, End, MAX_SHIPPED_BYTES, Stream};

/// The streams in the order in which they are kept.
pub const STREAMS: [Stream; 2] = [Stream::Stdout, Stream::Stderr];

/// So many units may have ended without the control plane knowing before no more are started.
const MOST_UNTOLD: usize = 4096;

/// An end and when it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// How.
    pub end: End,
}

/// What the files of a unit's directory say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// When the script started, if it has.
    pub started_at: Option<i64>,
    /// Bytes of output that can be shipped, by stream.
    pub spooled: [u64; 2],
}

/// One script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The element, of an array.
    pub element: Option<u32>,
    /// When it started.
    pub started_at: Option<i64>,
    /// Whether an element's start was told.
    pub started_told: bool,
    /// Bytes there are to ship.
    pub spooled: [u64; 2],
    /// Bytes told of.
    pub shipped: [u64; 2],
    /// How it ended.
    pub ended: Option<Ended>,
    /// Whether its end was told.
    pub ended_told: bool,
}

impl Unit {
    pub(super) fn new(element: Option<u32>) -> Unit {
        Unit {
            element,
            started_at: None,
            started_told: false,
            spooled: [0; 2],
            shipped: [0; 2],
            ended: None,
            ended_told: false,
        }
    }

    /// Output that was not told of.
    pub(super) fn unshipped(&self) -> u64 {
        self.spooled.iter().zip(&self.shipped).map(|(all, told)| all.saturating_sub(*told)).sum()
    }

    pub(super) fn see(&mut self, view: &View) {
        self.started_at = self.started_at.or(view.started_at);
        for (known, seen) in self.spooled.iter_mut().zip(view.spooled) {
            *known = (*known).max(seen.min(MAX_SHIPPED_BYTES));
        }
    }
}

/// One attempt of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub key: RunKey,
    /// Whether it is an array.
    pub array: bool,
    /// At most so many units at once.
    pub limit: u32,
    /// Elements that have not begun.
    pub waiting: Waiting,
    /// Units that have begun and whose end is not acknowledged.
    pub units: Vec<Unit>,
    /// Whether `Started` was told.
    pub started_told: bool,
    /// When it was cancelled.
    pub cancelled_at: Option<i64>,
    /// The worst end so far.
    pub worst: Option<Ended>,
    /// Whether `Finished` was told.
    pub finished_told: bool,
}

impl Run {
    /// A run that is to begin.
    pub(super) fn new(key: RunKey, array: Option<&ArrayDirective>) -> Run {
        let (limit, waiting, units) = match array {
            None => (1, Waiting::default(), vec![Unit::new(None)]),
            Some(array) => (array.limit.max(1), Waiting::new(&array.ranges), Vec::new()),
        };
        let array = array.is_some();
        Run {
            key,
            array,
            limit,
            waiting,
            units,
            started_told: false,
            cancelled_at: None,
            worst: None,
            finished_told: false,
        }
    }

    /// A run that ended before anything of it began.
    pub(super) fn stillborn(key: RunKey, ended: Ended) -> Run {
        Run { units: Vec::new(), worst: Some(ended), ..Run::new(key, None) }
    }

    pub(super) fn unit_key(&self, unit: &Unit) -> UnitKey {
        UnitKey { run: self.key, element: unit.element }
    }

    /// Units that have not ended, as far as is known.
    pub(super) fn live(&self) -> impl Iterator<Item = UnitKey> {
        self.units.iter().filter(|unit| unit.ended.is_none()).map(|unit| self.unit_key(unit))
    }

    /// Begins waiting elements while there is room for them.
    pub(super) fn fill(&mut self) -> Vec<UnitKey> {
        let mut begun = Vec::new();
        let mut live = self.live().count();
        while self.cancelled_at.is_none() && live < self.limit as usize && self.units.len() < MOST_UNTOLD {
            let Some(index) = self.waiting.take() else { break };
            self.units.push(Unit::new(Some(index)));
            begun.push(UnitKey { run: self.key, element: Some(index) });
            live += 1;
        }
        begun
    }

    /// Counts an end in.
    pub(super) fn merge(&mut self, ended: Ended) {
        let worse = self.worst.as_ref().is_none_or(|worst| severity(&worst.end) < severity(&ended.end));
        let at_ms = self.worst.as_ref().map_or(ended.at_ms, |worst| worst.at_ms.max(ended.at_ms));
        let end = if worse { ended.end } else { self.worst.take().map_or(ended.end, |worst| worst.end) };
        self.worst = Some(Ended { at_ms, end });
    }

    /// Whether everything but the end of the run itself has been told.
    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.units.iter().all(|unit| unit.ended_told)
    }

    /// When its first unit started.
    pub(super) fn started_at(&self) -> Option<i64> {
        self.units.iter().filter_map(|unit| unit.started_at).min()
    }

    /// Whether there is something to tell that should not wait.
    pub(super) fn has_news(&self) -> bool {
        let start = !self.started_told && self.started_at().is_some();
        let of_units = self.units.iter().any(|unit| {
            (self.array && unit.started_at.is_some() && !unit.started_told)
                || (unit.ended.is_some() && !unit.ended_told)
        });
        let dropped = self.cancelled_at.is_some() && !self.waiting.is_empty();
        start || of_units || dropped || (self.is_over() && !self.finished_told)
    }
}

/// Orders ends: the greater, the worse.
fn severity(end: &End) -> (u8, i32) {
    match end {
        End::Exited { status: 0 } => (0, 0),
        End::Exited { status } => (1, *status),
        End::Signalled { signal } => (2, *signal),
        End::Walltime => (3, 0),
        End::Broken { .. } => (4, 0),
        End::Cancelled => (5, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_ends_as_its_worst_element() {
        let mut run = Run::new(RunKey { job: 1, attempt: 1 }, None);
        let ends =
            [End::Exited { status: 0 }, End::Exited { status: 2 }, End::Walltime, End::Exited { status: 9 }];
        for (at, end) in ends.into_iter().enumerate() {
            run.merge(Ended { at_ms: at as i64, end });
        }
        assert_eq!(run.worst, Some(Ended { at_ms: 3, end: End::Walltime }));
    }
}
