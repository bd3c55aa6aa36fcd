//! What nodes may and may not do, and that repetitions change nothing.

use crate::lab::{Lab, code};
use soca_app::{
    enroll_node::enroll,
    sync_node::{End, Order, Report, What},
};
use soca_domain::{Attempt, Code, ElementIndex, JobId, NodeIndex, element::ElementCounts};
use soca_fakes::resolve::resolve;

#[test]
fn only_its_own_nodes_join_a_stack_p9() {
    let lab = Lab::default();
    let id = lab.launched(&["-lnodes=2"]);
    let machine = &lab.machines(id)[0];
    let mut foreign = lab.enrollment(machine);
    foreign.join_token = "guess".into();
    assert_eq!(code(resolve(enroll(lab.ports.mover(), &foreign, lab.now()))), Code::JoinTokenInvalid);
    foreign.stack = "job-99-1".parse().unwrap();
    assert_eq!(code(resolve(enroll(lab.ports.mover(), &foreign, lab.now()))), Code::JoinTokenInvalid);
    assert_eq!(lab.enroll(machine).unwrap(), NodeIndex(0));
    assert_eq!(lab.enroll(machine).unwrap(), NodeIndex(0), "the answer may have been lost");
    let mut thief = lab.enrollment(machine);
    thief.session_token = "another".into();
    assert_eq!(code(resolve(enroll(lab.ports.mover(), &thief, lab.now()))), Code::JoinTokenUsed);
}

#[test]
fn a_stack_takes_as_many_nodes_as_it_asked_for() {
    let lab = Lab::default();
    let id = lab.starting(&[]);
    let mut third = lab.enrollment(&lab.machines(id)[0]);
    third.instance = "i-0123".parse().unwrap();
    assert_eq!(code(resolve(enroll(lab.ports.mover(), &third, lab.now()))), Code::JoinTokenUsed);
}

#[test]
fn a_join_token_has_its_time_but_its_node_may_ask_again() {
    let lab = Lab::default();
    let id = lab.launched(&["-lnodes=2"]);
    let machines = lab.machines(id);
    lab.enroll(&machines[0]).unwrap();
    lab.clock.advance(lab.ports.settings.boot_deadline);
    assert_eq!(code(lab.enroll(&machines[1])), Code::JoinTokenExpired);
    assert_eq!(lab.enroll(&machines[0]).unwrap(), NodeIndex(0));
}

#[test]
fn the_last_node_starts_the_job_and_the_first_gets_the_order() {
    let lab = Lab::default();
    let id = lab.launched(&["-lnodes=2"]);
    let machines = lab.machines(id);
    lab.enroll(&machines[0]).unwrap();
    assert_eq!(lab.state(id), "provisioning");
    lab.enroll(&machines[1]).unwrap();
    assert_eq!(lab.state(id), "starting");
    let order = |n: usize| lab.sync(&lab.message(&machines[n], 0, vec![])).unwrap().order;
    let Some(Order::Run(run)) = order(0) else { panic!("no order") };
    assert_eq!((run.job, run.attempt, run.hosts.len()), (id, Attempt(1), 2));
    assert!(matches!(order(1), Some(Order::Serve(_))));
}

#[test]
fn a_node_that_is_not_known_may_not_sync_p9() {
    let lab = Lab::default();
    let id = lab.starting(&[]);
    let mut sync = lab.message(&lab.machines(id)[0], 0, vec![]);
    sync.session_token = "guess".into();
    assert_eq!(code(lab.sync(&sync)), Code::NodeSessionInvalid);
    sync.instance = "i-0123".parse().unwrap();
    assert_eq!(code(lab.sync(&sync)), Code::NodeSessionInvalid);
}

#[test]
fn a_node_reports_on_its_own_work_only_p9() {
    let lab = Lab::default();
    let (id, other) = (lab.starting(&["-lnodes=2"]), lab.queued(&[]));
    let machines = lab.machines(id);
    let started = |job: JobId, attempt| vec![Report { job, attempt, what: What::Started(lab.now()) }];
    let say = |n: usize, reports| lab.sync(&lab.message(&machines[n], 1, reports));
    assert_eq!(code(say(0, started(other, Attempt(1)))), Code::NotYourWork);
    assert_eq!(code(say(0, started(id, Attempt(2)))), Code::NotYourWork);
    assert_eq!(code(say(1, started(id, Attempt(1)))), Code::NotYourWork, "it is not the first node");
    assert_eq!(lab.state(id), "starting");
}

#[test]
fn repeated_reports_change_nothing_and_older_ones_are_refused_p6() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    let text = |offset| What::Output { element: None, stderr: false, offset, bytes: b"hello\n".to_vec() };
    assert_eq!(lab.say(id, 2, vec![text(0)]).unwrap().acknowledged, 2);
    let before = lab.job(id);
    lab.say(id, 2, vec![text(0)]).unwrap();
    lab.say(id, 3, vec![text(0), What::Started(lab.now())]).unwrap();
    assert_eq!(lab.job(id), before);
    let piece = crate::output::read(&lab, id, 0);
    assert_eq!(piece.bytes, b"hello\n");
    assert_eq!(code(lab.say(id, 1, vec![])), Code::StaleSequence);
    assert_eq!(code(lab.say(id, 4, vec![text(100)])), Code::BadBody, "output has no gaps");
}

#[test]
fn late_news_of_an_attempt_does_not_touch_the_next_p2() {
    let lab = Lab::default();
    let id = lab.running(&["-J1-4"]);
    let late = lab.machines(id)[0].clone();
    lab.cloud.kill(&late.used.instance);
    lab.pass(300);
    lab.dispatch();
    lab.pass(150);
    lab.enroll(&lab.machines(id)[0]).unwrap();
    lab.say(id, 1, vec![What::Started(lab.now())]).unwrap();
    let before = lab.job(id);
    assert_eq!((before.attempt(), before.state.name()), (Attempt(2), "running"));
    let report = |what| Report { job: id, attempt: Attempt(1), what };
    let ended = What::Elements(vec![(ElementIndex(2), lab.now(), Some(End::Exited(0)))]);
    let reports = vec![report(ended), report(What::Finished(lab.now(), End::Exited(0)))];
    lab.sync(&lab.message(&late, 9, reports)).unwrap();
    assert_eq!(lab.job(id), before);
    assert!(resolve(lab.ports.store.elements(id)).unwrap().is_empty());
}

#[test]
fn an_array_goes_on_where_it_was_p2() {
    let lab = Lab::default();
    let id = lab.running(&["-J1-4"]);
    let change = |n, end: Option<i32>| (ElementIndex(n), lab.now(), end.map(End::Exited));
    let changes =
        vec![change(1, None), change(1, Some(0)), change(2, None), change(3, None), change(3, Some(5))];
    lab.say(id, 2, vec![What::Elements(changes)]).unwrap();
    lab.cloud.kill(&lab.machines(id)[0].used.instance);
    lab.pass(300);
    lab.dispatch();
    lab.pass(150);
    lab.enroll(&lab.machines(id)[0]).unwrap();
    let Some(Order::Run(run)) = lab.say(id, 0, vec![]).unwrap().order else { panic!("no order") };
    assert_eq!(run.array, Some((vec![[2, 2, 1], [4, 4, 1]], 2)));
    let changes = vec![change(2, Some(0)), change(4, Some(0))];
    let finished = What::Finished(lab.now(), End::Exited(0));
    lab.say(id, 1, vec![What::Started(lab.now()), What::Elements(changes), finished]).unwrap();
    lab.pass(300);
    assert_eq!((lab.state(id), lab.end(id)), ("failed", Some(Code::ScriptFailed)), "element 3 had failed");
    let counts =
        ElementCounts::of(&lab.job(id).array.unwrap(), &resolve(lab.ports.store.elements(id)).unwrap());
    assert_eq!((counts.completed, counts.failed), (3, 1));
}

#[test]
fn a_node_of_a_stack_that_goes_is_sent_away() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    lab.ends(id, 2, 0);
    assert!(matches!(lab.say(id, 2, vec![]).unwrap().order, Some(Order::Shutdown)));
}
