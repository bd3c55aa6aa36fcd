//! How jobs end: by themselves, by a cancel in each state, by lost nodes, missing capacity, refusals and time.

use crate::lab::{Lab, caller, code};
use soca_app::{
    cancel_job,
    ports::BusEvent,
    sync_node::{End, Order, What},
};
use soca_domain::{
    Code, Fault, Job, JobId, MicroUsd,
    limit::{CounterScope, Usage},
    verdict::Outcome,
};
use soca_fakes::resolve::resolve;

fn cancel(lab: &Lab, id: JobId) -> Result<Job, soca_app::Error> {
    let cancelled = resolve(cancel_job::cancel(lab.ports.mover(), &caller("ada"), id, lab.now()));
    lab.run();
    cancelled
}

/// Nothing of the job is left, and the queue has its capacity back.
fn is_cleared(lab: &Lab, id: JobId) {
    let queue = lab.job(id).queue;
    assert_eq!(resolve(lab.ports.store.usage(&CounterScope::Queue(queue))).unwrap(), Usage::default());
    assert!(resolve(lab.ports.instances.alive()).unwrap().is_empty());
    assert!(lab.cloud.stacks().is_empty() && lab.workflow.under_way().is_empty());
}

#[test]
fn a_job_runs_to_its_end_and_costs_what_its_nodes_did() {
    let lab = Lab::default();
    let id = lab.running(&["-lnodes=2", "-lwalltime=01:00:00"]);
    lab.pass(1800);
    lab.bus.drain();
    lab.ends(id, 2, 0);
    assert_eq!(lab.state(id), "completing");
    lab.pass(300);
    assert_eq!((lab.state(id), lab.end(id)), ("completed", None));
    is_cleared(&lab, id);
    let MicroUsd(cost) = lab.job(id).cost();
    // Two c6i.large at $0.085 an hour for half an hour and what it took around it.
    assert!((85_000..110_000).contains(&cost), "{cost}");
    let ended = |event: &BusEvent| matches!(event, BusEvent::JobEnded { outcome: Outcome::Completed, .. });
    assert!(lab.bus.drain().iter().any(ended));
}

#[test]
fn a_price_that_is_not_known_holds_nothing_up() {
    let lab = Lab::default();
    let id = lab.running(&["-linstance_type=t2.micro"]);
    lab.ends(id, 2, 3);
    lab.pass(300);
    assert_eq!((lab.state(id), lab.end(id)), ("failed", Some(Code::ScriptFailed)));
    assert_eq!(lab.job(id).attempts[0].cost, None);
}

#[test]
fn a_cancel_ends_the_job_in_every_state() {
    type Reach = fn(&Lab) -> JobId;
    let states: [(&str, Reach); 5] = [
        ("held", |lab| lab.queued(&["-h"])),
        ("queued", |lab| lab.queued(&[])),
        ("provisioning", |lab| lab.launched(&[])),
        ("starting", |lab| lab.starting(&[])),
        ("running", |lab| lab.running(&[])),
    ];
    for (state, reach) in states {
        let lab = Lab::default();
        let id = reach(&lab);
        assert_eq!(lab.state(id), state);
        cancel(&lab, id).unwrap();
        if state == "running" {
            let order = lab.say(id, 1, vec![]).unwrap().order;
            assert!(matches!(order, Some(Order::Cancel(..))), "the agent does it");
            lab.say(id, 2, vec![What::Finished(lab.now(), End::Cancelled)]).unwrap();
        }
        lab.pass(300);
        assert_eq!((lab.state(id), lab.end(id)), ("cancelled", Some(Code::CancelledByUser)), "{state}");
        is_cleared(&lab, id);
        assert_eq!(code(cancel(&lab, id)), Code::JobEnded);
    }
}

#[test]
fn a_cancel_that_no_agent_answers_is_done_without_it() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    cancel(&lab, id).unwrap();
    lab.pass(100);
    lab.sweep();
    assert_eq!(lab.state(id), "running");
    lab.pass(30);
    lab.sweep();
    lab.pass(300);
    assert_eq!(lab.state(id), "cancelled");
}

#[test]
fn a_cancel_while_a_lost_nodes_stack_goes_counts() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    lab.cloud.kill(&lab.machines(id)[0].used.instance);
    lab.pass(1);
    assert_eq!(lab.state(id), "completing");
    cancel(&lab, id).unwrap();
    lab.pass(300);
    assert_eq!((lab.state(id), lab.job(id).attempts.len()), ("cancelled", 1));
}

#[test]
fn a_lost_node_starts_the_job_again_three_times() {
    let lab = Lab::default();
    let id = lab.queued(&[]);
    for attempt in 1..=3 {
        lab.dispatch();
        lab.pass(150);
        lab.enroll(&lab.machines(id)[0]).unwrap();
        lab.run();
        lab.say(id, 1, vec![What::Started(lab.now())]).unwrap();
        assert_eq!(lab.job(id).attempt().0, attempt);
        lab.cloud.kill(&lab.machines(id)[0].used.instance);
        lab.pass(300);
    }
    assert_eq!((lab.state(id), lab.end(id)), ("node_failed", Some(Code::NodeLost)));
}

#[test]
fn a_job_that_must_not_run_twice_does_not_even_if_its_start_was_not_seen_p2() {
    let lab = Lab::default();
    let id = lab.starting(&["-rn"]);
    assert!(matches!(lab.say(id, 0, vec![]).unwrap().order, Some(Order::Run(_))));
    lab.cloud.kill(&lab.machines(id)[0].used.instance);
    lab.pass(300);
    assert_eq!((lab.state(id), lab.job(id).attempts.len()), ("node_failed", 1));
}

#[test]
fn a_spot_node_that_is_taken_back_says_so() {
    let lab = Lab::default();
    let id = lab.running(&["-rn", "-lspot_price=auto"]);
    lab.cloud.take_back(&lab.machines(id)[0].used.instance);
    lab.pass(100);
    assert_eq!(lab.state(id), "running", "it has its two minutes");
    lab.pass(400);
    assert_eq!((lab.state(id), lab.end(id)), ("node_failed", Some(Code::SpotInterrupted)));
}

#[test]
fn missing_capacity_queues_the_job_again_and_another_type_helps() {
    let lab = Lab::default();
    lab.cloud.run_dry("c6i.large".parse().unwrap(), 1);
    let id = lab.launched(&["-linstance_type=c6i.large"]);
    lab.pass(120);
    assert_eq!(lab.state(id), "queued");
    assert_eq!(lab.dispatch().started, 1);
    lab.cloud.run_dry("c5.large".parse().unwrap(), 1);
    let other = lab.queued(&["-linstance_type=c5.large+m5.large"]);
    lab.dispatch();
    lab.pass(150);
    assert_eq!(lab.machines(other)[0].used.instance_type.as_str(), "m5.large");
}

#[test]
fn a_launch_that_ec2_refuses_ends_the_job_before_anything_exists() {
    let lab = Lab::default();
    for (options, expected) in [
        (["-linstance_ami=ami-0bad0000000000000"], Code::ImageUnusable),
        (["-lsubnet_id=subnet-0123456789abcdef0"], Code::SubnetUnusable),
    ] {
        let id = lab.queued(&options);
        lab.dispatch();
        assert_eq!((lab.state(id), lab.end(id)), ("failed", Some(expected)));
    }
    lab.cloud.set_quota(1);
    let id = lab.queued(&[]);
    lab.dispatch();
    assert_eq!(lab.end(id), Some(Code::QuotaTooSmall));
    lab.cloud.refuse_next_launch(Fault::new(Code::QuotaInUse, "Others have it.", "Wait."));
    let id = lab.queued(&[]);
    lab.dispatch();
    assert_eq!(lab.state(id), "queued", "that may pass");
    assert!(lab.cloud.stacks().is_empty());
}

#[test]
fn nodes_that_do_not_come_are_not_waited_for_for_ever_p5() {
    let lab = Lab::default();
    let id = lab.launched(&[]);
    lab.pass(15 * 60);
    lab.pass(300);
    assert_eq!(lab.state(id), "queued");
    let verdict = lab.job(id).attempts[0].verdict.clone().and_then(|v| v.fault());
    assert_eq!(verdict.map(|fault| fault.code), Some(Code::BootTimeout));
}

#[test]
fn a_run_that_nobody_ends_is_ended_at_its_walltime_p5() {
    let lab = Lab::default();
    let id = lab.running(&["-lwalltime=00:10:00"]);
    lab.pass(600);
    assert_eq!(lab.state(id), "running", "an agent may bridge an outage");
    lab.pass(45 * 60);
    assert_eq!((lab.state(id), lab.end(id)), ("timed_out", Some(Code::WalltimeExceeded)));
}
