//! When the next sync is due.

/// Reports that come within so many milliseconds travel together.
const COALESCE_MS: u64 = 30;
/// New output alone brings a sync forward at most this often.
const OUTPUT_EVERY_MS: u64 = 1000;
/// The first wait after a failed call, doubled with each further one.
const FIRST_RETRY_MS: u64 = 200;
/// The longest wait after a failed call.
const LONGEST_RETRY_MS: u64 = 30_000;
/// The shortest and longest interval that the agent accepts from the control plane.
const INTERVALS_MS: (u64, u64) = (50, 15 * 60_000);

/// How soon something should be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// There is nothing.
    None,
    /// Output only.
    Output,
    /// A start or an end.
    News,
}

/// The state of the clockwork; times are steady milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    interval_ms: u64,
    due: u64,
    last_sent: Option<u64>,
    in_flight: bool,
    failures: u32,
}

impl Schedule {
    /// A schedule whose first sync is due at this time.
    pub(super) fn new(due: u64) -> Schedule {
        Schedule { interval_ms: INTERVALS_MS.1, due, last_sent: None, in_flight: false, failures: 0 }
    }

    /// When the next sync is due; `None` while one is under way.
    pub(super) fn due(&self) -> Option<u64> {
        (!self.in_flight).then_some(self.due)
    }

    /// Brings the next sync forward if something should be told. A failing control plane is not hurried.
    pub(super) fn hurry(&mut self, now: u64, urgency: Urgency) {
        let wanted = match urgency {
            Urgency::None => return,
            Urgency::Output => {
                (now + COALESCE_MS).max(self.last_sent.map_or(0, |sent| sent + OUTPUT_EVERY_MS))
            }
            Urgency::News => now + COALESCE_MS,
        };
        if self.failures == 0 {
            self.due = self.due.min(wanted);
        }
    }

    pub(super) fn sent(&mut self, now: u64) {
        self.in_flight = true;
        self.last_sent = Some(now);
    }

    pub(super) fn answered(&mut self, now: u64, interval_ms: u64) {
        self.in_flight = false;
        self.failures = 0;
        self.interval_ms = interval_ms.clamp(INTERVALS_MS.0, INTERVALS_MS.1);
        self.due = now + self.interval_ms;
    }

    /// `jitter` is a random number of 0 to 1000: the wait is between half and all of the full one.
    pub(super) fn failed(&mut self, now: u64, jitter: u32) {
        self.in_flight = false;
        self.failures = self.failures.saturating_add(1);
        self.due = now + retry_ms(self.failures, jitter);
    }

    /// Calls that failed since one succeeded.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }
}

/// The wait after the given number of failures in a row.
pub fn retry_ms(failures: u32, jitter: u32) -> u64 {
    let full = FIRST_RETRY_MS.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_RETRY_MS);
    full / 2 + full / 2 * u64::from(jitter.min(1000)) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_alone_hurries_at_most_once_a_second() {
        let mut schedule = Schedule::new(0);
        schedule.sent(5000);
        schedule.answered(5010, 60_000);
        schedule.hurry(5020, Urgency::Output);
        assert_eq!(schedule.due(), Some(6000));
        schedule.hurry(5030, Urgency::News);
        assert_eq!(schedule.due(), Some(5060));
    }

    #[test]
    fn waits_grow_and_stay_bounded() {
        let waits: Vec<_> = (1..=20).map(|failures| retry_ms(failures, 1000)).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits[0], waits[19]), (FIRST_RETRY_MS, LONGEST_RETRY_MS));
        assert_eq!(retry_ms(3, 0) * 2, retry_ms(3, 1000));
    }

    #[test]
    fn a_failing_control_plane_is_not_hurried() {
        let mut schedule = Schedule::new(0);
        schedule.sent(0);
        schedule.failed(0, 1000);
        schedule.hurry(1, Urgency::News);
        assert_eq!(schedule.due(), Some(FIRST_RETRY_MS));
    }
}
