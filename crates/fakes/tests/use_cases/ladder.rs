//! What becomes of a job whose pool is dry, or whose spot instances are taken back.

use crate::lab::Lab;
use soca_app::sync_node::What;
use soca_domain::{
    Code, Fault, JobId, JobState,
    ladder::why,
    pool::{CapacityPool, Market},
};
use soca_fakes::resolve::resolve;

/// `c5.large on-demand`, attempt by attempt.
fn tried(lab: &Lab, id: JobId) -> Vec<String> {
    let rung = |a: &soca_domain::job::AttemptRecord| {
        let rung = a.rung.as_ref().unwrap();
        let types: Vec<_> = rung.types.iter().map(ToString::to_string).collect();
        format!("{} {}", types.join("+"), rung.market.as_str())
    };
    lab.job(id).attempts.iter().map(rung).collect()
}

/// Passes until the job waits again; whether it may be started at once.
fn waits_again(lab: &Lab, id: JobId) -> bool {
    for _ in 0..600 {
        if let JobState::Queued { since, not_before } = lab.job(id).state {
            return not_before.is_none_or(|at| at <= since);
        }
        lab.pass(1);
    }
    panic!("job {id} is {:?}", lab.job(id).state);
}

fn runs(lab: &Lab, id: JobId) {
    lab.pass(150);
    for machine in lab.machines(id) {
        lab.enroll(&machine).unwrap();
    }
    lab.run();
    lab.say(id, 1, vec![What::Started(lab.now())]).unwrap();
    assert_eq!(lab.state(id), "running");
}

#[test]
fn several_nodes_go_to_the_next_type_at_once_and_are_alike() {
    let lab = Lab::default();
    lab.cloud.run_dry("c6i.large".parse().unwrap(), 9);
    let id = lab.queued(&["-lnodes=2", "-linstance_type=c6i.large+c5.large+m5.large"]);
    assert_eq!(lab.dispatch().started, 1);
    assert!(waits_again(&lab, id), "no delay: another rung has not been tried");
    assert_eq!(lab.dispatch().started, 1);
    runs(&lab, id);
    assert_eq!(tried(&lab, id), ["c6i.large on-demand", "c5.large on-demand"]);
    assert!(lab.machines(id).iter().all(|m| m.used.instance_type.as_str() == "c5.large"));
    assert_eq!(why(&lab.job(id), 1).unwrap(), "c6i.large was not to be had");
    let dry = resolve(lab.ports.store.dry_pools()).unwrap();
    let pool = CapacityPool { market: Market::OnDemand, instance_type: "c6i.large".parse().unwrap() };
    assert_eq!(dry.iter().map(|d| d.pool.clone()).collect::<Vec<_>>(), [pool]);
    let other = lab.queued(&["-lnodes=2", "-linstance_type=c6i.large+c5.large"]);
    lab.dispatch();
    assert_eq!(tried(&lab, other), ["c5.large on-demand"], "others learn of it");
    lab.pass(600);
    let later = lab.queued(&["-qtest", "-linstance_type=c6i.large+c5.large"]);
    lab.dispatch();
    assert_eq!(tried(&lab, later), ["c6i.large+c5.large on-demand"], "and it is forgotten");
}

#[test]
fn a_job_with_one_type_waits_before_it_tries_again() {
    let lab = Lab::default();
    lab.cloud.run_dry("c6i.large".parse().unwrap(), 1);
    let id = lab.queued(&["-linstance_type=c6i.large"]);
    lab.dispatch();
    assert!(!waits_again(&lab, id));
    assert_eq!(lab.dispatch().started, 0);
    lab.pass(60);
    assert_eq!(lab.dispatch().started, 1, "the memory keeps nobody from trying");
    runs(&lab, id);
}

#[test]
fn two_losses_on_the_spot_market_lead_to_on_demand_at_once() {
    let lab = Lab::default();
    let id = lab.queued(&["-lspot_price=auto", "-linstance_type=c6i.large"]);
    lab.dispatch();
    runs(&lab, id);
    lab.cloud.take_back(&lab.machines(id)[0].used.instance);
    lab.pass(121);
    assert!(!waits_again(&lab, id), "the same pool again, later");
    lab.cloud.run_dry("c6i.large".parse().unwrap(), 1);
    lab.pass(60);
    lab.dispatch();
    assert!(waits_again(&lab, id), "another market");
    lab.dispatch();
    runs(&lab, id);
    assert_eq!(tried(&lab, id), ["c6i.large spot", "c6i.large spot", "c6i.large on-demand"]);
    assert!(lab.machines(id).iter().all(|m| !m.spot));
    assert_eq!(why(&lab.job(id), 2).unwrap(), "2 attempts on spot instances came to nothing");
}

#[test]
fn one_loss_is_enough_for_those_who_say_so() {
    let lab = Lab::default();
    lab.cloud.run_dry("c6i.large".parse().unwrap(), 1);
    let id = lab.queued(&["-lspot_price=auto,spot_attempts=1", "-linstance_type=c6i.large"]);
    lab.dispatch();
    assert!(waits_again(&lab, id));
    lab.dispatch();
    assert_eq!(tried(&lab, id), ["c6i.large spot", "c6i.large on-demand"]);
}

#[test]
fn a_type_whose_quota_is_used_up_is_passed_over_within_the_attempt() {
    let lab = Lab::default();
    lab.cloud.refuse_next_launch(Fault::new(Code::QuotaTooSmall, "The quota is too small.", "Ask AWS."));
    let id = lab.queued(&["-lnodes=2", "-linstance_type=c6i.large+c5.large"]);
    lab.dispatch();
    runs(&lab, id);
    assert_eq!(lab.job(id).attempts.len(), 1);
    assert!(lab.machines(id).iter().all(|m| m.used.instance_type.as_str() == "c5.large"));
    lab.ends(id, 2, 0);
    lab.pass(300);
    assert_eq!(tried(&lab, id), ["c5.large on-demand"], "the record says what it was in the end");
}

#[test]
fn a_fault_of_the_job_is_tried_with_no_other_type() {
    let lab = Lab::default();
    lab.cloud.refuse_next_launch(Fault::new(Code::ImageUnusable, "There is no such image.", "Name another."));
    let id = lab.queued(&["-lnodes=2", "-linstance_type=c6i.large+c5.large"]);
    lab.dispatch();
    lab.pass(300);
    assert_eq!((lab.state(id), lab.end(id)), ("failed", Some(Code::ImageUnusable)));
}
