//! In which order waiting jobs are considered.
//!
//! Who waits for a small job waits in vain for much of its life, so that small jobs should go first; but nobody may wait
//! for ever. Both is had by giving each job a place in *one* line: its submission, put off by a time that grows with the
//! logarithm of the job's expected size. Sorting by it is sorting by size divided by exp(wait / [`PER_SIZE`]): every
//! [`PER_SIZE`] of waiting outweighs another factor of *e* in size.

use crate::job::Seconds;

/// How far a job is put off for each factor of *e* in its size.
pub const PER_SIZE: Seconds = 5 * 3600;
/// Run times are compared as if everybody ran so much longer: below this, who is shorter does not matter.
pub const SHORT: Seconds = 5 * 60;
/// From this wait on a job is *old*: old jobs come before all others, in the order of their submission.
pub const OLD_AFTER: Seconds = 30 * 3600;

/// A job's place in the line: the smallest comes first. Seconds, on the scale of submissions.
///
/// It is `submitted + PER_SIZE · ln((predicted + SHORT) · procs)`.
pub fn place_in_line(submitted: Seconds, predicted: Seconds, procs: u32) -> Seconds {
    let size = (predicted + SHORT) as f64 * f64::from(procs);
    submitted + (PER_SIZE as f64 * size.ln()) as Seconds
}

/// Whether a job that was submitted then is old now.
pub fn is_old(submitted: Seconds, now: Seconds) -> bool {
    now - submitted >= OLD_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_is_time_and_processors_alike() {
        assert_eq!(place_in_line(0, 700, 1), place_in_line(0, 200, 2));
        assert!(place_in_line(0, 700, 2) > place_in_line(0, 700, 1));
    }

    #[test]
    fn five_hours_of_waiting_outweigh_a_factor_of_e() {
        let (larger, smaller) =
            (place_in_line(0, 27_183 - SHORT, 1), place_in_line(PER_SIZE, 10_000 - SHORT, 1));
        assert!((larger - smaller).abs() <= 1, "{larger} {smaller}");
    }
}
