//! The only place that reads the clock and the only one that sleeps; everything else is given one of these.

use soca_domain::Timestamp;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time, and waiting for it to pass.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns after a span.
    fn sleep(&self, span: Duration);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the command's one clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, span: Duration) {
        std::thread::sleep(span);
    }
}
