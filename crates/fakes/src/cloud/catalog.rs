//! A region's instance types and prices: ten real ones, one of them without a price.

use soca_domain::{
    MicroUsd,
    instance_type::{Architecture, InstanceType},
    memory::MemoryMib,
    offer::{Offer, Traits},
};

/// The type that no price list has.
pub const PRICELESS: &str = "t2.micro";

/// Name, vCPUs, cores, GiB, Graviton, EFA, settable threads, GPUs, micro-USD per hour.
type Row = (&'static str, u32, u32, u64, bool, bool, bool, u32, u64);

const ROWS: [Row; 10] = [
    ("c6i.large", 2, 1, 4, false, false, true, 0, 85_000),
    ("c6i.xlarge", 4, 2, 8, false, false, true, 0, 170_000),
    ("c5.large", 2, 1, 4, false, false, true, 0, 85_000),
    ("c5.24xlarge", 96, 48, 192, false, false, true, 0, 4_080_000),
    ("m5.large", 2, 1, 8, false, false, true, 0, 96_000),
    ("r6i.2xlarge", 8, 4, 64, false, false, true, 0, 504_000),
    ("c7g.large", 2, 2, 4, true, false, false, 0, 72_500),
    ("hpc6a.48xlarge", 96, 96, 384, false, true, false, 0, 2_880_000),
    ("p4d.24xlarge", 96, 48, 1152, false, true, true, 8, 32_772_600),
    (PRICELESS, 1, 1, 1, false, false, false, 0, 0),
];

fn instance_type(row: &Row) -> InstanceType {
    let (name, vcpus, cores, gib, graviton, efa, threads_settable, gpus, _) = *row;
    InstanceType {
        name: name.parse().expect("a valid name"),
        vcpus,
        cores,
        memory: MemoryMib(gib * 1024),
        architecture: if graviton { Architecture::Arm64 } else { Architecture::X86_64 },
        efa,
        threads_settable,
        gpus,
    }
}

/// Every type.
pub fn catalog() -> Vec<InstanceType> {
    ROWS.iter().map(instance_type).collect()
}

/// Every type as it is offered, without its price. HPC types are not for sale on the spot market.
pub(super) fn offers() -> Vec<Offer> {
    let traits = |kind: &InstanceType| Traits {
        clock_mhz: 3_000,
        nitro: true,
        burstable: kind.name.family().starts_with('t'),
        spot: !kind.name.family().starts_with("hpc"),
        ..Traits::default()
    };
    catalog().into_iter().map(|kind| Offer { traits: traits(&kind), kind, hourly: None }).collect()
}

/// One type.
pub(super) fn find(name: &str) -> Option<InstanceType> {
    ROWS.iter().find(|row| row.0 == name).map(instance_type)
}

/// Its price.
pub(super) fn price(name: &str) -> Option<MicroUsd> {
    ROWS.iter().find(|row| row.0 == name && row.0 != PRICELESS).map(|row| MicroUsd(row.8))
}
