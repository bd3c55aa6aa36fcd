//! Which instance type, and how many of it, for a job that says what it needs instead of naming a type.
//!
//! Nodes of a job are alike, so a fleet is a type and a number. [`Index::choose`] finds the cheapest fleet; where the
//! number of nodes is free it takes the fewest nodes among those that cost at most [`FEWER_NODES`] more, since few large
//! nodes talk less over the network than many small ones. [`Index::rungs`] gives the types to try one after the other.
//!
//! An index is made once for a list of offers. It keeps each kind of offer (architecture, with or without GPUs) in order
//! of price with the largest sizes so far, so that a search begins at the first price for which the demand is to be had,
//! and in order of price per CPU, GiB and GPU, so that a search for the number of nodes ends as soon as nothing that is
//! left can be cheaper. Neither allocates.

mod index;
mod misfit;
mod shelf;
#[cfg(test)]
mod tests;

pub use index::Index;
pub use misfit::{Lacking, Misfit, misfit};

use soca_domain::{MicroUsd, instance_type::Architecture, memory::MemoryMib};

/// What may be spent for fewer nodes: a twentieth of the lowest cost.
pub const FEWER_NODES: f64 = 0.05;
/// A type that costs more than so many times what the cheapest that fits costs is no substitute for it.
pub const MOST_DEARER: u64 = 2;

/// An amount of what nodes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Cores, or hardware threads under hyper-threading.
    pub cpus: u32,
    /// Memory.
    pub memory: MemoryMib,
    /// GPUs.
    pub gpus: u32,
}

impl Size {
    /// Nothing.
    pub const NONE: Size = Size { cpus: 0, memory: MemoryMib(0), gpus: 0 };
}

/// How many nodes there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// So many, at least 1.
    Exactly(u32),
    /// Any number from 1 to this.
    UpTo(u32),
}

/// What a job needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What each node must have.
    pub per_node: Size,
    /// What all nodes together must have besides.
    pub total: Size,
    /// How many nodes.
    pub nodes: Nodes,
    /// Whether hardware threads count as CPUs.
    pub hyper_threading: bool,
    /// The CPU architecture.
    pub architecture: Architecture,
    /// Whether each node needs an Elastic Fabric Adapter.
    pub efa: bool,
    /// Whether the type must be for sale on the spot market.
    pub spot: bool,
}

/// A fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The type: its place in the list that the index was made from.
    pub offer: usize,
    /// How many of it.
    pub nodes: u32,
    /// What all of them cost for an hour on demand; `None` when no list has the type's price.
    pub hourly: Option<MicroUsd>,
}
