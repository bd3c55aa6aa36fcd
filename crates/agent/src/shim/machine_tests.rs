//! What the supervisor's decisions are, event by event.

use super::*;
use proptest::prelude::*;

fn fault() -> Fault {
    Fault { code: crate::fault::Code::DiskFull, message: "full".into() }
}

#[test]
fn a_script_that_ends_is_swept_after() {
    let mut machine = Machine::new(0, None, 30, None);
    assert_eq!(machine.due(), None);
    assert_eq!(machine.step(5, Event::ScriptEnded(Outcome::Exited(3))), Some(Action::TerminateAll));
    assert_eq!(machine.due(), Some(5 + SWEEP_GRACE_MS));
    assert_eq!(machine.step(6, Event::NoneLeft), None);
    assert!(machine.is_over());
    assert_eq!(machine.end(), End::Exited { status: 3 });
}

#[test]
fn the_walltime_is_term_grace_kill_and_kill_again() {
    let mut machine = Machine::new(0, Some(1000), 2, None);
    assert_eq!(machine.step(999, Event::Tick), None);
    assert_eq!(machine.step(1000, Event::Tick), Some(Action::TerminateGroup));
    assert_eq!(machine.step(2999, Event::Tick), None);
    assert_eq!(machine.step(3000, Event::Tick), Some(Action::KillAll));
    assert_eq!(machine.step(3020, Event::Tick), Some(Action::KillAll));
    assert_eq!(machine.step(3030, Event::ScriptEnded(Outcome::Signalled(9))), None);
    assert_eq!(machine.step(3030, Event::NoneLeft), None);
    assert_eq!(machine.end(), End::Walltime);
}

#[test]
fn a_script_is_warned_once_before_its_walltime() {
    let mut machine = Machine::new(0, Some(5000), 2, Some(2000));
    assert_eq!(machine.due(), Some(3000));
    assert_eq!(machine.step(2999, Event::Tick), None);
    assert_eq!(machine.step(3000, Event::Tick), Some(Action::Warn));
    assert_eq!((machine.step(3001, Event::Warn), machine.due()), (None, Some(5000)));
    assert_eq!(machine.step(5000, Event::Tick), Some(Action::TerminateGroup));
}

#[test]
fn a_warning_on_request_is_for_a_script_that_runs_and_asked_for_one() {
    let mut machine = Machine::new(0, None, 2, Some(2000));
    assert_eq!([machine.step(7, Event::Warn), machine.step(8, Event::Warn)], [Some(Action::Warn), None]);
    assert_eq!(Machine::new(0, Some(5000), 2, None).step(7, Event::Warn), None);
    let mut machine = Machine::new(0, Some(5000), 2, Some(2000));
    machine.step(7, Event::Cancel);
    assert_eq!(machine.step(3000, Event::Warn), None, "it is being ended already");
    let mut machine = Machine::new(9, Some(1000), 2, Some(2000));
    assert_eq!(machine.due(), Some(9), "no earlier than its start");
    assert_eq!(machine.step(9, Event::Tick), Some(Action::Warn));
}

#[test]
fn the_first_reason_counts() {
    let mut machine = Machine::new(0, Some(1000), 2, None);
    machine.step(10, Event::Cancel);
    assert_eq!(machine.step(11, Event::Cancel), None);
    machine.step(20, Event::Broken(fault()));
    assert_eq!(machine.end(), End::Cancelled);
}

#[test]
fn a_cancel_after_the_end_changes_nothing() {
    let mut machine = Machine::new(0, None, 2, None);
    machine.step(10, Event::ScriptEnded(Outcome::Exited(0)));
    assert_eq!(machine.step(11, Event::Cancel), None);
    assert_eq!(machine.end(), End::Exited { status: 0 });
}

#[test]
fn lost_output_spoils_a_good_end() {
    let mut machine = Machine::new(0, None, 2, None);
    machine.step(10, Event::ScriptEnded(Outcome::Exited(0)));
    machine.step(11, Event::NoneLeft);
    machine.step(12, Event::Broken(fault()));
    assert_eq!(machine.end(), fault().into_end());
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::ScriptEnded(Outcome::Exited(0))),
        Just(Event::Cancel),
        Just(Event::Kill),
        Just(Event::Warn),
        Just(Event::Broken(fault())),
        Just(Event::Tick),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_script_told_to_end_is_killed_in_bounded_time(
        events in proptest::collection::vec((0u64..3000, event()), 1..30),
        grace in 0u64..5,
        warn in proptest::option::of(0u64..90_000),
    ) {
        let mut machine = Machine::new(0, Some(60_000), grace, warn);
        let mut now = 0;
        for (wait, event) in events {
            now += wait;
            machine.step(now, event);
        }
        let deadline = 60_000u64.max(now) + grace * 1000 + SWEEP_GRACE_MS + 1;
        let mut killed = matches!(machine.phase, Phase::Killing { .. });
        while !killed {
            let due = machine.due();
            prop_assert!(due.is_some(), "somebody must act");
            now = now.max(due.unwrap_or_default());
            prop_assert!(now <= deadline);
            killed = machine.step(now, Event::Tick) == Some(Action::KillAll);
        }
    }
}
