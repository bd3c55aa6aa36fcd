//! Deterministic simulation of the whole control plane: submit, events, dispatch, state machine, CloudFormation and
//! EC2, agents, settle, with functions that run side by side and die anywhere, calls that fail before or after their
//! effect, events and messages that are lost, late or twice, and a cloud with bad weather. Then it grows calm, and the
//! promises must hold.
//!
//! `cargo xtask simulate` runs it by itself: `SOCA_SIM_SEED=n` is one seed and its story, `SOCA_SIM_SEEDS=a..b` a range.
//! Seeds that failed once are run first, for ever (`regressions.txt`), and planted faults show that it can fail.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "the modules of one test")]

mod aftermath;
mod agent;
mod call;
mod chaos;
mod ledger;
mod nodes;
mod plane;
mod planted;
mod promises;
mod strokes;
mod users;
mod world;

use planted::Planted;
use std::{
    collections::BTreeMap,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};
use world::World;

const SEEDS: Range<u64> = 0..10_000;
/// Of each seed, on average.
const STEPS: u64 = 500;
/// Seeds that found something once.
const REGRESSIONS: &str = include_str!("regressions.txt");
/// Lines of a story that are shown.
const SHOWN: usize = 400;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Runs one seed; its counts, or what was broken.
fn run(seed: u64, tell: bool) -> Result<World, Box<World>> {
    run_with(seed, tell, None)
}

fn run_with(seed: u64, tell: bool, planted: Option<Planted>) -> Result<World, Box<World>> {
    let mut world = World::new(seed, tell, planted);
    world.run();
    if world.ledger.broken.is_empty() { Ok(world) } else { Err(Box::new(world)) }
}

/// Runs seeds on all processors; the lowest that broke something, and all counts.
fn run_all(seeds: &Range<u64>) -> (Option<u64>, BTreeMap<String, u64>) {
    let (next, worst) = (AtomicU64::new(seeds.start), AtomicU64::new(u64::MAX));
    let work = || {
        let mut counts = BTreeMap::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || worst.load(Ordering::Relaxed) < seed {
                return counts;
            }
            match run(seed, false) {
                Ok(world) => {
                    *counts.entry(TAKEN.to_owned()).or_insert(0) += world.ledger.steps;
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
    let seeds = range("SOCA_SIM_SEEDS").unwrap_or(SEEDS);
    for seed in REGRESSIONS.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()) {
        if run(seed, false).is_err() {
            tell_and_fail(seed);
        }
    }
    let (broken, counts) = run_all(&seeds);
    if let Some(seed) = broken {
        tell_and_fail(seed);
    }
    println!("{counts:#?}");
    let many = seeds.end - seeds.start;
    let steps = counts[TAKEN] / many;
    println!("{many} seeds, {steps} steps each on average: every promise held");
    if many >= SEEDS.end {
        assert!(steps >= STEPS, "{steps} steps are too few");
        everything_happened(&counts);
    }
}

/// Steps of all seeds together, among the counts.
const TAKEN: &str = "steps taken";

/// `a..b`, or `n` for the first n.
fn range(variable: &str) -> Option<Range<u64>> {
    let text = std::env::var(variable).ok()?;
    let (from, to) = text.split_once("..").unwrap_or(("0", &text));
    let range = from.parse().expect("a number")..to.parse().expect("a number");
    assert!(!range.is_empty(), "{variable} has no seeds: {text}");
    Some(range)
}

/// Each planted fault breaks the promise that it is about within a few hundred seeds.
#[test]
fn planted_faults_are_found() {
    for (planted, promise) in Planted::ALL {
        let breaks = |world: &World| world.ledger.broken.iter().any(|what| what.starts_with(promise));
        let found =
            |seed| Some((seed, run_with(seed, false, Some(planted)).err().filter(|world| breaks(world))?));
        let Some((seed, world)) = (0..400).find_map(found) else { panic!("{planted:?} is not found") };
        println!("{planted:?}: seed {seed}: {:?}", world.ledger.broken);
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
    "a job left the spot market at once",
    "a job went to another type at once",
    "a message came twice",
    "a message was lost",
    "a submit was refused with BUDGET_SPENT",
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
    "attempts 4",
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
    "waited for a job of its name",
    "waited for BEGINS_LATER",
    "waited for BEHIND",
    "waited for BUDGET_SHORT",
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
