//! The only place that reads the clocks; everything else is given the time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock and a steady one.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose steady time begins now.
    pub fn start() -> Clock {
        Clock { origin: Instant::now() }
    }

    /// Milliseconds since [`Clock::start`]; never goes back.
    pub fn steady_ms(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Milliseconds since 1970.
    #[expect(clippy::disallowed_methods, reason = "the agent's one clock")]
    pub fn wall_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}
