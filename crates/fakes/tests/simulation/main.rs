//! Deterministic simulation of the whole control plane: submit, events, dispatch, state machine, CloudFormation and
//! EC2, agents, settle, with functions that run side by side and die anywhere, calls that fail before or after their
//! effect, events and messages that are lost, late or twice, and a cloud with bad weather. Then it grows calm, and the
//! promises must hold.
//!
//! `SOCA_SIM_SEED=n` runs one seed and prints its story; `SOCA_SIM_SEEDS=n` runs so many.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "the modules of one test")]

mod aftermath;
mod agent;
mod call;
mod chaos;
mod ledger;
mod nodes;
mod plane;
mod promises;
mod strokes;
mod users;
mod world;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};
use world::World;

const SEEDS: u64 = 1000;
/// Lines of a story that are shown.
const SHOWN: usize = 400;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Runs one seed; its counts, or what was broken.
fn run(seed: u64, tell: bool) -> Result<World, Box<World>> {
    let mut world = World::new(seed, tell);
    world.run();
    if world.ledger.broken.is_empty() { Ok(world) } else { Err(Box::new(world)) }
}

/// Runs seeds on all processors; the lowest that broke something, and all counts.
fn run_all(seeds: u64) -> (Option<u64>, BTreeMap<String, u64>) {
    let (next, worst) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    let work = || {
        let mut counts = BTreeMap::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds || worst.load(Ordering::Relaxed) < seed {
                return counts;
            }
            match run(seed, false) {
                Ok(world) => {
                    for (what, count) in world.ledger.counts {
                        *counts.entry(what).or_insert(0) += count;
                    }
                }
                Err(_) => drop(worst.fetch_min(seed, Ordering::Relaxed)),
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = BTreeMap::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            for (what, count) in worker.join().expect("a world that does not panic") {
                *all.entry(what).or_insert(0) += count;
            }
        }
    });
    (Some(worst.into_inner()).filter(|seed| *seed < u64::MAX), all)
}

fn tell_and_fail(seed: u64) {
    let Err(world) = run(seed, true) else {
        panic!("seed {seed} broke something, and then not: not deterministic")
    };
    let story = &world.ledger.story;
    for line in &story[story.len().saturating_sub(SHOWN)..] {
        println!("{line}");
    }
    panic!("seed {seed}: {:#?}", world.ledger.broken);
}

#[test]
fn promises_hold_whatever_goes_wrong_p1_p2_p3_p4_p5_p6_p7() {
    if let Some(seed) = number("SOCA_SIM_SEED") {
        let Ok(world) = run(seed, true) else { return tell_and_fail(seed) };
        println!("{}\n{:#?}", world.ledger.story.join("\n"), world.ledger.counts);
        return;
    }
    let seeds = number("SOCA_SIM_SEEDS").unwrap_or(SEEDS);
    let (broken, counts) = run_all(seeds);
    if let Some(seed) = broken {
        tell_and_fail(seed);
    }
    println!("{counts:#?}");
    if seeds >= SEEDS {
        everything_happened(&counts);
    }
}

/// The luck of the seeds reaches everything that the promises are about.
fn everything_happened(counts: &BTreeMap<String, u64>) {
    for what in MUST_HAPPEN {
        assert!(counts.contains_key(*what), "no seed reached: {what}");
    }
}

const MUST_HAPPEN: &[&str] = &[
    "a function died",
    "a message came twice",
    "a message was lost",
    "an agent hung",
    "an agent was refused with JOIN_TOKEN_EXPIRED",
    "an agent was refused with JOIN_TOKEN_USED",
    "an agent was restarted",
    "an answer was lost",
    "an event came twice",
    "an event was lost",
    "an execution was aborted",
    "an incident was given up",
    "attempts 3",
    "ended by BOOT_TIMEOUT",
    "ended by CANCELLED_BY_USER",
    "ended by CAPACITY_UNAVAILABLE",
    "ended by DEPENDENCY_FAILED",
    "ended by DRY_RUN_REFUSED",
    "ended by NODE_LOST",
    "ended by QUOTA_IN_USE",
    "ended by SCRIPT_FAILED",
    "ended by STACK_FAILED",
    "ended by WALLTIME_EXCEEDED",
    "outcome cancelled",
    "outcome completed",
    "outcome failed",
    "outcome node_failed",
    "outcome timed_out",
    "repair FailedStackFound",
    "repair NodeFoundGone",
    "repair OrphanInstancesEnded",
    "repair OrphanStackDeleted",
    "repair Started",
    "repair TeardownResumed",
    "waited for BEGINS_LATER",
    "waited for BEHIND",
    "waited for DEPENDENCY",
    "waited for HELD",
    "waited for NEXT",
    "waited for GROUP_VCPU_LIMIT",
    "waited for PROJECT_INSTANCE_LIMIT",
    "waited for QUEUE_INSTANCE_LIMIT",
    "waited for QUEUE_JOB_LIMIT",
    "waited for RETRY_LATER",
    "waited for USER_JOB_LIMIT",
];

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| run(seed, true).map_or_else(|w| w.ledger.story.clone(), |w| w.ledger.story);
    assert_eq!(story(3), story(3));
}
