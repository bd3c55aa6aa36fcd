//! How many licenses may still be given to jobs, from what the server says and what we have given out ourselves.
//!
//! A job's licenses are counted by its lease from the decision to start it until it ends. Somewhere in between its
//! program checks them out, and the server counts them too: these checkouts are found by user and host and taken out
//! of the server's count, so that nothing is counted twice and nothing is forgotten.

use crate::status::{Feature, Total};
use serde::{Deserialize, Serialize};

/// Licenses of one feature that one of our jobs has been given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The job's owner.
    pub user: String,
    /// The job's nodes, by host name; none before they are known.
    pub hosts: Vec<String>,
    /// How many licenses.
    pub count: u32,
}

/// What of a feature is ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ours {
    /// Licenses that the server counts as in use and that our jobs hold: `our_checkouts_on_server` of [`available`].
    pub checkouts: u32,
    /// Licenses that our jobs have been given, with those that they hold beyond it: `our_leases` of [`available`].
    pub leases: u32,
}

/// Finds the checkouts of our jobs among those of a feature.
///
/// A checkout belongs to a lease of the same user on one of its hosts, in whatever case. Of two host names that differ
/// only in that one has no domain, the shorter is taken for the longer. Where several leases fit, each takes no more
/// than its count; what a job holds beyond all that fit counts as leased too. Checkouts of nobody's lease stay others'.
pub fn match_leases(feature: &Feature, leases: &[Lease]) -> Ours {
    let mut left: Vec<u32> = leases.iter().map(|lease| lease.count).collect();
    let mut ours =
        Ours { checkouts: 0, leases: left.iter().fold(0, |sum, count| sum.saturating_add(*count)) };
    for checkout in &feature.checkouts {
        let mut rest = checkout.count;
        let mut is_ours = false;
        for (lease, left) in leases.iter().zip(&mut left) {
            if lease.holds(&checkout.user, &checkout.host) {
                is_ours = true;
                let taken = rest.min(*left);
                (rest, *left) = (rest - taken, *left - taken);
            }
        }
        if is_ours {
            ours.checkouts = ours.checkouts.saturating_add(checkout.count);
            ours.leases = ours.leases.saturating_add(rest);
        }
    }
    ours
}

impl Lease {
    fn holds(&self, user: &str, host: &str) -> bool {
        self.user.eq_ignore_ascii_case(user) && self.hosts.iter().any(|ours| is_same_host(ours, host))
    }
}

/// Programs tell a license server what `gethostname` says, which has a domain on some systems and none on others.
fn is_same_host(a: &str, b: &str) -> bool {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    same(a, b)
        || match (a.split_once('.'), b.split_once('.')) {
            (Some((a, _)), None) => same(a, b),
            (None, Some((b, _))) => same(a, b),
            _ => false,
        }
}

/// How many licenses may be given to jobs now.
///
/// `total − headroom − others − ours`, never below zero, where others' use is `server_in_use −
/// our_checkouts_on_server` and ours the larger of `our_leases` and `our_checkouts_on_server`.
/// [`match_leases`] finds the middle two; `headroom` is what is to stay free for others. [`Feature::available`] does
/// all of it.
///
/// An unlimited total gives [`u32::MAX`], whatever else is said; an unknown one gives 0.
///
/// The server's numbers may be older than the leases, not newer: a lease that has ended since is then counted as
/// others' use until the next look, which errs on the side of too few.
pub fn available(
    total: &Total,
    server_in_use: u32,
    our_checkouts_on_server: u32,
    our_leases: u32,
    headroom: u32,
) -> u32 {
    let total = match total {
        Total::Counted(total) => *total,
        Total::Unlimited => return u32::MAX,
        Total::Unknown(_) => return 0,
    };
    let others = server_in_use.saturating_sub(our_checkouts_on_server);
    let ours = our_leases.max(our_checkouts_on_server);
    [headroom, others, ours].into_iter().fold(total, u32::saturating_sub)
}

impl Feature {
    /// How many licenses may be given to jobs now, with these leases given already: [`match_leases`], then
    /// [`available`].
    ///
    /// In use is what the server counts or what its list of checkouts adds up to, whichever is more. The list can say
    /// more where one user's programs share a license; taking our whole list out of the smaller number would make
    /// others' licenses vanish.
    pub fn available(&self, leases: &[Lease], headroom: u32) -> u32 {
        let ours = match_leases(self, leases);
        let listed = self.checkouts.iter().fold(0_u32, |sum, c| sum.saturating_add(c.count));
        let in_use = self.in_use.max(listed).saturating_add(self.reserved);
        available(&self.total, in_use, ours.checkouts, ours.leases, headroom)
    }
}
