//! Which checkouts are found to be ours, and what is free then.

use soca_license_servers::{Checkout, Feature, Lease, Ours, Total, available, match_leases};

fn lease(user: &str, hosts: &[&str], count: u32) -> Lease {
    Lease { user: user.into(), hosts: hosts.iter().map(|h| (*h).to_owned()).collect(), count }
}

fn feature(total: u32, in_use: u32, checkouts: &[(&str, &str, u32)]) -> Feature {
    let checkout = |(user, host, count): &(&str, &str, u32)| Checkout {
        user: (*user).into(),
        host: (*host).into(),
        count: *count,
        started: None,
    };
    let checkouts = checkouts.iter().map(checkout).collect();
    Feature { total: Total::Counted(total), in_use, reserved: 0, checkouts }
}

#[test]
fn what_is_not_known_or_not_there_is_not_free() {
    assert_eq!(available(&Total::Unknown("down".into()), 0, 0, 0, 0), 0);
    assert_eq!(available(&Total::Counted(5), 9, 0, 0, 0), 0, "an overdraft");
    assert_eq!(available(&Total::Counted(5), 0, 0, 0, 9), 0, "more headroom than licenses");
    assert_eq!(available(&Total::Counted(5), 2, 9, 0, 0), 0, "more of ours than in use");
    assert_eq!(available(&Total::Counted(u32::MAX), u32::MAX, 0, u32::MAX, u32::MAX), 0);
    assert_eq!(available(&Total::Unlimited, 7, 0, 7, 7), u32::MAX);
}

#[test]
fn a_lease_counts_once_before_and_after_its_checkout() {
    let leases = [lease("ann", &["n1"], 4)];
    assert_eq!(feature(10, 3, &[("bob", "desk", 3)]).available(&leases, 1), 2, "before");
    assert_eq!(feature(10, 7, &[("bob", "desk", 3), ("ann", "n1", 4)]).available(&leases, 1), 2, "after");
    assert_eq!(feature(10, 5, &[("bob", "desk", 3), ("ann", "n1", 2)]).available(&leases, 1), 2, "half way");
}

#[test]
fn only_our_user_on_our_host_is_ours() {
    let leases = [lease("ann", &["ip-10-0-1-7.ec2.internal", "n2"], 9)];
    let ours = |user, host| match_leases(&feature(9, 1, &[(user, host, 1)]), &leases).checkouts == 1;
    for (user, host) in [("ann", "desk"), ("bob", "n2"), ("ann", "n2.a.b."), ("ann", "ip-10-0-1-7.other")] {
        assert_eq!(ours(user, host), user == "ann" && host.starts_with("n2"), "{user}@{host}");
    }
    assert!(ours("ann", "ip-10-0-1-7") && ours("ANN", "N2") && ours("ann", "n2.x.org"));
    assert!(!ours("ann", "ip-10-0-1-70") && !ours("", ""));
}

#[test]
fn a_job_that_takes_more_than_its_lease_takes_it_from_nobody_else() {
    let leases = [lease("ann", &["n1"], 2), lease("bob", &["n2"], 3)];
    let taken = feature(10, 5, &[("ann", "n1", 5)]);
    assert_eq!(match_leases(&taken, &leases), Ours { checkouts: 5, leases: 8 });
    assert_eq!(taken.available(&leases, 0), 2, "five are ann's and three are kept for bob");
}

#[test]
fn two_jobs_of_one_user_on_one_host_share_the_checkouts_between_them() {
    let leases = [lease("ann", &["n1"], 2), lease("ann", &["n1"], 3)];
    let taken = feature(10, 4, &[("ann", "n1", 4)]);
    assert_eq!(match_leases(&taken, &leases), Ours { checkouts: 4, leases: 5 });
}

#[test]
fn a_checkout_that_outlives_its_lease_is_others_use() {
    assert_eq!(feature(10, 4, &[("ann", "n1", 4)]).available(&[], 0), 6);
}

#[test]
fn shared_licenses_do_not_make_others_vanish() {
    // The list adds up to 15 and the server counts 8, since some of ours share: bob's five are still there.
    let shared = feature(20, 8, &[("ann", "n1", 10), ("bob", "desk", 5)]);
    assert_eq!(shared.available(&[lease("ann", &["n1"], 3)], 0), 5);
}

#[test]
fn reserved_licenses_are_not_free() {
    let reserved = Feature { reserved: 2, ..feature(10, 3, &[]) };
    assert_eq!(reserved.available(&[], 1), 4);
}
