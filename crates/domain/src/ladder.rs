//! The ladder: which types an attempt is offered in which market, and whether the next attempt has something new to try.
//!
//! A *rung* is what one attempt may launch. Attempts on one node, and those on the spot market, are offered all of the
//! job's types, since Auto Scaling tries one after the other within the attempt. An attempt on several on-demand nodes is
//! offered one type, so that all nodes are alike. Pools that ran dry lately come last: the memory orders what is tried
//! and never keeps a job from trying.

use crate::{
    Job, Timestamp,
    fault::Code,
    instance_type::InstanceTypeName,
    job::AttemptRecord,
    launch::LaunchSpec,
    pool::{CapacityPool, DRY_FOR, Market},
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an attempt may launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// First choice first; never empty.
    pub types: Vec<InstanceTypeName>,
    /// How they are bought.
    pub market: Market,
}

impl Rung {
    /// Everything that a launch names, as it asks for it: what attempts had before there were rungs.
    pub fn whole(launch: &LaunchSpec) -> Rung {
        let market = if launch.spot.is_some() { Market::Spot } else { Market::OnDemand };
        Rung { types: launch.instance_types.clone(), market }
    }

    /// Its pools.
    pub fn pools(&self) -> impl Iterator<Item = CapacityPool> + '_ {
        let market = self.market;
        self.types.iter().map(move |name| CapacityPool { market, instance_type: name.clone() })
    }
}

/// Whether all nodes of an attempt must be of one type.
pub fn is_alike(launch: &LaunchSpec, market: Market) -> bool {
    launch.nodes > 1 && market == Market::OnDemand
}

impl LaunchSpec {
    /// The launch of one rung.
    #[must_use]
    pub fn on(&self, rung: &Rung) -> LaunchSpec {
        LaunchSpec {
            instance_types: rung.types.clone(),
            spot: self.spot.filter(|_| rung.market == Market::Spot),
            ..self.clone()
        }
    }
}

/// The rung of the next attempt, given the pools that are known to be dry.
pub fn next_rung(job: &Job, dry: &BTreeSet<CapacityPool>, now: Timestamp) -> Rung {
    let mut rung = order(job, dry, now);
    if is_alike(&job.launch, rung.market) {
        rung.types.truncate(1);
    }
    rung
}

/// All of the job's types in the order in which the next attempt would try them.
pub fn order(job: &Job, dry: &BTreeSet<CapacityPool>, now: Timestamp) -> Rung {
    let market = next_market(job);
    let own = tried_in_vain(job, now);
    let is_dry = |name: &InstanceTypeName| {
        let pool = CapacityPool { market, instance_type: name.clone() };
        dry.contains(&pool) || own.contains(&pool)
    };
    let (last, mut types): (Vec<_>, Vec<_>) = job.launch.instance_types.iter().cloned().partition(is_dry);
    // On the spot market EC2 chooses among what it is offered, whatever the order.
    if market == Market::OnDemand || types.is_empty() {
        types.extend(last);
    }
    Rung { types, market }
}

/// Whether the next attempt would begin with a pool that none of the job's own attempts has lately found dry.
pub fn has_fresh_rung(job: &Job, now: Timestamp) -> bool {
    let own = tried_in_vain(job, now);
    let next = next_rung(job, &own, now);
    next.pools().next().is_some_and(|pool| !own.contains(&pool))
}

/// After so many attempts on the spot market that came to nothing, a job goes on demand.
fn next_market(job: &Job) -> Market {
    match job.launch.spot {
        Some(_) if lost_on_spot(&job.launch, &job.attempts) < job.launch.spot_attempts => Market::Spot,
        Some(_) | None => Market::OnDemand,
    }
}

/// Attempts on the spot market that found no capacity, or lost what they had.
fn lost_on_spot(launch: &LaunchSpec, attempts: &[AttemptRecord]) -> u32 {
    let lost = attempts.iter().filter(|a| ran_dry(a).is_some() && rung_of(launch, a).market == Market::Spot);
    u32::try_from(lost.count()).unwrap_or(u32::MAX)
}

/// Pools that the job's own attempts found dry in the last minutes.
fn tried_in_vain(job: &Job, now: Timestamp) -> BTreeSet<CapacityPool> {
    let lately = |a: &&AttemptRecord| a.ended_at.is_some_and(|at| now.since(at) < DRY_FOR);
    job.attempts.iter().filter(lately).flat_map(|a| dry_pools(&job.launch, a)).collect()
}

/// The pools that an attempt found dry: all it was offered, or the one that EC2 took instances back from.
pub fn dry_pools(launch: &LaunchSpec, attempt: &AttemptRecord) -> Vec<CapacityPool> {
    let rung = rung_of(launch, attempt);
    match (ran_dry(attempt), &attempt.instance_type) {
        (None, _) => vec![],
        (Some(Code::SpotInterrupted), Some(name)) => {
            vec![CapacityPool { market: Market::Spot, instance_type: name.clone() }]
        }
        (Some(_), _) => rung.pools().collect(),
    }
}

/// The code with which an attempt failed, if it was for want of capacity.
fn ran_dry(attempt: &AttemptRecord) -> Option<Code> {
    match &attempt.verdict {
        Some(Verdict::Fault { fault }) => {
            Some(fault.code).filter(|c| matches!(c, Code::CapacityUnavailable | Code::SpotInterrupted))
        }
        Some(
            Verdict::Exited { .. }
            | Verdict::Signalled { .. }
            | Verdict::Walltime
            | Verdict::Cancelled { .. },
        )
        | None => None,
    }
}

/// What an attempt was offered.
pub fn rung_of(launch: &LaunchSpec, attempt: &AttemptRecord) -> Rung {
    attempt.rung.clone().unwrap_or_else(|| Rung::whole(launch))
}

/// Why the attempt with this place in the job's list was not offered what the job asks for first.
pub fn why(job: &Job, place: usize) -> Option<String> {
    let rung = job.attempts.get(place)?.rung.as_ref()?;
    if job.launch.spot.is_some() && rung.market == Market::OnDemand {
        let lost = lost_on_spot(&job.launch, &job.attempts[..place]);
        let s = if lost == 1 { "" } else { "s" };
        return Some(format!("{lost} attempt{s} on spot instances came to nothing"));
    }
    let first = job.launch.first_type();
    (rung.types.first() != Some(first)).then(|| format!("{first} was not to be had"))
}

#[cfg(test)]
mod tests;
