//! What jobs say of their own course: dependencies, attempts, warnings, deadlines and ceilings.

use crate::lab::{Lab, caller, code, submission};
use soca_app::{
    explain_job::Reasons,
    infrastructure::Incident,
    submit_job::Submission,
    sync_node::{End, Order, What},
};
use soca_domain::{Code, ElementIndex, JobId, MicroUsd, depend::Condition, wait::WaitReason};
use soca_fakes::resolve::resolve;
use std::time::Duration;

fn reason(lab: &Lab, id: JobId) -> Option<WaitReason> {
    let mut reasons = Reasons::new(&*lab.ports.store, &lab.ports.settings, lab.now());
    resolve(reasons.of(&lab.job(id))).unwrap().map(|waiting| waiting.reason)
}

fn waits_for(lab: &Lab, id: JobId) -> Option<(JobId, Condition)> {
    match reason(lab, id) {
        Some(WaitReason::Dependency { on }) => Some((on.job, on.condition)),
        _ => None,
    }
}

/// The script, or all of the array, has ended, and the attempt's capacity is gone.
fn over(lab: &Lab, id: JobId, sequence: u64, end: End) {
    lab.say(id, sequence, vec![What::Finished(lab.now(), end)]).unwrap();
    lab.pass(300);
}

#[test]
fn dependencies_on_what_is_not_there_are_refused_and_nothing_is_written_p11() {
    let lab = Lab::default();
    let plain = lab.queued(&["-h"]);
    let array = lab.queued(&["-h", "-J1-9:2"]);
    let itself = array.0 + 1;
    for depend in [
        format!("afterok:{itself}"),
        format!("afterok:{plain}[1]"),
        format!("afterok:{array}[2]"),
        format!("afterany:{plain}:{array}[11]"),
        format!("aftercorr:{array}"),
        "afterok:999".to_owned(),
        "singleton:1".to_owned(),
    ] {
        let refused = lab.submit(&submission(&[&format!("-Wdepend={depend}")]));
        assert_eq!(code(refused), Code::BadDependency, "{depend}");
    }
    let depend = format!("-Wdepend=afterok:{plain}");
    let foreign = Submission { caller: caller("grace"), ..submission(&[&depend]) };
    assert_eq!(code(lab.submit(&foreign)), Code::BadDependency);
    assert_eq!(resolve(lab.ports.store.jobs(None, 10, None)).unwrap().items.len(), 2);
}

#[test]
fn a_job_may_wait_for_one_element_p7() {
    let lab = Lab::default();
    let array = lab.running(&["-J1-3", "-lwalltime=1:0:0"]);
    let on = |how: &str, n: u32| {
        lab.queued(&["-linstance_type=c6i.large", &format!("-Wdepend={how}:{array}[{n}]")])
    };
    let (well, badly, any, never) =
        (on("afterok", 2), on("afternotok", 1), on("afterany", 3), on("afterok", 1));
    assert_eq!(waits_for(&lab, well), Some((array, Condition::AfterOk)));
    let said = reason(&lab, well).unwrap().to_string();
    assert_eq!(said, format!("It depends on job {array}[2] (afterok)."));
    let change = |n, end| (ElementIndex(n), lab.now(), Some(end));
    let changes = vec![change(2, End::Exited(0)), change(1, End::Exited(4))];
    lab.say(array, 2, vec![What::Elements(changes)]).unwrap();
    assert_eq!((waits_for(&lab, well), waits_for(&lab, badly)), (None, None));
    assert_eq!(waits_for(&lab, any), Some((array, Condition::AfterAny)), "it has not ended");
    let report = lab.dispatch();
    assert_eq!((report.started, report.dropped), (2, 1));
    assert_eq!(lab.end(never), Some(Code::DependencyFailed));
}

#[test]
fn an_element_that_its_array_never_ran_has_not_ended_well() {
    let lab = Lab::default();
    let array = lab.queued(&["-h", "-J1-3"]);
    let on = |how: &str| lab.queued(&[&format!("-Wdepend={how}:{array}[3]")]);
    let (well, badly) = (on("afterok"), on("afternotok"));
    resolve(soca_app::cancel_job::cancel(lab.ports.mover(), &caller("ada"), array, lab.now())).unwrap();
    assert_eq!(lab.dispatch().dropped, 1);
    assert_eq!((lab.end(well), lab.state(badly)), (Some(Code::DependencyFailed), "provisioning"));
}

#[test]
fn singletons_of_a_name_run_one_after_the_other() {
    let lab = Lab::default();
    let single = ["-Nstep", "-Wdepend=singleton"];
    let first = lab.running(&["-Nstep"]);
    let (second, third) = (lab.queued(&single), lab.queued(&single));
    let other = lab.queued(&["-Nother", "-Wdepend=singleton"]);
    for id in [second, third] {
        assert_eq!(waits_for(&lab, id), Some((first, Condition::Singleton)));
    }
    assert_eq!((lab.dispatch().started, lab.state(other)), (1, "provisioning"));
    over(&lab, first, 2, End::Exited(3));
    assert_eq!((lab.dispatch().started, lab.state(second)), (1, "provisioning"), "however the first ended");
    assert_eq!(waits_for(&lab, third), Some((second, Condition::Singleton)));
    resolve(soca_app::cancel_job::cancel(lab.ports.mover(), &caller("ada"), second, lab.now())).unwrap();
    lab.pass(600);
    assert_eq!((lab.dispatch().started, lab.state(third)), (1, "provisioning"));
}

#[test]
fn a_singleton_waits_for_an_earlier_one_that_is_held_and_passes_other_peoples() {
    let lab = Lab::default();
    let held = lab.queued(&["-h", "-Nstep"]);
    let single = lab.queued(&["-Nstep", "-Wdepend=singleton"]);
    let request = Submission { caller: caller("grace"), ..submission(&["-Nstep", "-Wdepend=singleton"]) };
    let hers = lab.submit(&request).unwrap().job.unwrap().id;
    assert_eq!(waits_for(&lab, single), Some((held, Condition::Singleton)));
    assert_eq!((lab.dispatch().started, lab.state(hers)), (1, "provisioning"));
    // A later job that is no singleton starts, and the singleton does not run beside it.
    let later = lab.queued(&["-Nstep"]);
    assert_eq!(lab.dispatch().started, 1);
    assert_eq!(waits_for(&lab, single), Some((later, Condition::Singleton)));
}

#[test]
fn a_job_has_as_many_attempts_as_it_asks_for() {
    for (asked, state) in [("-lattempts=1", "node_failed"), ("-lattempts=2", "queued")] {
        let lab = Lab::default();
        let id = lab.running(&[asked]);
        lab.cloud.kill(&lab.machines(id)[0].used.instance);
        lab.pass(300);
        assert_eq!(lab.state(id), state, "{asked}");
    }
    for bad in ["-lattempts=0", "-lattempts=11", "-lattempts=many"] {
        assert_eq!(code(Lab::default().submit(&submission(&[bad]))), Code::BadCount, "{bad}");
    }
}

#[test]
fn the_order_has_grace_and_warning_and_a_spot_notice_warns_at_once() {
    let lab = Lab::default();
    let id = lab.starting(&["-lgrace=90", "-lsignal=B:USR1@120", "-lspot_price=auto"]);
    let Some(Order::Run(order)) = lab.say(id, 1, vec![]).unwrap().order else { panic!("it runs") };
    assert_eq!((order.grace, order.end_by), (Duration::from_secs(90), None));
    assert_eq!(order.details.run.policy.warning.unwrap().to_string(), "B:USR1@120");
    lab.say(id, 2, vec![What::Started(lab.now())]).unwrap();
    assert!(lab.say(id, 2, vec![]).unwrap().order.is_none());
    lab.incident(&Incident::SpotWarning(lab.machines(id)[0].used.instance.clone()));
    let order = lab.say(id, 2, vec![]).unwrap().order;
    assert!(matches!(order, Some(Order::Warn(job, _)) if job == id), "{order:?}");
    over(&lab, id, 3, End::Signalled(10));
    let fault = lab.job(id).last_attempt().and_then(|a| a.verdict.clone()).and_then(|v| v.fault()).unwrap();
    assert!(fault.message.contains("which -l signal asks for"), "{fault}");
}

#[test]
fn a_cancel_leaves_a_long_grace_its_time() {
    let lab = Lab::default();
    let id = lab.running(&["-lgrace=300"]);
    resolve(soca_app::cancel_job::cancel(lab.ports.mover(), &caller("ada"), id, lab.now())).unwrap();
    lab.pass(300);
    lab.sweep();
    assert_eq!(lab.state(id), "running");
    lab.pass(100);
    lab.sweep();
    lab.pass(300);
    assert_eq!(lab.state(id), "cancelled", "its agent did not answer");
}

#[test]
fn a_job_that_asked_for_no_warning_gets_none() {
    let lab = Lab::default();
    let id = lab.running(&["-lspot_price=auto"]);
    lab.incident(&Incident::SpotWarning(lab.machines(id)[0].used.instance.clone()));
    assert!(lab.say(id, 1, vec![]).unwrap().order.is_none());
}

/// PBS's date of a moment so many minutes from now.
fn in_minutes(lab: &Lab, minutes: u64) -> String {
    let text = lab.now().plus(Duration::from_secs(minutes * 60)).to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).take(14).collect();
    format!("-ldeadline={}.{}", &digits[..12], &digits[12..])
}

#[test]
fn a_deadline_that_cannot_be_met_is_refused_p11() {
    let lab = Lab::default();
    let by = in_minutes(&lab, 60);
    for options in [vec!["-lwalltime=1:0:0"], vec!["-J1-4", "-lwalltime=0:20:0"]] {
        let options = [options, vec![by.as_str()]].concat();
        assert_eq!(code(lab.submit(&submission(&options))), Code::DeadlineTooSoon);
    }
    assert_eq!(code(lab.submit(&submission(&["-ldeadline=202001010000"]))), Code::DeadlineTooSoon);
    assert_eq!(code(lab.submit(&submission(&["-ldeadline=tomorrow"]))), Code::BadValue);
    assert!(lab.bus.drain().is_empty());
}

#[test]
fn a_job_that_waits_past_its_last_moment_is_dropped_p5_p7() {
    let lab = Lab::default();
    let id = lab.queued(&["-lwalltime=0:30:0", &in_minutes(&lab, 60), "-Wdepend=singleton", "-Nx"]);
    assert_eq!(reason(&lab, id), Some(WaitReason::Next));
    lab.pass(30 * 60 + 1);
    assert!(matches!(reason(&lab, id), Some(WaitReason::TooLate { .. })));
    assert_eq!(lab.dispatch().dropped, 1);
    assert_eq!((lab.state(id), lab.end(id)), ("timed_out", Some(Code::DeadlineMissed)));
}

#[test]
fn a_job_that_runs_at_its_deadline_is_ended_for_it() {
    let lab = Lab::default();
    let id = lab.starting(&[&in_minutes(&lab, 60)]);
    let Some(Order::Run(order)) = lab.say(id, 1, vec![]).unwrap().order else { panic!("it runs") };
    let end_by = order.end_by.unwrap();
    lab.say(id, 2, vec![What::Started(lab.now())]).unwrap();
    lab.pass(u64::try_from(end_by.seconds() - lab.now().seconds()).unwrap() + 1);
    over(&lab, id, 3, End::Walltime);
    assert_eq!((lab.state(id), lab.end(id)), ("timed_out", Some(Code::DeadlineMissed)));
}

#[test]
fn a_job_may_not_cost_more_than_it_says_p11() {
    let lab = Lab::default();
    let two_hours = |cost| code(lab.submit(&submission(&["-lnodes=2", "-lwalltime=2:0:0", cost])));
    // Two c6i.large at $0.085 an hour.
    assert_eq!(two_hours("-lmax_cost=0.33"), Code::OverMaxCost);
    let unknown = submission(&["-linstance_type=t2.micro", "-lmax_cost=5"]);
    assert_eq!(code(lab.submit(&unknown)), Code::OverMaxCost);
    assert_eq!(code(lab.submit(&submission(&["-lmax_cost=-1"]))), Code::BadValue);
    lab.queued(&["-lnodes=2", "-lwalltime=2:0:0", "-lmax_cost=0.34"]);
}

#[test]
fn a_job_is_ended_when_its_money_is_spent_and_does_not_begin_again() {
    let lab = Lab::default();
    let id = lab.starting(&["-lmax_cost=0.085"]);
    let placed = lab.job(id).last_attempt().unwrap().placed_at;
    let Some(Order::Run(order)) = lab.say(id, 1, vec![]).unwrap().order else { panic!("it runs") };
    assert_eq!(order.end_by, Some(placed.plus(Duration::from_secs(3600))));
    lab.say(id, 2, vec![What::Started(lab.now())]).unwrap();
    lab.pass(3600);
    over(&lab, id, 3, End::Walltime);
    assert_eq!((lab.state(id), lab.end(id)), ("timed_out", Some(Code::CostCeiling)));

    let lab = Lab::default();
    let id = lab.running(&["-lmax_cost=0.01"]);
    lab.pass(1200);
    lab.cloud.kill(&lab.machines(id)[0].used.instance);
    lab.pass(300);
    assert!(lab.job(id).cost() > MicroUsd(10_000));
    assert_eq!((lab.state(id), lab.end(id)), ("timed_out", Some(Code::CostCeiling)));
}
