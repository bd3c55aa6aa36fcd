//! The processors that will be free, moment by moment, if everybody runs as long as was asked for.

use crate::job::Seconds;

/// Free processors over time. Invariant: moments grow, the first is now, and the last step lasts for ever.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    from: Seconds,
    free: u32,
}

impl Profile {
    /// Begins anew with the jobs that run, by expected end; who should have ended is expected at the next second.
    pub(super) fn begin(&mut self, now: Seconds, free: u32, running: impl Iterator<Item = (Seconds, u32)>) {
        self.steps.clear();
        self.steps.push(Step { from: now, free });
        let mut free = free;
        for (end, procs) in running {
            let from = end.max(now + 1);
            free += procs;
            match self.steps.last_mut() {
                Some(step) if step.from == from => step.free = free,
                _ => self.steps.push(Step { from, free }),
            }
        }
    }

    /// What is free now.
    pub(super) fn free_now(&self) -> u32 {
        self.steps[0].free
    }

    /// Reserves the earliest span of this length in which so many processors are free; its beginning. The machine must
    /// have as many.
    pub(super) fn reserve(&mut self, need: u32, span: Seconds) -> Seconds {
        let (first, end) = self.earliest(need, span);
        let from = self.steps[first].from;
        let last = self.split_at(end);
        for step in &mut self.steps[first..last] {
            step.free -= need;
        }
        from
    }

    /// The step at which the span begins, and the moment at which it ends.
    fn earliest(&self, need: u32, span: Seconds) -> (usize, Seconds) {
        let mut first = 0;
        let mut end = self.steps[0].from + span;
        for (place, step) in self.steps.iter().enumerate() {
            if step.from >= end {
                break;
            }
            if step.free < need {
                first = place + 1;
                end = self.steps[first].from + span;
            }
        }
        (first, end)
    }

    /// The step that begins at this moment, made if there is none.
    fn split_at(&mut self, moment: Seconds) -> usize {
        let place = self.steps.partition_point(|step| step.from < moment);
        if self.steps.get(place).is_none_or(|step| step.from != moment) {
            let free = self.steps[place - 1].free;
            self.steps.insert(place, Step { from: moment, free });
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_gap_that_is_wide_and_long_enough_is_taken() {
        let mut profile = Profile::default();
        profile.begin(0, 2, [(10, 2), (20, 4)].into_iter());
        assert_eq!(profile.reserve(4, 10), 10, "only then are four free");
        assert_eq!(profile.reserve(2, 10), 0, "and this one fits before it");
        assert_eq!(profile.reserve(1, 11), 20);
        assert_eq!((profile.free_now(), profile.reserve(8, 1)), (0, 31));
    }

    #[test]
    fn who_should_have_ended_is_expected_at_the_next_second() {
        let mut profile = Profile::default();
        profile.begin(100, 0, [(40, 1), (101, 1)].into_iter());
        assert_eq!(profile.reserve(2, 5), 101);
    }
}
