//! The lease on scheduling passes.

use soca_app::ports::store::TickLease;
use soca_domain::Timestamp;

/// Who has the lease until when, and the wishes made so far.
#[derive(Debug, Default)]
pub(super) struct Lease {
    held: Option<(String, Timestamp)>,
    wishes: u64,
    /// Everybody gets it.
    pub(super) is_broken: bool,
}

impl Lease {
    pub(super) fn begin(&mut self, holder: &str, now: Timestamp, until: Timestamp) -> TickLease {
        self.wishes += 1;
        match &self.held {
            Some((other, end)) if other != holder && *end > now && !self.is_broken => TickLease::Busy,
            _ => {
                self.held = Some((holder.to_owned(), until));
                TickLease::Granted { wishes: self.wishes }
            }
        }
    }

    pub(super) fn end(&mut self, holder: &str, seen: u64) -> TickLease {
        if self.held.as_ref().is_none_or(|(h, _)| h != holder) {
            return TickLease::Busy;
        }
        if self.wishes != seen {
            return TickLease::Granted { wishes: self.wishes };
        }
        self.held = None;
        TickLease::Busy
    }
}
