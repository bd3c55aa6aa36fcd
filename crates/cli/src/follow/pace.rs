//! How often to ask, and how long to bear that nobody answers.

use super::progress::Progress;
use crate::{context::Context, failure::Failure};
use soca_domain::{JobId, Timestamp};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(2);
/// A pause is slept in such slices, so that Ctrl-C is noticed soon.
const SLICE: Duration = Duration::from_millis(50);
/// So long without an answer, and following is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// The pause between two rounds: short at first, and again when something has happened.
#[derive(Debug)]
pub(super) struct Pace(Duration);

impl Default for Pace {
    fn default() -> Pace {
        Pace(FIRST)
    }
}

impl Pace {
    /// Something has happened; more may.
    pub(super) fn reset(&mut self) {
        self.0 = FIRST;
    }

    /// Sleeps; true if Ctrl-C was pressed.
    pub(super) fn pause(&mut self, progress: &mut Progress, ctx: &mut Context<'_, '_>) -> bool {
        let mut left = self.0;
        self.0 = (self.0 * 3 / 2).min(LONGEST);
        while !left.is_zero() && !ctx.world.interrupts.pending() {
            let slice = left.min(SLICE);
            ctx.world.clock.sleep(slice);
            left -= slice;
            progress.tick(ctx);
        }
        ctx.world.interrupts.pending()
    }
}

/// Since when nobody answers.
#[derive(Debug, Default)]
pub(super) struct Trouble(Option<Timestamp>);

impl Trouble {
    /// Somebody has answered.
    pub(super) fn is_over(&mut self) {
        self.0 = None;
    }

    /// Bears a failure that may pass; whether it is the first one.
    ///
    /// # Errors
    /// It will not pass, or has not for too long.
    pub(super) fn bear(&mut self, failure: Failure, now: Timestamp, job: JobId) -> Result<bool, Failure> {
        if !matches!(failure.code(), "UNREACHABLE" | "UNAVAILABLE") {
            return Err(failure);
        }
        let since = *self.0.get_or_insert(now);
        if now.since(since) < PATIENCE {
            return Ok(since == now);
        }
        let message = failure.refusal().map(|refusal| refusal.body.message.clone()).unwrap_or_default();
        Err(Failure::new(
            failure.code(),
            message,
            format!("The job goes on: follow it again with soca logs -f {job}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_borne_for_minutes_and_refusals_are_not_p5() {
        let gone = || Failure::new("UNREACHABLE", "Gone.", "");
        let mut trouble = Trouble::default();
        assert!(trouble.bear(gone(), Timestamp(1), JobId(1)).unwrap());
        assert!(!trouble.bear(gone(), Timestamp(299_999), JobId(1)).unwrap());
        assert!(trouble.bear(gone(), Timestamp(300_001), JobId(1)).is_err());
        trouble.is_over();
        assert!(trouble.bear(gone(), Timestamp(300_002), JobId(1)).unwrap());
        assert!(trouble.bear(Failure::new("JOB_NOT_FOUND", "", ""), Timestamp(2), JobId(1)).is_err());
    }
}
