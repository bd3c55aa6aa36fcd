//! Every pair of a job's state and an event, as a golden table: what the job becomes and what has to be done, that
//! nothing changes, or with which code it is refused.
#![allow(clippy::unwrap_used, reason = "a test")]

use soca_domain::{
    Attempt, Code, Fault, Job, JobId, JobState, MicroUsd, StackId, Timestamp,
    job::{AttemptRecord, RunSpec, ScriptRef},
    job_state::{Change, Effect, Event, apply},
    ladder::Rung,
    launch::LaunchSpec,
    limit::Need,
    policy::Policy,
    pool::Market,
    request::{Join, Resources},
    verdict::{Outcome, Verdict},
};

const THEN: Timestamp = Timestamp(1_000);
const NOW: Timestamp = Timestamp(2_000);

fn stack() -> StackId {
    StackId::of(JobId(7), Attempt(1))
}

fn lost() -> Verdict {
    Verdict::Fault { fault: Fault::new(Code::NodeLost, "A node was lost.", "It is tried again.") }
}

/// The states, those that behave differently by what they hold more than once.
fn states() -> Vec<(&'static str, JobState)> {
    let (stack, since) = (stack(), THEN);
    let completing =
        |verdict| JobState::Completing { stack: StackId::of(JobId(7), Attempt(1)), since: THEN, verdict };
    let exited = Verdict::Exited { status: 0 };
    vec![
        ("held", JobState::Held { since }),
        ("queued", JobState::Queued { since, not_before: None }),
        ("provisioning", JobState::Provisioning { stack: stack.clone(), since }),
        ("starting", JobState::Starting { stack: stack.clone(), since }),
        ("running", JobState::Running { stack, since }),
        ("completing, exited", completing(exited.clone())),
        ("completing, node lost", completing(lost())),
        ("ended", JobState::Ended { at: THEN, outcome: Outcome::Completed, verdict: exited }),
    ]
}

fn events() -> Vec<Event> {
    vec![
        Event::Hold,
        Event::Release,
        Event::Place {
            stack: StackId::of(JobId(7), Attempt(2)),
            rung: Rung { types: vec!["c6i.large".parse().unwrap()], market: Market::OnDemand },
        },
        Event::NodesReady,
        Event::Started,
        Event::Finish(Verdict::Exited { status: 3 }),
        Event::Finish(lost()),
        Event::Cancel { by: "ada".parse().unwrap() },
        Event::Stop(Fault::new(Code::BudgetSpent, "It is spent.", "Ask for more.")),
        Event::Drop(Fault::new(Code::DependencyFailed, "It failed.", "Mend it.")),
        Event::Settle {
            cost: Some(MicroUsd(5)),
            instance_type: None,
            rung: None,
            retry_at: Timestamp(9_000),
        },
    ]
}

fn job(state: JobState) -> Job {
    let started =
        matches!(state, JobState::Running { .. } | JobState::Completing { .. } | JobState::Ended { .. });
    let attempt = AttemptRecord {
        attempt: Attempt(1),
        stack: stack(),
        placed_at: THEN,
        started_at: started.then_some(THEN),
        ended_at: None,
        verdict: None,
        instance_type: None,
        rung: None,
        cost: None,
    };
    let types = vec!["c6i.large".parse().unwrap()];
    let asked = Resources { instance_types: types, ..Resources::default() };
    Job {
        id: JobId(7),
        version: 3,
        owner: "ada".parse().unwrap(),
        name: "sim".parse().unwrap(),
        queue: "normal".parse().unwrap(),
        project: None,
        groups: vec![],
        priority: 0,
        need: Need::default(),
        launch: LaunchSpec::resolve(&asked, &Resources::default()).unwrap(),
        run: RunSpec {
            script: ScriptRef::Inline("true\n".into()),
            shell: None,
            workdir: "/data".into(),
            stdout: None,
            stderr: None,
            join: Join::Separate,
            environment: vec![],
            submit_host: "here".into(),
            rerunnable: true,
            policy: Policy::default(),
        },
        array: None,
        depend: vec![],
        begin_at: None,
        submitted_at: THEN,
        attempts: if state.is_waiting() { vec![] } else { vec![attempt] },
        cancel: None,
        state,
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::WakeDispatcher => "wake dispatcher".into(),
        Effect::TellStack(stack) => format!("tell {stack}"),
        Effect::AnnounceEnd(outcome) => format!("announce {}", outcome.as_str()),
    }
}

fn cell(was: &Job, event: Event) -> String {
    match apply(was, event, NOW) {
        Err(refused) => format!("refused: {}", refused.code),
        Ok(Change::Nothing) => "nothing".into(),
        Ok(Change::To(next, effects)) => {
            let mut words = vec![next.state.name().to_owned()];
            if next.cancel != was.cancel {
                words.push("cancel noted".into());
            }
            if next.attempts.len() > was.attempts.len() {
                words.push(format!("attempt {}", next.attempt()));
            }
            words.extend(effects.iter().map(effect));
            words.join(", ")
        }
    }
}

fn name(event: &Event) -> String {
    match event {
        Event::Finish(verdict) if *verdict == lost() => "finish, node lost".into(),
        other => other.name().into(),
    }
}

#[test]
fn every_event_has_an_answer_in_every_state_p2_p6() {
    let mut table = String::new();
    for (state_name, state) in states() {
        table += &format!("{state_name}\n");
        for event in events() {
            table += &format!("  {:<18} {}\n", name(&event), cell(&job(state.clone()), event));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_final_state_is_never_left_p2() {
    let (_, ended) = states().pop().unwrap();
    for event in events() {
        let answer = apply(&job(ended.clone()), event, NOW);
        assert!(!matches!(answer, Ok(Change::To(..))), "{answer:?}");
    }
}

#[test]
fn an_event_again_changes_nothing_or_is_refused_p6() {
    for (_, state) in states() {
        for event in events() {
            let Ok(Change::To(next, _)) = apply(&job(state.clone()), event.clone(), NOW) else { continue };
            let again = apply(&next, event.clone(), NOW);
            assert!(
                !matches!(again, Ok(Change::To(..))),
                "{} in {}: {again:?}",
                event.name(),
                next.state.name()
            );
        }
    }
}

#[test]
fn a_script_that_must_not_run_twice_counts_as_started_once_it_may_have_been() {
    let mut starting = job(JobState::Starting { stack: stack(), since: THEN });
    starting.run.rerunnable = false;
    let Ok(Change::To(next, _)) = apply(&starting, Event::Finish(lost()), NOW) else { panic!("refused") };
    assert!(!next.may_rerun());
    starting.run.rerunnable = true;
    let Ok(Change::To(next, _)) = apply(&starting, Event::Finish(lost()), NOW) else { panic!("refused") };
    assert!(next.may_rerun() && next.started_at().is_none());
}
