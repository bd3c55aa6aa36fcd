//! How many jobs a second are given an instance type and a number of nodes: `cargo bench -p soca-planner --bench fleet`.
//!
//! 44 families of 10 sizes as EC2 has them: hardware threads by the size's name, memory by the family's letter, prices a
//! thread as listed for us-east-1 in July 2026. A thousand different jobs, half of them with a fixed number of nodes, a
//! tenth with GPUs.

#![allow(missing_docs, reason = "criterion's macros make functions without")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use soca_domain::{
    MicroUsd,
    instance_type::{Architecture, InstanceType},
    memory::MemoryMib,
    offer::{Offer, Selection, Traits},
};
use soca_planner::fleet::{Demand, Index, Nodes, Size};
use std::hint::black_box;

/// Family, GiB a thread, micro-USD a thread and hour, Graviton, GPUs for each 24 threads.
const FAMILIES: [(&str, u64, u64, bool, u32); 44] = [
    ("c5", 2, 42_500, false, 0),
    ("c5a", 2, 38_500, false, 0),
    ("c5d", 2, 48_000, false, 0),
    ("c5n", 2, 54_000, false, 0),
    ("c6a", 2, 38_250, false, 0),
    ("c6i", 2, 42_500, false, 0),
    ("c6id", 2, 50_400, false, 0),
    ("c6in", 2, 56_700, false, 0),
    ("c7a", 2, 51_320, false, 0),
    ("c7i", 2, 44_625, false, 0),
    ("m5", 4, 48_000, false, 0),
    ("m5a", 4, 43_000, false, 0),
    ("m5d", 4, 56_500, false, 0),
    ("m5n", 4, 59_500, false, 0),
    ("m6a", 4, 43_200, false, 0),
    ("m6i", 4, 48_000, false, 0),
    ("m6id", 4, 59_325, false, 0),
    ("m6in", 4, 69_615, false, 0),
    ("m7a", 4, 57_960, false, 0),
    ("m7i", 4, 50_400, false, 0),
    ("r5", 8, 63_000, false, 0),
    ("r5a", 8, 56_500, false, 0),
    ("r5d", 8, 72_000, false, 0),
    ("r5n", 8, 74_500, false, 0),
    ("r6a", 8, 56_700, false, 0),
    ("r6i", 8, 63_000, false, 0),
    ("r6id", 8, 75_600, false, 0),
    ("r6in", 8, 87_165, false, 0),
    ("r7a", 8, 76_080, false, 0),
    ("r7i", 8, 66_150, false, 0),
    ("x2idn", 16, 104_205, false, 0),
    ("x2iedn", 32, 208_410, false, 0),
    ("c6g", 2, 34_000, true, 0),
    ("c7g", 2, 36_250, true, 0),
    ("c8g", 2, 39_880, true, 0),
    ("m6g", 4, 38_500, true, 0),
    ("m7g", 4, 40_800, true, 0),
    ("m8g", 4, 44_880, true, 0),
    ("r6g", 8, 50_400, true, 0),
    ("r7g", 8, 53_550, true, 0),
    ("r8g", 8, 58_910, true, 0),
    ("g5", 4, 84_800, false, 1),
    ("g6", 4, 69_535, false, 1),
    ("p4d", 12, 341_380, false, 2),
];

const SIZES: [(&str, u32); 10] = [
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
    ("12xlarge", 48),
    ("16xlarge", 64),
    ("24xlarge", 96),
    ("32xlarge", 128),
    ("48xlarge", 192),
];

fn offers() -> Vec<Offer> {
    let one = |family: &(&str, u64, u64, bool, u32), size: &(&str, u32)| {
        let ((family, gib, price, graviton, gpus), (size, threads)) = (*family, *size);
        Offer {
            kind: InstanceType {
                name: format!("{family}.{size}").parse().expect("a name"),
                vcpus: threads,
                cores: if graviton { threads } else { threads / 2 },
                memory: MemoryMib(u64::from(threads) * gib * 1024),
                architecture: if graviton { Architecture::Arm64 } else { Architecture::X86_64 },
                efa: threads >= 96,
                threads_settable: true,
                gpus: if gpus == 0 { 0 } else { (gpus * threads / 24).max(1) },
            },
            traits: Traits { clock_mhz: 3_000, nitro: true, spot: true, ..Traits::default() },
            hourly: Some(MicroUsd(price * u64::from(threads))),
        }
    };
    FAMILIES.iter().flat_map(|family| SIZES.iter().map(move |size| one(family, size))).collect()
}

/// A generator of numbers that look random and are always the same (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn demands() -> Vec<Demand> {
    let mut dice = Dice(88_172_645_463_325_252);
    let mut one = || {
        let gpus = u32::from(dice.below(10) == 0);
        let node_cpus = 1 + dice.below(48);
        let per_node =
            Size { cpus: node_cpus as u32, memory: MemoryMib(node_cpus * (1 + dice.below(8)) * 1024), gpus };
        let free = dice.below(2) == 0;
        let total_cpus = 1 + dice.below(2_000);
        let total = Size {
            cpus: total_cpus as u32,
            memory: MemoryMib(total_cpus * (1 + dice.below(12)) * 1024),
            gpus: gpus * (1 + dice.below(32) as u32),
        };
        Demand {
            per_node: if free { Size::NONE } else { per_node },
            total: if free { total } else { Size::NONE },
            nodes: if free { Nodes::UpTo(2_000) } else { Nodes::Exactly(1 + dice.below(16) as u32) },
            hyper_threading: dice.below(3) == 0,
            architecture: if gpus == 0 && dice.below(4) == 0 {
                Architecture::Arm64
            } else {
                Architecture::X86_64
            },
            efa: dice.below(10) == 0,
            spot: dice.below(3) == 0,
        }
    };
    (0..1_000).map(|_| one()).collect()
}

fn choices(c: &mut Criterion) {
    let (offers, demands) = (offers(), demands());
    let index = Index::new(&offers);
    let found = demands.iter().filter(|demand| index.choose(demand).is_some()).count();
    println!("{} types, {found} of {} jobs fit", offers.len(), demands.len());
    let mut group = c.benchmark_group("fleet");
    group.throughput(Throughput::Elements(demands.len() as u64));
    group.bench_function(BenchmarkId::new("choose", offers.len()), |b| {
        b.iter(|| demands.iter().filter(|demand| index.choose(black_box(demand)).is_some()).count());
    });
    group.bench_function(BenchmarkId::new("eight rungs", offers.len()), |b| {
        b.iter(|| {
            demands.iter().map(|d| index.rungs(black_box(d), Selection::Cheapest, 8).len()).sum::<usize>()
        });
    });
    group.finish();
    c.bench_function("index of the offers", |b| b.iter(|| Index::new(black_box(&offers))));
}

criterion_group!(benches, choices);
criterion_main!(benches);
