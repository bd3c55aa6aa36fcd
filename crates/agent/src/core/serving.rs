//! The jobs for which this node runs commands, while their scripts run on another.
//!
//! Nothing of it is in the journal: the control plane repeats the order with every answer, and what runs is found in the
//! state directory.

use super::{Effect, Manner};
use crate::keys::RunKey;
use soca_wire::agent::ServeDirective;
use std::collections::{BTreeMap, BTreeSet};

/// A server that ended although it was wanted is started again after so long.
const AGAIN_MS: u64 = 10_000;

/// What is served.
#[derive(Debug, Default)]
pub(super) struct Serving {
    here: BTreeSet<RunKey>,
    not_before: BTreeMap<RunKey, u64>,
}

impl Serving {
    /// Takes an answer in: what is wanted begins, what is not wanted any more ends.
    pub(super) fn answered(&mut self, now: u64, wanted: Vec<ServeDirective>) -> Vec<Effect> {
        let key = |serve: &ServeDirective| RunKey { job: serve.job, attempt: serve.attempt };
        let keys: BTreeSet<_> = wanted.iter().map(key).collect();
        self.not_before.retain(|key, _| keys.contains(key));
        let unwanted = self.here.iter().filter(|key| !keys.contains(key));
        let mut effects: Vec<_> = unwanted.map(|key| Effect::Unserve(*key, Manner::Grace)).collect();
        for serve in wanted {
            let due = self.not_before.get(&key(&serve)).is_none_or(|at| *at <= now);
            if due && self.here.insert(key(&serve)) {
                effects.push(Effect::Serve(Box::new(serve)));
            }
        }
        effects
    }

    /// A server that was found running.
    pub(super) fn found(&mut self, key: RunKey) {
        self.here.insert(key);
    }

    /// A server is gone.
    pub(super) fn gone(&mut self, now: u64, key: RunKey) {
        self.here.remove(&key);
        self.not_before.insert(key, now + AGAIN_MS);
    }

    /// The node is about to be taken away.
    pub(super) fn stop(&self) -> Vec<Effect> {
        self.here.iter().map(|key| Effect::Unserve(*key, Manner::AtOnce)).collect()
    }

    /// Whether nothing is served.
    pub(super) fn is_empty(&self) -> bool {
        self.here.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: RunKey = RunKey { job: 1, attempt: 1 };

    fn order() -> ServeDirective {
        ServeDirective {
            job: KEY.job,
            attempt: KEY.attempt,
            stack: "job-1-1".into(),
            name: "n".into(),
            owner: "o".into(),
            queue: "q".into(),
            project: None,
            workdir: "/".into(),
            environment: Vec::new(),
            submit_host: "h".into(),
            ncpus: 1,
            mpiprocs: 1,
            nodes: vec!["a".into(), "b".into()],
        }
    }

    #[test]
    fn a_repeated_order_is_one_server_until_it_comes_no_more() {
        let mut serving = Serving::default();
        assert_eq!(serving.answered(0, vec![order()]), [Effect::Serve(Box::new(order()))]);
        assert_eq!(serving.answered(1, vec![order()]), []);
        assert_eq!(serving.answered(2, Vec::new()), [Effect::Unserve(KEY, Manner::Grace)]);
        assert!(!serving.is_empty());
        serving.gone(3, KEY);
        assert!(serving.is_empty());
        assert_eq!(serving.answered(4, Vec::new()), []);
    }

    #[test]
    fn a_server_that_died_comes_back_but_not_at_once() {
        let mut serving = Serving::default();
        serving.found(KEY);
        assert_eq!(serving.answered(0, vec![order()]), []);
        serving.gone(1000, KEY);
        assert_eq!(serving.answered(1001, vec![order()]), []);
        assert_eq!(serving.answered(1000 + AGAIN_MS, vec![order()]), [Effect::Serve(Box::new(order()))]);
    }
}
