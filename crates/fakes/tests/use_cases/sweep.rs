//! The sweep: what it repairs, one kind after the other, and that it leaves the rest alone.

use crate::lab::{Lab, workflow};
use soca_app::{
    await_nodes::begin_wait,
    infrastructure::{HandleIncident, Incident},
    sweep::Repair,
    transition::Mover,
};
use soca_domain::{Attempt, JobId, StackId};
use soca_fakes::{
    cloud::Temper,
    resolve::resolve,
    store::{Fault, Operation},
};

#[test]
fn a_healthy_cluster_is_left_alone() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    lab.pass(60);
    lab.say(id, 2, vec![]).unwrap();
    assert_eq!(lab.sweep(), []);
}

#[test]
fn an_execution_that_was_never_started_is() {
    let lab = Lab::default();
    let id = lab.queued(&[]);
    // The dispatcher dies between its transaction and the call.
    let nobody = workflow();
    let mover = Mover { workflow: &nobody, ..lab.ports.mover() };
    assert_eq!(lab.dispatch_through(mover).unwrap().started, 1);
    assert_eq!(lab.sweep(), [], "whoever placed it may still be at it");
    lab.pass(30);
    assert_eq!(lab.sweep(), [Repair::Started(lab.stack(id).id)]);
    assert_eq!(lab.sweep(), []);
    lab.pass(150);
    lab.enroll(&lab.machines(id)[0]).unwrap();
    assert_eq!(lab.state(id), "starting");
}

#[test]
fn a_dead_executions_stack_is_torn_down_and_its_job_goes_on() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    let stack = lab.stack(id).id;
    lab.workflow.abort(stack.as_str());
    assert_eq!(lab.sweep(), [Repair::TeardownResumed(stack.clone())]);
    lab.workflow.abort(&format!("{stack}-repair-1"));
    assert_eq!(lab.sweep(), [Repair::TeardownResumed(stack)], "and the repair's repair");
    lab.pass(300);
    assert_eq!(lab.state(id), "queued");
    assert!(lab.cloud.stacks().is_empty());
}

#[test]
fn stacks_and_instances_that_nobody_owns_go_p3() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    let machine = lab.machines(id)[0].clone();
    lab.ends(id, 2, 0);
    lab.pass(300);
    // A function that was frozen for long goes on, and makes the stack anew.
    let plan = soca_app::ports::cloud::StackPlan {
        stack: lab.stack(id).id,
        launch: lab.job(id).launch,
        types: vec![],
        job_name: "late".into(),
        owner: "ada".into(),
        queue: "normal".into(),
        project: None,
        join_token: machine.join_token,
    };
    resolve(lab.ports.stacks.create(&plan)).unwrap();
    lab.cloud.stray(StackId::of(JobId(77), Attempt(1)), "m5.large".parse().unwrap());
    assert_eq!(lab.sweep(), [], "they are young");
    lab.pass(70);
    let repairs = lab.sweep();
    assert!(repairs.contains(&Repair::OrphanStackDeleted(plan.stack)), "{repairs:?}");
    assert!(repairs.contains(&Repair::OrphanInstancesEnded(1)), "{repairs:?}");
    lab.pass(200);
    assert!(lab.cloud.stacks().is_empty());
    assert!(resolve(lab.ports.instances.alive()).unwrap().is_empty());
}

#[test]
fn a_node_whose_end_nobody_told_is_found() {
    let mut lab = Lab::default();
    let id = lab.running(&[]);
    lab.events = false;
    lab.cloud.kill(&lab.machines(id)[0].used.instance);
    lab.pass(60);
    assert_eq!(lab.sweep(), [], "it was silent for a minute only");
    lab.pass(60);
    assert_eq!(lab.sweep(), [Repair::NodeFoundGone(lab.stack(id).id)]);
    lab.pass(300);
    assert_eq!(lab.state(id), "queued");
}

#[test]
fn a_node_that_hangs_is_given_up_after_twenty_minutes() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    lab.pass(19 * 60);
    assert_eq!(lab.sweep(), []);
    lab.pass(120);
    assert_eq!(lab.sweep(), [Repair::NodeFoundGone(lab.stack(id).id)]);
}

#[test]
fn a_stack_that_failed_unheard_is_found() {
    let mut lab = Lab::default();
    lab.events = false;
    lab.cloud.set_temper(Temper { create_fails: 1000, ..Temper::default() });
    let id = lab.launched(&[]);
    assert_eq!(lab.sweep(), [Repair::FailedStackFound(lab.stack(id).id)]);
    lab.pass(300);
    assert_eq!(lab.state(id), "queued");
}

/// A stack whose nodes enrolled while nobody could tell the state machine, which still waits for them.
fn unheard(lab: &Lab) -> JobId {
    let id = lab.launched(&[]);
    let nobody = workflow();
    let mover = Mover { workflow: &nobody, ..lab.ports.mover() };
    let machine = lab.machines(id)[0].clone();
    resolve(soca_app::enroll_node::enroll(mover, &lab.enrollment(&machine), lab.now())).unwrap();
    assert_eq!(waits_in(lab, id), "AwaitNodes");
    id
}

fn waits_in(lab: &Lab, id: JobId) -> String {
    lab.workflow.execution(lab.stack(id).id.as_str()).unwrap().state().to_owned()
}

#[test]
fn a_wait_whose_answer_was_lost_is_answered() {
    let lab = Lab::default();
    let id = unheard(&lab);
    lab.sweep();
    assert_eq!(waits_in(&lab, id), "Monitor");
}

#[test]
fn a_wait_for_what_has_come_already_is_over_at_once() {
    let lab = Lab::default();
    let id = unheard(&lab);
    let (store, workflow, stack) = (&*lab.ports.store, &*lab.ports.workflow, lab.stack(id));
    let waiter = stack.waiter.unwrap();
    resolve(begin_wait(store, workflow, &stack.id, waiter.step, waiter.token, lab.now())).unwrap();
    assert_eq!(waits_in(&lab, id), "Monitor");
}

#[test]
fn a_lost_node_is_not_forgotten_when_noting_it_fails_halfway_p5() {
    let mut lab = Lab::default();
    let id = lab.running(&[]);
    let instance = lab.machines(id)[0].used.instance.clone();
    lab.events = false;
    lab.cloud.kill(&instance);
    lab.pass(1);
    let mut commits = 0;
    lab.store.on_each(move |operation| {
        commits += u32::from(matches!(operation, Operation::Commit(_)));
        if commits > 1 { Fault::UnavailableBefore } else { Fault::None }
    });
    let (store, workflow, instances) = (&*lab.ports.store, &*lab.ports.workflow, &*lab.ports.instances);
    let handle = HandleIncident { store, workflow, instances };
    assert!(resolve(handle.run(&Incident::InstanceGone(instance), lab.now())).is_err());
    lab.store.on_none();
    lab.pass(120);
    lab.sweep();
    lab.pass(300);
    assert_eq!(lab.state(id), "queued");
}
