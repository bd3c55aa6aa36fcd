//! Fleets against brute force, and the words of what does not fit.

use super::*;
use proptest::{collection::vec, prelude::*};
use soca_domain::{
    instance_type::InstanceType,
    offer::{Offer, Selection, Traits},
};

fn offer(name: &str, cores: u32, gib: u64, gpus: u32, price: u64) -> Offer {
    Offer {
        kind: InstanceType {
            name: name.parse().unwrap(),
            vcpus: cores * 2,
            cores,
            memory: MemoryMib(gib * 1024),
            architecture: Architecture::X86_64,
            efa: cores >= 32,
            threads_settable: true,
            gpus,
        },
        traits: Traits { clock_mhz: 3_000, nitro: true, spot: true, ..Traits::default() },
        hourly: Some(MicroUsd(price)),
    }
}

fn demand(nodes: Nodes, per_node: Size, total: Size) -> Demand {
    Demand {
        per_node,
        total,
        nodes,
        hyper_threading: false,
        architecture: Architecture::X86_64,
        efa: false,
        spot: false,
    }
}

fn size(cpus: u32, gib: u64, gpus: u32) -> Size {
    Size { cpus, memory: MemoryMib(gib * 1024), gpus }
}

/// The lowest cost of all types and numbers of nodes, each tried.
fn brute_force(offers: &[Offer], demand: &Demand) -> Option<u64> {
    let counts = match demand.nodes {
        Nodes::Exactly(n) => n..=n,
        Nodes::UpTo(most) => 1..=most,
    };
    let gpus = demand.per_node.gpus + demand.total.gpus > 0;
    let fits = |o: &Offer, n: u32| {
        let k = &o.kind;
        o.is_choosable()
            && (k.gpus > 0) == gpus
            && (k.efa || !demand.efa)
            && k.cores >= demand.per_node.cpus
            && k.memory >= demand.per_node.memory
            && k.gpus >= demand.per_node.gpus
            && k.cores * n >= demand.total.cpus
            && k.memory.0 * u64::from(n) >= demand.total.memory.0
            && k.gpus * n >= demand.total.gpus
    };
    let fleets = offers.iter().flat_map(|o| counts.clone().map(move |n| (o, n)));
    fleets.filter(|(o, n)| fits(o, *n)).map(|(o, n)| o.hourly.unwrap().0 * u64::from(n)).min()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The cost of a choice is within a twentieth of the exact optimum, and there is one whenever there is an optimum.
    #[test]
    fn a_choice_costs_hardly_more_than_the_optimum(
        types in vec((1u32..96, 1u64..400, prop_oneof![3 => Just(0u32), 1 => 1u32..9], 1u64..5_000_000), 1..12),
        per_node in (0u32..64, 0u64..300, prop_oneof![3 => Just(0u32), 1 => 1u32..5]),
        total in (0u32..400, 0u64..2_000, prop_oneof![4 => Just(0u32), 1 => 1u32..17]),
        (fixed, most, efa) in (any::<bool>(), 1u32..60, prop::bool::weighted(0.2)),
    ) {
        let offers: Vec<Offer> = types.iter().enumerate()
            .map(|(n, (cores, gib, gpus, price))| offer(&format!("c{n}.large"), *cores, *gib, *gpus, *price))
            .collect();
        let nodes = if fixed { Nodes::Exactly(most) } else { Nodes::UpTo(most) };
        let demand = Demand {
            efa,
            ..demand(nodes, size(per_node.0, per_node.1, per_node.2), size(total.0, total.1, total.2))
        };
        let chosen = Index::new(&offers).choose(&demand);
        let optimum = brute_force(&offers, &demand);
        prop_assert_eq!(chosen.is_some(), optimum.is_some());
        if let (Some(chosen), Some(optimum)) = (chosen, optimum) {
            let cost = chosen.hourly.unwrap().0;
            prop_assert!(cost >= optimum, "{} is less than the optimum {}: it does not fit", cost, optimum);
            prop_assert!(cost as f64 <= optimum as f64 * (1.0 + FEWER_NODES), "{} for {}", cost, optimum);
            let alone = Demand { nodes: Nodes::Exactly(chosen.nodes), ..demand };
            let only = [offers[chosen.offer].clone()];
            prop_assert!(brute_force(&only, &alone).is_some(), "the choice does not fit");
        }
    }
}

#[test]
fn few_large_nodes_are_taken_for_hardly_more() {
    let offers = [
        offer("c6i.large", 1, 4, 0, 100),
        offer("c6i.4xlarge", 8, 32, 0, 820),
        offer("m6i.4xlarge", 8, 64, 0, 900),
    ];
    let asked = demand(Nodes::UpTo(100), Size::NONE, size(16, 0, 0));
    let chosen = Index::new(&offers).choose(&asked).unwrap();
    assert_eq!((chosen.offer, chosen.nodes, chosen.hourly), (1, 2, Some(MicroUsd(1_640))));
    let memory = demand(Nodes::UpTo(100), Size::NONE, size(16, 128, 0));
    let chosen = Index::new(&offers).choose(&memory).unwrap();
    assert_eq!((chosen.offer, chosen.nodes), (2, 2));
}

#[test]
fn rungs_are_by_price_or_by_generation_and_none_costs_twice_as_much() {
    let mut offers = [
        offer("c5.large", 2, 4, 0, 85),
        offer("c7i.large", 2, 4, 0, 89),
        offer("c6i.large", 2, 4, 0, 85),
        offer("m7i.large", 2, 8, 0, 101),
        offer("z1d.large", 2, 16, 0, 186),
        offer("g5.xlarge", 2, 16, 1, 101),
    ];
    offers[3].traits.clock_mhz = 3_500;
    let asked = demand(Nodes::Exactly(3), size(2, 4, 0), Size::NONE);
    let names = |selection, most| {
        let rungs = Index::new(&offers).rungs(&asked, selection, most);
        assert!(rungs.iter().all(|rung| rung.nodes == 3));
        rungs.iter().map(|rung| offers[rung.offer].kind.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(Selection::Cheapest, 9), ["c6i.large", "c5.large", "c7i.large", "m7i.large"]);
    assert_eq!(names(Selection::Fastest, 9), ["m7i.large", "c7i.large", "c6i.large", "c5.large"]);
    assert_eq!(names(Selection::Fastest, 1), ["m7i.large"]);
}

#[test]
fn types_without_a_price_are_taken_when_none_that_fits_has_one() {
    let mut offers = [offer("c5.4xlarge", 8, 16, 0, 1), offer("c5.large", 2, 4, 0, 1)];
    offers.iter_mut().for_each(|o| o.hourly = None);
    let asked = demand(Nodes::Exactly(1), size(1, 1, 0), Size::NONE);
    let rungs = Index::new(&offers).rungs(&asked, Selection::Cheapest, 9);
    assert_eq!(rungs.iter().map(|r| (r.offer, r.hourly)).collect::<Vec<_>>(), [(1, None), (0, None)]);
    offers[0].hourly = Some(MicroUsd(5));
    assert_eq!(Index::new(&offers).rungs(&asked, Selection::Cheapest, 9).len(), 1);
}

#[test]
fn what_does_not_fit_is_told_with_the_nearest() {
    let mut offers = vec![
        offer("c6i.large", 1, 4, 0, 85),
        offer("c6i.32xlarge", 64, 256, 0, 5_440),
        offer("x2i.large", 1, 600, 0, 900),
        offer("p4d.24xlarge", 48, 1_152, 8, 32_000),
    ];
    offers[1].traits.spot = false;
    let lacking = |per_node, change: fn(&mut Demand)| {
        let mut asked = demand(Nodes::Exactly(1), per_node, Size::NONE);
        change(&mut asked);
        assert_eq!(Index::new(&offers).choose(&asked), None);
        let misfit = misfit(&offers, &asked, 1);
        (misfit.lacking, misfit.nearest.map(|n| n.to_string()).unwrap_or_default())
    };
    assert_eq!(lacking(size(500, 4, 0), |_| ()), (Lacking::Cpus(64), "c6i.32xlarge".into()));
    assert_eq!(lacking(size(64, 500, 0), |_| ()), (Lacking::Cpus(1), "x2i.large".into()));
    assert_eq!(
        lacking(size(48, 9_999, 8), |_| ()),
        (Lacking::Memory(MemoryMib(1_152 * 1024)), "p4d.24xlarge".into())
    );
    assert_eq!(lacking(size(1, 1, 16), |_| ()), (Lacking::Gpus(8), "p4d.24xlarge".into()));
    assert_eq!(lacking(size(64, 1, 0), |d| d.spot = true), (Lacking::Cpus(1), "c6i.large".into()));
    assert_eq!(
        lacking(size(1, 1, 0), |d| d.architecture = Architecture::Arm64),
        (Lacking::Architecture(Architecture::X86_64), "c6i.32xlarge".into())
    );
    assert_eq!(lacking(size(999, 9_999, 0), |_| ()), (Lacking::Several, String::new()));
}

#[test]
fn old_throttled_and_special_types_are_for_those_who_name_them() {
    let change: [fn(&mut Traits); 4] =
        [|t| t.nitro = false, |t| t.burstable = true, |t| t.bare_metal = true, |t| t.accelerated = true];
    for change in change {
        let mut one = offer("t3.large", 1, 8, 0, 83);
        change(&mut one.traits);
        let asked = demand(Nodes::Exactly(1), size(1, 1, 0), Size::NONE);
        assert_eq!(Index::new(&[one]).choose(&asked), None);
    }
}
