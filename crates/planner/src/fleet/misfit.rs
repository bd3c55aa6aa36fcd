//! Why no type fits: which requirement is too much, and what comes nearest.

use super::{Demand, Size, shelf::share};
use soca_domain::{
    instance_type::{Architecture, InstanceTypeName},
    memory::MemoryMib,
    offer::Offer,
};

/// What no type has together with everything else that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// So many CPUs; the most there are.
    Cpus(u32),
    /// So much memory; the most there is.
    Memory(MemoryMib),
    /// So many GPUs; the most there are.
    Gpus(u32),
    /// An Elastic Fabric Adapter.
    Efa,
    /// The architecture.
    Architecture(Architecture),
    /// The spot market.
    Spot,
    /// More than one of them.
    Several,
}

/// Why no type fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The requirement without which a type would fit.
    pub lacking: Lacking,
    /// The type that comes nearest to it.
    pub nearest: Option<InstanceTypeName>,
}

/// Whether an offer has what a node needs.
fn fits(offer: &Offer, demand: &Demand, node: &Size) -> bool {
    let kind = &offer.kind;
    kind.cpus(demand.hyper_threading) >= node.cpus
        && kind.memory >= node.memory
        && kind.gpus >= node.gpus
        && (kind.gpus == 0 || node.gpus > 0)
        && kind.architecture == demand.architecture
        && (kind.efa || !demand.efa)
        && (offer.traits.spot || !demand.spot)
}

/// Leaves out one requirement after the other until a type fits; of those that do, the one that has most of it.
pub fn misfit(offers: &[Offer], demand: &Demand, nodes: u32) -> Misfit {
    let node = share(demand, nodes);
    let best = |demand: &Demand, node: &Size, amount: &dyn Fn(&Offer) -> u64| {
        let all = offers.iter().filter(|o| o.is_choosable() && fits(o, demand, node));
        all.max_by_key(|o| (amount(o), std::cmp::Reverse(o.hourly))).cloned()
    };
    let found = |lacking, offer: Offer| Misfit { lacking, nearest: Some(offer.kind.name) };
    let cpus = |o: &Offer| u64::from(o.kind.cpus(demand.hyper_threading));
    if let Some(o) = best(demand, &Size { cpus: 0, ..node }, &cpus) {
        return found(Lacking::Cpus(o.kind.cpus(demand.hyper_threading)), o);
    }
    if let Some(o) = best(demand, &Size { memory: MemoryMib(0), ..node }, &|o| o.kind.memory.0) {
        return found(Lacking::Memory(o.kind.memory), o);
    }
    // At least one, since types with GPUs are for jobs that ask for them.
    let fewer = Size { gpus: node.gpus.min(1), ..node };
    if let Some(o) = best(demand, &fewer, &|o| u64::from(o.kind.gpus)) {
        return found(Lacking::Gpus(o.kind.gpus), o);
    }
    if let Some(o) = best(&Demand { efa: false, ..*demand }, &node, &cpus) {
        return found(Lacking::Efa, o);
    }
    if let Some(o) = best(&Demand { spot: false, ..*demand }, &node, &cpus) {
        return found(Lacking::Spot, o);
    }
    let other = match demand.architecture {
        Architecture::X86_64 => Architecture::Arm64,
        Architecture::Arm64 => Architecture::X86_64,
    };
    match best(&Demand { architecture: other, ..*demand }, &node, &cpus) {
        Some(o) => found(Lacking::Architecture(other), o),
        None => Misfit { lacking: Lacking::Several, nearest: None },
    }
}
