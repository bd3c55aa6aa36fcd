//! Collects what a reader finds in a status text: features, checkouts, warnings, and servers that are down.

use crate::{
    kind::ServerKind,
    status::{Checkout, Feature, ServerStatus, Total},
    text::quoted,
};
use soca_domain::{Code, Fault, id::shorten};
use std::collections::{BTreeMap, BTreeSet};

/// The most warnings that one text is told about; more help nobody.
const MAX_WARNINGS: usize = 100;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    features: BTreeMap<String, Feature>,
    several: BTreeSet<String>,
    without_sum: BTreeSet<String>,
    warnings: Vec<String>,
    down: Vec<String>,
    is_known: bool,
}

/// One pool of a feature's licenses, as one line or block of the text describes it.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) total: Total,
    /// How many are in use; `None` if only the checkouts tell.
    pub(crate) in_use: Option<u32>,
    pub(crate) reserved: u32,
}

impl Pool {
    /// A pool of which only the checkouts tell what is in use.
    pub(crate) fn without_sum(total: Total) -> Pool {
        Pool { total, in_use: None, reserved: 0 }
    }
}

impl Reading {
    /// Notes that the text is of the kind it should be.
    pub(crate) fn recognise(&mut self) {
        self.is_known = true;
    }

    /// Notes that a server or a daemon is down, in its words.
    pub(crate) fn down(&mut self, line: &str) {
        self.recognise();
        if self.down.len() < MAX_WARNINGS {
            self.down.push(quoted(line));
        }
    }

    /// Notes a warning, once.
    pub(crate) fn warn(&mut self, message: String) {
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&message) {
            self.warnings.push(message);
        }
    }

    /// Adds a pool to a feature.
    pub(crate) fn pool(&mut self, name: &str, pool: Pool) {
        self.recognise();
        if pool.in_use.is_none() {
            self.without_sum.insert(name.to_owned());
        }
        let in_use = pool.in_use.unwrap_or(0);
        let Some(feature) = self.features.get_mut(name) else {
            let Pool { total, reserved, .. } = pool;
            let feature = Feature { total, in_use, reserved, checkouts: Vec::new() };
            self.features.insert(name.to_owned(), feature);
            return;
        };
        feature.in_use = feature.in_use.saturating_add(in_use);
        feature.reserved = feature.reserved.saturating_add(pool.reserved);
        let before = std::mem::replace(&mut feature.total, Total::Unlimited);
        feature.total = sum(before, pool.total);
        self.several.insert(name.to_owned());
    }

    /// Adds a checkout to a feature that is there; another has no total that it could be in use of.
    pub(crate) fn checkout(&mut self, name: &str, checkout: Checkout) {
        if let Some(feature) = self.features.get_mut(name) {
            feature.checkouts.push(checkout);
        }
    }

    /// Counts by their checkouts the features of which the server gives no sum, or only a part.
    fn count_checkouts(&mut self) {
        for name in &self.without_sum {
            if let Some(feature) = self.features.get_mut(name) {
                let held = feature.checkouts.iter().fold(0_u32, |sum, c| sum.saturating_add(c.count));
                feature.in_use = feature.in_use.max(held);
            }
        }
    }

    /// The status, or why there is none.
    pub(crate) fn finish(mut self, kind: ServerKind) -> Result<ServerStatus, Fault> {
        let program = kind.program();
        if self.features.is_empty() {
            self.refuse_nothing(kind)?;
        }
        self.count_checkouts();
        for line in std::mem::take(&mut self.down) {
            self.warn(format!("A part of the license server is down; {program} says \"{line}\"."));
        }
        for name in std::mem::take(&mut self.several) {
            self.warn(format!(
                "{} has several pools, whose licenses are added up; a program takes all of its own from one.",
                shorten(&name)
            ));
        }
        Ok(ServerStatus { features: self.features, warnings: self.warnings })
    }

    /// A text without features is one of a server that is down, or no status text; or it lacks them for a reason
    /// that cannot be told.
    fn refuse_nothing(&mut self, kind: ServerKind) -> Result<(), Fault> {
        let program = kind.program();
        if let Some(line) = self.down.first() {
            return Err(Fault::new(
                Code::LicenseServerDown,
                format!("The license server does not answer; {program} says \"{line}\"."),
                format!("Look at the server, its port and the firewall; run {program} by hand."),
            ));
        }
        if !self.is_known {
            return Err(Fault::new(
                Code::LicenseStatusUnreadable,
                format!("This is not what {program} prints."),
                format!("Run {program} by hand, and check that the server is of the kind {kind}."),
            ));
        }
        self.warn(format!("{program} lists no features; it must be asked for all of them."));
        Ok(())
    }
}

/// What two pools have together: no more than is certain. An unlimited pool may be locked to a host that is no node of
/// ours, so beside a counted one it adds nothing.
fn sum(a: Total, b: Total) -> Total {
    match (a, b) {
        (Total::Counted(a), Total::Counted(b)) => Total::Counted(a.saturating_add(b)),
        (Total::Counted(known), _) | (_, Total::Counted(known)) => Total::Counted(known),
        (Total::Unknown(why), _) | (_, Total::Unknown(why)) => Total::Unknown(why),
        (Total::Unlimited, Total::Unlimited) => Total::Unlimited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_promise_no_more_than_is_certain() {
        let unknown = || Total::Unknown("down".into());
        assert_eq!(sum(Total::Counted(2), Total::Counted(u32::MAX)), Total::Counted(u32::MAX));
        assert_eq!(sum(unknown(), Total::Counted(3)), Total::Counted(3));
        assert_eq!(sum(Total::Unlimited, Total::Counted(3)), Total::Counted(3));
        assert_eq!(sum(Total::Unlimited, unknown()), unknown());
        assert_eq!(sum(Total::Unlimited, Total::Unlimited), Total::Unlimited);
    }
}
