//! Waiting and starting: limits, holds, dependencies, and the lease on passes.

use crate::lab::{Lab, caller, submission};
use soca_app::{
    Caller,
    explain_job::Reasons,
    hold_job,
    ports::{BusEvent, Write},
    queues,
    submit_job::Submission,
};
use soca_domain::{
    Code, Job, JobId, JobState, QueueName,
    limit::{CounterScope, LimitReached, LimitScope, Measure, Usage},
    queue::QueuePolicy,
    wait::WaitReason,
};
use soca_fakes::{
    resolve::resolve,
    store::{Fault, Operation},
};

fn reason(lab: &Lab, id: JobId) -> Option<WaitReason> {
    let mut reasons = Reasons::new(&*lab.ports.store, &lab.ports.settings, lab.now());
    resolve(reasons.of(&lab.job(id))).unwrap().map(|waiting| waiting.reason)
}

#[test]
fn jobs_start_up_to_the_limit_and_others_know_why_not_p4_p7() {
    let lab = Lab::default();
    let ids: Vec<_> = (0..4).map(|_| lab.queued(&["-lnodes=2"])).collect();
    assert_eq!(reason(&lab, ids[0]), Some(WaitReason::Next));
    assert_eq!(lab.dispatch().started, 3);
    assert_eq!(lab.dispatch().started, 0);
    assert_eq!(
        reason(&lab, ids[3]),
        Some(WaitReason::Limit(std::sync::Arc::new(LimitReached {
            scope: LimitScope::Queue,
            measure: Measure::Instances,
            used: 6,
            asked: 2,
            limit: 6,
        })))
    );
    assert_eq!(reason(&lab, ids[0]), None);
    assert_eq!(lab.workflow.under_way().len(), 3);
}

#[test]
fn a_held_job_waits_for_its_release() {
    let lab = Lab::default();
    let id = lab.queued(&["-h"]);
    assert_eq!((lab.dispatch().started, reason(&lab, id)), (0, Some(WaitReason::Held)));
    let mover = lab.ports.mover();
    resolve(hold_job::release(mover, &caller("ada"), id, lab.now())).unwrap();
    resolve(hold_job::hold(mover, &caller("ada"), id, lab.now())).unwrap();
    resolve(hold_job::release(mover, &caller("ada"), id, lab.now())).unwrap();
    assert_eq!(lab.dispatch().started, 1);
}

#[test]
fn a_dependency_that_failed_drops_the_job_and_is_its_reason_p7() {
    let lab = Lab::default();
    let first = lab.queued(&["-h"]);
    let then = lab.queued(&[&format!("-Wdepend=afterok:{first}")]);
    let depends = |reason| matches!(reason, Some(WaitReason::Dependency { on }) if on.job == first);
    assert!(depends(reason(&lab, then)));
    resolve(soca_app::cancel_job::cancel(lab.ports.mover(), &caller("ada"), first, lab.now())).unwrap();
    assert!(depends(reason(&lab, then)), "the next pass does not start it");
    assert_eq!(lab.dispatch().dropped, 1);
    assert_eq!((lab.state(then), lab.end(then)), ("cancelled", Some(Code::DependencyFailed)));
}

#[test]
fn what_has_started_once_has_started() {
    let lab = Lab::default();
    let first = lab.running(&[]);
    let then = lab.queued(&[&format!("-Wdepend=after:{first}")]);
    lab.cloud.kill(&lab.machines(first)[0].used.instance);
    lab.pass(200);
    assert_eq!(lab.state(first), "queued", "its node was lost");
    assert_eq!(reason(&lab, then), Some(WaitReason::Next));
}

#[test]
fn a_pass_that_fails_lets_the_lease_go() {
    let lab = Lab::default();
    lab.queued(&[]);
    let mut failed = false;
    lab.store.on_each(move |operation| match operation {
        Operation::Read("queue_heads") if !std::mem::replace(&mut failed, true) => Fault::UnavailableBefore,
        _ => Fault::None,
    });
    assert!(lab.dispatch_through(lab.ports.mover()).is_err());
    assert_eq!(lab.dispatch().started, 1, "at once, not when the lease has run out");
}

#[test]
fn a_job_that_is_held_for_ever_is_dropped_p5() {
    let lab = Lab::default();
    let id = lab.queued(&["-h"]);
    lab.pass(90 * 24 * 3600);
    assert!(lab.sweep().is_empty());
    lab.pass(60);
    assert_eq!(lab.sweep(), [soca_app::sweep::Repair::HeldJobDropped(id)]);
    assert_eq!(lab.end(id), Some(Code::WaitedTooLong));
}

#[test]
fn a_job_that_was_taken_in_while_its_queue_was_removed_still_runs_p1_p5() {
    let lab = Lab::default();
    let (store, settings) = (&*lab.ports.store, &lab.ports.settings);
    let test: QueueName = "test".parse().unwrap();
    let admin = Caller { admin: true, ..caller("root") };
    // The job passes its checks, then the queue is found empty and removed, then the job is written.
    let early = lab.queued(&["-h", "-qtest"]);
    resolve(soca_app::cancel_job::cancel(lab.ports.mover(), &caller("ada"), early, lab.now())).unwrap();
    resolve(queues::remove(store, settings, &admin, &test)).unwrap();
    let job = Job { id: JobId(77), version: 0, ..lab.job(early) };
    let queued = Job { state: JobState::Queued { since: lab.now(), not_before: None }, ..job };
    resolve(store.commit(vec![Write::CreateJob(queued)])).unwrap();
    assert_eq!(lab.dispatch().started, 1);
    assert_eq!(lab.state(JobId(77)), "provisioning");
    // Nobody else gets in, nobody sees it, and it can be made again.
    let refused = lab.submit(&submission(&["-qtest"])).unwrap_err().fault();
    assert_eq!(refused.code, Code::UnknownQueue);
    let open = resolve(queues::open(store, settings)).unwrap();
    assert_eq!(open.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>(), ["normal"]);
    let again = QueuePolicy::open(test, "Made again.");
    resolve(queues::put(&lab.ports.mover(), settings, &admin, &again)).unwrap();
    assert_eq!(resolve(queues::open(store, settings)).unwrap().len(), 2);
}

#[test]
fn raised_limits_and_group_limits_are_the_queues_own_p4() {
    let lab = Lab::default();
    let (store, settings) = (&*lab.ports.store, &lab.ports.settings);
    let admin = Caller { admin: true, ..caller("root") };
    let mut normal = resolve(queues::load(store, settings)).unwrap().remove(0);
    normal.per_user.jobs = Some(1);
    resolve(queues::put(&lab.ports.mover(), settings, &admin, &normal)).unwrap();
    let [first, second] = [lab.queued(&[]), lab.queued(&[])];
    assert_eq!(lab.dispatch().started, 1);
    assert_eq!(reason(&lab, second).map(|reason| reason.code()), Some("USER_JOB_LIMIT"));
    // A limit that is lifted meanwhile leaves no counter wrong: what was counted is given back.
    normal.per_user.jobs = None;
    let _ = lab.bus.drain();
    resolve(queues::put(&lab.ports.mover(), settings, &admin, &normal)).unwrap();
    let wakes = BusEvent::RulesChanged { kind: "queue", name: "normal".into() };
    assert_eq!(lab.bus.drain(), [wakes], "jobs that may start now need not wait for the minute");
    assert_eq!(lab.dispatch().started, 1);
    for id in [first, second] {
        let _ = resolve(soca_app::cancel_job::cancel(lab.ports.mover(), &caller("ada"), id, lab.now()));
    }
    lab.pass(3_600);
    let of_user = CounterScope::User("normal".parse().unwrap(), "ada".parse().unwrap());
    assert_eq!(resolve(store.usage(&of_user)).unwrap(), Usage::default());
}

#[test]
fn a_job_behind_many_of_its_owners_is_told_so_p7() {
    let lab = Lab::default();
    let ids: Vec<_> = (0..45).map(|_| lab.queued(&[])).collect();
    let others = lab.submit(&Submission { caller: caller("grace"), ..submission(&[]) });
    let others = others.unwrap().job.unwrap().id;
    assert_eq!(lab.dispatch().started, 4);
    // Forty of ada's are looked at, of those that still wait; grace's is not hidden by them.
    assert_eq!(reason(&lab, ids[4 + 40]), Some(WaitReason::InLine { ahead: 40 }));
    for id in [ids[4], others] {
        assert_eq!(reason(&lab, id).map(|reason| reason.code()), Some("QUEUE_JOB_LIMIT"));
    }
}
