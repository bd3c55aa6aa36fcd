//! The elements of an array that have not begun.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Inclusive ranges with a step, taken from the front.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    ranges: VecDeque<[u32; 3]>,
}

impl Waiting {
    /// The elements of these ranges, in their order; a step of 0 counts as 1.
    pub fn new(ranges: &[[u32; 3]]) -> Waiting {
        let sane = ranges.iter().filter(|[first, last, _]| first <= last);
        Waiting { ranges: sane.map(|&[first, last, step]| [first, last, step.max(1)]).collect() }
    }

    /// Whether every element has begun.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Takes the next element.
    pub fn take(&mut self) -> Option<u32> {
        let [first, last, step] = self.ranges.front_mut()?;
        let taken = *first;
        match first.checked_add(*step).filter(|next| next <= last) {
            Some(next) => *first = next,
            None => {
                self.ranges.pop_front();
            }
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_at_the_edge_end() {
        let mut waiting = Waiting::new(&[[u32::MAX - 1, u32::MAX, 1], [5, 4, 1], [7, 7, 0]]);
        let all: Vec<_> = std::iter::from_fn(|| waiting.take()).collect();
        assert_eq!(all, [u32::MAX - 1, u32::MAX, 7]);
        assert!(waiting.is_empty());
    }

    proptest! {
        #[test]
        fn the_same_elements_as_stepping_through(first in 0u32..50, length in 0u32..50, step in 1u32..9) {
            let mut waiting = Waiting::new(&[[first, first + length, step]]);
            let taken: Vec<_> = std::iter::from_fn(|| waiting.take()).collect();
            let stepped: Vec<_> = (first..=first + length).step_by(step as usize).collect();
            prop_assert_eq!(taken, stepped);
        }
    }
}
