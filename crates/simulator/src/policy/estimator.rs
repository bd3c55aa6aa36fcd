//! How long a job will run, learned from its owner's jobs that have ended.
//!
//! Owners ask for more than they need, and each does so in his own way: Tsafrir, Etsion and Feitelson, IEEE TPDS 18(6),
//! 2007, predict the mean of an owner's last two run times. Here it is the share of the requested time that was used
//! which is remembered, as the mean of its logarithms, so that a request of hours says something about one of minutes
//! and one long run does not drown ten short ones.

use crate::job::Seconds;
use std::collections::BTreeMap;

/// How much an older job counts beside the one that ended after it: with a half, about the last two jobs matter.
const FADE: f64 = 0.5;
/// How much the less special knowledge counts beside one job.
const PRIOR: f64 = 0.1;

/// What is remembered of a series of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Memory {
    weight: f64,
    sum: f64,
}

impl Memory {
    fn add(&mut self, value: f64) {
        self.weight = self.weight * FADE + 1.0;
        self.sum = self.sum * FADE + value;
    }

    /// The mean, drawn a little towards what would be believed without any memory.
    fn mean(&self, before: f64) -> f64 {
        (self.sum + PRIOR * before) / (self.weight + PRIOR)
    }
}

/// Predicts run times. `User` is whatever tells owners apart.
#[derive(Clone, Debug)]
pub struct RunTimeEstimator<User> {
    of_user: BTreeMap<User, Memory>,
    of_request: BTreeMap<(User, Seconds), Memory>,
}

impl<User> Default for RunTimeEstimator<User> {
    fn default() -> Self {
        Self { of_user: BTreeMap::new(), of_request: BTreeMap::new() }
    }
}

impl<User: Ord + Clone> RunTimeEstimator<User> {
    /// Learns from a job that has ended: what was asked for, and how long it ran. Both are at least a second.
    pub fn observe(&mut self, user: User, requested: Seconds, actual: Seconds) {
        let share = log_share(requested, actual);
        self.of_user.entry(user.clone()).or_default().add(share);
        self.of_request.entry((user, requested)).or_default().add(share);
    }

    /// How long a job is expected to run: what its owner's jobs used of their requests, those with the same request
    /// counting most. Between 1 and the requested time, which it is for an owner who is not known yet.
    pub fn predict(&self, user: &User, requested: Seconds) -> Seconds {
        let recall = |memory: Option<&Memory>, before| memory.map_or(before, |memory| memory.mean(before));
        let of_user = recall(self.of_user.get(user), 0.0);
        let share = recall(self.of_request.get(&(user.clone(), requested)), of_user).exp();
        // Times are far below 2^52 and the share is finite, so that the conversion is exact enough.
        ((requested as f64 * share) as Seconds).clamp(1, requested.max(1))
    }
}

fn log_share(requested: Seconds, actual: Seconds) -> f64 {
    (actual.max(1) as f64 / requested.max(1) as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_owner_is_believed() {
        assert_eq!(RunTimeEstimator::default().predict(&1, 3600), 3600);
    }

    #[test]
    fn an_owner_who_uses_a_tenth_is_expected_to_use_a_tenth_of_any_request() {
        let mut estimator = RunTimeEstimator::default();
        (0..10).for_each(|_| estimator.observe(1, 10_000, 1_000));
        assert!((1_000..1_300).contains(&estimator.predict(&1, 10_000)));
        assert!((100..130).contains(&estimator.predict(&1, 1_000)));
        assert_eq!(estimator.predict(&2, 1_000), 1_000, "others are not concerned");
    }

    #[test]
    fn jobs_with_the_same_request_count_most() {
        let mut estimator = RunTimeEstimator::default();
        (0..10).for_each(|_| estimator.observe(1, 600, 300));
        (0..10).for_each(|_| estimator.observe(1, 36_000, 360));
        assert!(estimator.predict(&1, 600) > 200);
        assert!(estimator.predict(&1, 36_000) < 500);
    }

    #[test]
    fn more_than_requested_is_never_predicted() {
        let mut estimator = RunTimeEstimator::default();
        estimator.observe(1, 100, 900);
        assert_eq!(estimator.predict(&1, 100), 100);
        assert_eq!(estimator.predict(&1, 1), 1);
    }
}
