//! What a region offers: every instance type with what choosing among them needs to know, and its price.

use crate::{
    MicroUsd, Timestamp,
    instance_type::{InstanceType, InstanceTypeName},
};
use serde::{Deserialize, Serialize};

/// An instance type that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What a launch needs to know of it.
    pub kind: InstanceType,
    /// What choosing needs to know besides.
    pub traits: Traits,
    /// One instance for one hour on demand; `None` when no list has it.
    pub hourly: Option<MicroUsd>,
}

/// What EC2's DescribeInstanceTypes says of a type besides its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// The sustained clock of its processor, MHz; 0 where EC2 does not say.
    pub clock_mhz: u32,
    /// Whether it runs on the Nitro hypervisor, as all types since 2017 do. EC2's own mark of the current generation
    /// leaves out types that are sold like any other and are often the cheapest.
    pub nitro: bool,
    /// Whether its CPUs are throttled when their credits are used up (T types).
    pub burstable: bool,
    /// Whether it is a machine without a hypervisor, which boots minutes later.
    pub bare_metal: bool,
    /// Whether it has accelerators that are no GPUs (FPGAs, Inferentia, Trainium, transcoders).
    pub accelerated: bool,
    /// Whether it can be bought on the spot market.
    pub spot: bool,
}

impl Offer {
    /// Whether a job that asks by size can be given it. What is from before Nitro, throttled, slow to boot or made for
    /// something else is for those who name it.
    pub fn is_choosable(&self) -> bool {
        let Traits { nitro, burstable, bare_metal, accelerated, .. } = self.traits;
        nitro && !burstable && !bare_metal && !accelerated
    }
}

/// Everything that a region offered at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferList {
    /// Each type once.
    pub offers: Vec<Offer>,
    /// When EC2 and the price list were asked.
    pub read_at: Timestamp,
}

/// Which of several types that fit is tried first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// The lowest price.
    #[default]
    Cheapest,
    /// The newest generation, then the highest sustained clock, then the lowest price: what EC2 tells about speed,
    /// which is no benchmark.
    Fastest,
}

impl Selection {
    /// The word in scripts, replies and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Selection::Cheapest => "cheapest",
            Selection::Fastest => "fastest",
        }
    }
}

impl InstanceTypeName {
    /// The generation that the family's name has: 7 of `c7gn.large`; 0 where it has none (`u-6tb1.metal`).
    pub fn generation(&self) -> u32 {
        let letters = self.family().trim_start_matches(|c: char| c.is_ascii_lowercase());
        let digits = letters.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generation_is_in_the_family_s_name() {
        for (name, generation) in
            [("c7gn.large", 7), ("m5.large", 5), ("hpc6a.48xlarge", 6), ("u-6tb1.metal", 0), ("a1.large", 1)]
        {
            assert_eq!(name.parse::<InstanceTypeName>().unwrap().generation(), generation, "{name}");
        }
    }
}
