//! How long a planning pass takes: over whole backlogs of 10k, 100k and 1M jobs, and over the bounded heads that the
//! dispatcher reads, whatever the backlog behind them. `cargo bench -p soca-planner`.
//!
//! 100 users, 4 queues under fair share, 1,000 nodes of which most are busy, limits on every scope, a license, and
//! every job of the backlog looked at for backfill.

#![allow(missing_docs, reason = "criterion's macros make functions without")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use soca_domain::{
    JobId, MicroUsd, Timestamp,
    limit::{Limits, Need},
    queue::{QueueOrder, QueuePolicy},
};
use soca_planner::{License, Policy, Project, RunningJob, Snapshot, WaitingJob, plan};
use std::{hint::black_box, time::Duration};

const USERS: u64 = 100;
const QUEUES: u64 = 4;
const NODES: u32 = 1_000;
const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A generator of numbers that look random and are always the same (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn need(dice: &mut Dice) -> Need {
    let instances = 1 + dice.below(8) as u32;
    Need { instances, vcpus: instances * 4, hourly_cost: MicroUsd(u64::from(instances) * 170_000) }
}

fn licenses(dice: &mut Dice) -> Box<[(u16, u32)]> {
    if dice.below(10) == 0 { [(0, 1 + dice.below(4) as u32)].into() } else { [].into() }
}

fn queue(number: u64) -> QueuePolicy {
    let share = NODES / QUEUES as u32;
    QueuePolicy {
        order: QueueOrder::Fairshare,
        priority: number as i32,
        limits: Limits { instances: Some(share), ..Limits::default() },
        per_user: Limits { instances: Some(share / 4), jobs: Some(20), ..Limits::default() },
        per_project: Limits { vcpus: Some(share * 3), ..Limits::default() },
        ..QueuePolicy::open(format!("q{number}").parse().expect("a name"), "")
    }
}

fn snapshot(pending: u64) -> Snapshot {
    let mut dice = Dice(88_172_645_463_325_252);
    let project = |n: u64| Project {
        name: (n > 0).then(|| format!("p{n}").parse().expect("a name")),
        shares: 1 + n as u32,
        used: n * 1_000_000,
        budget_left: (n == 3).then_some(MicroUsd(50_000_000)),
    };
    let mut jobs: Vec<WaitingJob> = (0..pending)
        .map(|n| WaitingJob {
            id: JobId(n + 1),
            queue: dice.below(QUEUES) as u16,
            owner: dice.below(USERS) as u32,
            membership: 0,
            project: dice.below(5) as u32,
            priority: 0,
            submitted_at: Timestamp(NOW.0 - 86_400_000 + n as i64),
            waiting_since: Timestamp(NOW.0 - 86_400_000 + n as i64),
            begin_at: None,
            retry_at: None,
            need: need(&mut dice),
            duration: Some(Duration::from_secs(60 * (1 + dice.below(1440)))),
            start_by: None,
            hold: MicroUsd(dice.below(1_000_000)),
            charge: dice.below(100_000),
            licenses: licenses(&mut dice),
            depend: [].into(),
        })
        .collect();
    jobs.sort_by_key(|job| job.queue);
    let running = (0..200).map(|n| RunningJob {
        id: JobId(10_000_000 + n),
        queue: (n % QUEUES) as u16,
        owner: dice.below(USERS) as u32,
        membership: 0,
        project: dice.below(5) as u32,
        need: need(&mut dice),
        ends_at: Some(Timestamp(NOW.0 + 60_000 * dice.below(1440) as i64)),
        licenses: licenses(&mut dice),
    });
    Snapshot {
        now: NOW,
        policy: Policy::default(),
        queues: (0..QUEUES).map(queue).collect(),
        owners: (0..USERS).map(|n| format!("u{n}").parse().expect("a name")).collect(),
        memberships: vec![vec![]],
        projects: (0..5).map(project).collect(),
        licenses: vec![License { name: "solver_lic".parse().expect("a name"), for_jobs: 60 }],
        running: running.collect(),
        waiting: jobs,
        ..Snapshot::default()
    }
}

fn whole_backlog(c: &mut Criterion) {
    let mut group = c.benchmark_group("whole backlog");
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    for pending in [10_000, 100_000, 1_000_000] {
        let snapshot = snapshot(pending);
        group.throughput(Throughput::Elements(pending));
        group.bench_with_input(BenchmarkId::from_parameter(pending), &snapshot, |b, snapshot| {
            b.iter(|| black_box(plan(snapshot)));
        });
    }
    group.finish();
}

/// What the dispatcher plans: the first 20 jobs of each of 100 users in each of 4 queues, of any backlog.
fn bounded_heads(c: &mut Criterion) {
    let mut group = c.benchmark_group("bounded heads");
    for backlog in [1_000_u64, 100_000, 1_000_000] {
        let mut snapshot = snapshot(backlog);
        let mut seen = vec![0u32; (USERS * QUEUES) as usize];
        snapshot.waiting.retain(|job| {
            let count = &mut seen[job.owner as usize + USERS as usize * usize::from(job.queue)];
            *count += 1;
            *count <= 20
        });
        group.bench_with_input(BenchmarkId::from_parameter(backlog), &snapshot, |b, snapshot| {
            b.iter(|| black_box(plan(snapshot)));
        });
    }
    group.finish();
}

/// Fair share by SOCA's formula over 10,000 jobs of 50 users, to be compared with `benches/soca_fair_share.py`.
fn soca_formula(c: &mut Criterion) {
    let mut snapshot = snapshot(10_000);
    for job in &mut snapshot.waiting {
        (job.queue, job.owner) = (0, job.owner % 50);
    }
    snapshot.waiting.sort_by_key(|job| job.id);
    snapshot.queues[0].order = QueueOrder::FairshareSoca;
    c.bench_function("SOCA's formula, 10k jobs of 50 users", |b| b.iter(|| black_box(plan(&snapshot))));
}

criterion_group!(benches, whole_backlog, bounded_heads, soca_formula);
criterion_main!(benches);
