//! What must hold in the small world, under any luck.

use super::super::{Effect, Input, STREAMS};
use super::plane::Plane;
use super::{Core, World};
use crate::core::Journal;
use crate::keys::{RunKey, UnitKey};
use proptest::prelude::*;
use soca_wire::agent::{ArrayDirective, Directive, End, SyncReply};
use std::collections::BTreeSet;

const PLAIN: RunKey = RunKey { job: 1, attempt: 1 };
const ARRAY: RunKey = RunKey { job: 2, attempt: 1 };

#[derive(Clone, Debug)]
enum Luck {
    Tick(u64),
    Deliver { lost: bool },
    Work { pick: usize, bytes: u64 },
    End { pick: usize, status: i32 },
    DieIn(usize),
    Cancel(RunKey),
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        4 => (0u64..3000).prop_map(Luck::Tick),
        4 => any::<bool>().prop_map(|lost| Luck::Deliver { lost }),
        4 => (0usize..8, 0u64..600_000).prop_map(|(pick, bytes)| Luck::Work { pick, bytes }),
        3 => (0usize..8, 0i32..3).prop_map(|(pick, status)| Luck::End { pick, status }),
        2 => (0usize..4).prop_map(Luck::DieIn),
        1 => prop_oneof![9 => Just(PLAIN), 1 => Just(ARRAY)].prop_map(Luck::Cancel),
    ]
}

fn meet(world: &mut World, luck: Luck) {
    match luck {
        Luck::Tick(wait) => world.tick(wait),
        Luck::Deliver { lost } => world.deliver(lost),
        Luck::Work { pick, bytes } => world.work(pick, bytes),
        Luck::End { pick, status } => world.end(pick, status),
        Luck::DieIn(things) => world.dies_in = Some(things),
        Luck::Cancel(run) => {
            world.plane.cancelled.insert(run);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn everything_is_told_once_and_nothing_runs_twice_p2_p6(
        lucks in proptest::collection::vec(luck(), 0..120),
        limit in 1u32..4,
        last in 0u32..12,
    ) {
        let array = ArrayDirective { ranges: vec![[0, last, 2], [20, 22, 1]], limit };
        let elements = BTreeSet::from_iter((0..=last).step_by(2).chain(20..=22));
        let mut world = World::new(Plane::with([(PLAIN, None), (ARRAY, Some(array))]));
        for luck in lucks {
            meet(&mut world, luck);
        }
        // From here on all goes well, and all must come to its end.
        world.dies_in = None;
        for round in 0..400 {
            world.tick(31_000);
            world.deliver(false);
            world.work(round, 10);
            world.end(round, 0);
            world.tell_ends();
        }
        prop_assert!(world.plane.is_done(), "{:?}", world.core);
        prop_assert!(world.most_at_once <= limit as usize + 1);
        let ended: BTreeSet<_> = world.plane.ended.keys().filter_map(|unit| unit.element).collect();
        // A cancel may come before the job itself: then the agent never hears of its elements.
        let unheard = world.plane.cancelled.contains(&ARRAY) && world.scripts.keys().all(|unit| unit.run != ARRAY);
        prop_assert_eq!(ended, if unheard { BTreeSet::new() } else { elements });
        for (unit, script) in &world.scripts {
            for (place, stream) in STREAMS.into_iter().enumerate() {
                let told = world.plane.output.get(&(*unit, stream)).copied().unwrap_or_default();
                prop_assert_eq!(told, script.view.spooled[place], "all output of {}", unit);
            }
            let end = match unit.element {
                None => world.plane.finished.get(&unit.run),
                Some(_) => world.plane.ended.get(unit),
            };
            prop_assert_eq!(end, script.ended.as_ref().map(|ended| &ended.end));
        }
    }
}

fn reply(directives: Vec<Directive>) -> Input {
    Input::Reply(SyncReply { acknowledged: 0, directives, interval_ms: 1000 })
}

#[test]
fn a_job_cancelled_before_it_came_ends_and_never_begins() {
    let mut world = World::new(Plane::with([(PLAIN, None)]));
    world.plane.cancelled.insert(PLAIN);
    for _ in 0..3 {
        world.tick(10_000);
        world.deliver(false);
    }
    assert_eq!(world.plane.finished.get(&PLAIN), Some(&End::Cancelled));
    assert!(world.scripts.is_empty());
    world.feed(reply(vec![Directive::Run(Box::new(super::directive(PLAIN, None)))]));
    assert!(world.scripts.is_empty(), "P2: it had ended");
}

#[test]
fn an_agent_without_its_journal_finds_the_number_again_p6() {
    let mut world = World::new(Plane::with([(PLAIN, None)]));
    for _ in 0..9 {
        world.tick(10_000);
        world.deliver(false);
        world.work(0, 10);
    }
    let known = world.core.journal().acknowledged;
    world.saved = Journal::default();
    world.plane = Plane::with([]);
    for sequence in 1..=known {
        world.plane.sync(sequence, Vec::new());
    }
    world.restart();
    for _ in 0..30 {
        world.tick(40_000);
        world.deliver(false);
    }
    assert!(world.plane.started.contains(&PLAIN), "{:?}", world.core);
}

#[test]
fn an_order_to_shut_down_ends_scripts_and_then_the_agent() {
    let (mut core, _) = Core::new(Journal::default(), BTreeSet::new(), 0);
    core.step(0, 0, Input::Tick);
    core.step(1, 1, Input::Prepared { run: PLAIN, array: None, failure: None });
    let unit = UnitKey { run: PLAIN, element: None };
    let effects = core.step(2, 2, reply(vec![Directive::Shutdown]));
    assert_eq!(effects, [Effect::Stop(unit, super::super::Manner::AtOnce)]);
    let ended = super::Ended { at_ms: 3, end: End::Cancelled };
    let effects = core.step(3, 3, Input::Gone { unit, view: super::View::default(), ended });
    assert_eq!(effects, [Effect::Exit]);
    assert_eq!(core.due(), None);
}
