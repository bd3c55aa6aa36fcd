//! The lease on scheduling passes: one holder, no lost wish.

use super::{AnyStore, samples::NOW};
use soca_app::ports::store::TickLease::{Busy, Granted};
use soca_domain::Timestamp;

const UNTIL: Timestamp = Timestamp(NOW.0 + 60_000);
const LATER: Timestamp = Timestamp(NOW.0 + 60_001);
const MUCH_LATER: Timestamp = Timestamp(NOW.0 + 120_000);

pub(crate) async fn one_caller_at_a_time_has_the_lease(store: AnyStore) {
    assert_eq!(store.begin_tick("a", NOW, UNTIL).await.unwrap(), Granted { wishes: 1 });
    assert_eq!(store.end_tick("a", 1, NOW).await.unwrap(), Busy);
    assert_eq!(store.begin_tick("b", NOW, UNTIL).await.unwrap(), Granted { wishes: 2 });
    assert_eq!(store.begin_tick("c", NOW, UNTIL).await.unwrap(), Busy);
    assert_eq!(store.end_tick("c", 3, NOW).await.unwrap(), Busy);
    assert_eq!(store.begin_tick("d", NOW, UNTIL).await.unwrap(), Busy);
}

/// Whoever is told `Busy` has a wish that the holder is told of before it lets go.
pub(crate) async fn no_wish_of_a_burst_is_lost(store: AnyStore) {
    assert_eq!(store.begin_tick("a", NOW, UNTIL).await.unwrap(), Granted { wishes: 1 });
    for other in ["b", "c", "d"] {
        assert_eq!(store.begin_tick(other, NOW, UNTIL).await.unwrap(), Busy);
    }
    assert_eq!(store.end_tick("a", 1, NOW).await.unwrap(), Granted { wishes: 4 });
    assert_eq!(store.begin_tick("e", NOW, UNTIL).await.unwrap(), Busy);
    assert_eq!(store.end_tick("a", 4, NOW).await.unwrap(), Granted { wishes: 5 });
    assert_eq!(store.end_tick("a", 5, NOW).await.unwrap(), Busy);
    assert_eq!(store.begin_tick("f", NOW, UNTIL).await.unwrap(), Granted { wishes: 6 });
}

pub(crate) async fn a_lease_that_ran_out_is_taken_over(store: AnyStore) {
    assert_eq!(store.begin_tick("a", NOW, UNTIL).await.unwrap(), Granted { wishes: 1 });
    assert_eq!(store.begin_tick("b", NOW, UNTIL).await.unwrap(), Busy);
    assert_eq!(store.begin_tick("c", UNTIL, MUCH_LATER).await.unwrap(), Granted { wishes: 3 });
    assert_eq!(store.begin_tick("d", LATER, MUCH_LATER).await.unwrap(), Busy);
}

pub(crate) async fn a_stale_holder_lets_nothing_go(store: AnyStore) {
    assert_eq!(store.begin_tick("a", NOW, UNTIL).await.unwrap(), Granted { wishes: 1 });
    assert_eq!(store.begin_tick("b", LATER, MUCH_LATER).await.unwrap(), Granted { wishes: 2 });
    // Neither with the count it knows nor with the true one.
    for wishes in [1, 2] {
        assert_eq!(store.end_tick("a", wishes, LATER).await.unwrap(), Busy);
    }
    assert_eq!(store.begin_tick("c", LATER, MUCH_LATER).await.unwrap(), Busy);
    assert_eq!(store.end_tick("b", 3, LATER).await.unwrap(), Busy);
    assert_eq!(store.begin_tick("d", LATER, MUCH_LATER).await.unwrap(), Granted { wishes: 4 });
}

/// A call that is repeated after a lost reply.
pub(crate) async fn a_repeated_begin_is_granted_again_p6(store: AnyStore) {
    assert_eq!(store.begin_tick("a", NOW, UNTIL).await.unwrap(), Granted { wishes: 1 });
    assert_eq!(store.begin_tick("a", NOW, UNTIL).await.unwrap(), Granted { wishes: 2 });
    assert_eq!(store.end_tick("a", 2, NOW).await.unwrap(), Busy);
    assert_eq!(store.end_tick("a", 2, NOW).await.unwrap(), Busy);
}

pub(crate) async fn of_many_callers_one_is_granted(store: AnyStore) {
    let calls: Vec<_> = (0..16)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.begin_tick(&format!("h{n}"), NOW, UNTIL).await.unwrap() })
        })
        .collect();
    let mut granted = 0;
    for call in calls {
        granted += u32::from(call.await.unwrap() != Busy);
    }
    assert_eq!(granted, 1);
}
