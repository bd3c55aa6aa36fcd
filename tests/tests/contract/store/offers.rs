//! What the region offers, and the pools that ran dry.

use super::{AnyStore, commit, done};
use soca_app::ports::Write;
use soca_domain::{
    MicroUsd, Timestamp,
    instance_type::{Architecture, InstanceType},
    memory::MemoryMib,
    offer::{Offer, OfferList, Traits},
    pool::{CapacityPool, DryPool, Market},
};

fn offer(number: u32) -> Offer {
    Offer {
        kind: InstanceType {
            name: format!("c{number}i.large").parse().unwrap(),
            vcpus: 2 * number,
            cores: number,
            memory: MemoryMib(u64::from(number) * 1024),
            architecture: if number.is_multiple_of(2) { Architecture::Arm64 } else { Architecture::X86_64 },
            efa: number.is_multiple_of(3),
            threads_settable: number.is_multiple_of(5),
            gpus: number % 4,
        },
        traits: Traits {
            clock_mhz: number * 10,
            nitro: number.is_multiple_of(2),
            burstable: number.is_multiple_of(7),
            bare_metal: number.is_multiple_of(11),
            accelerated: number.is_multiple_of(13),
            spot: number.is_multiple_of(3),
        },
        hourly: (!number.is_multiple_of(9)).then_some(MicroUsd(u64::from(number))),
    }
}

/// More than there are types in any region, in one row.
pub(crate) async fn the_list_of_offers_is_replaced_whole(store: AnyStore) {
    assert_eq!(store.offers().await.unwrap(), None);
    for (count, at) in [(2_000, 5), (3, 4)] {
        let list = OfferList { offers: (1..=count).map(offer).collect(), read_at: Timestamp(at) };
        done(commit(&store, Write::PutOffers(list.clone())).await);
        assert_eq!(store.offers().await.unwrap(), Some(list));
    }
}

pub(crate) async fn pools_that_ran_dry_are_listed_by_market_and_type(store: AnyStore) {
    assert_eq!(store.dry_pools().await.unwrap(), []);
    let dry = |market, name: &str, until| DryPool {
        pool: CapacityPool { market, instance_type: name.parse().unwrap() },
        until: Timestamp(until),
    };
    let all = [
        dry(Market::Spot, "c6i.large", 7),
        dry(Market::OnDemand, "m5.large", 9),
        dry(Market::OnDemand, "c6i.large", 8),
    ];
    done(store.commit(all.iter().cloned().map(Write::NoteDry).collect()).await);
    done(commit(&store, Write::NoteDry(dry(Market::Spot, "c6i.large", 3))).await);
    let expected = [
        dry(Market::OnDemand, "c6i.large", 8),
        dry(Market::OnDemand, "m5.large", 9),
        dry(Market::Spot, "c6i.large", 3),
    ];
    assert_eq!(store.dry_pools().await.unwrap(), expected);
}
