//! What holds for every trace: small random ones against a plain reference, and promises of each policy.

mod common;

use common::{Short, starts, trace};
use proptest::prelude::*;
use soca_simulator::{
    job::{Job, JobIndex, Seconds},
    machine,
    policy::{Easy, Policy, PolicyName, backfill::Reservation},
};

const PROCS: u32 = 6;

/// Up to 25 jobs close together; some estimates are too short.
fn jobs(shortest_estimate: Seconds) -> impl Strategy<Value = Vec<Short>> {
    let job = (0i64..40, 1..=PROCS, 1i64..20, shortest_estimate..15, 1i64..4);
    let jobs = proptest::collection::vec(job, 1..25);
    jobs.prop_map(|mut jobs| {
        jobs.sort_by_key(|job| job.0);
        jobs.into_iter()
            .map(|(submit, procs, run, more, user)| (submit, procs, run, (run + more).max(1), user))
            .collect()
    })
}

/// EASY as its definition reads, second by second and without any structure.
fn naive_easy(jobs: &[Short]) -> Vec<Seconds> {
    let mut starts: Vec<Option<Seconds>> = vec![None; jobs.len()];
    for now in 0.. {
        let end = |index: usize, starts: &[Option<Seconds>]| starts[index].map(|start| start + jobs[index].2);
        let events = (0..jobs.len()).any(|i| jobs[i].0 == now || end(i, &starts) == Some(now));
        if events {
            naive_pass(jobs, now, &mut starts);
        }
        if starts.iter().all(Option::is_some) {
            break;
        }
    }
    starts.into_iter().map(|start| start.expect("all have started")).collect()
}

fn naive_pass(jobs: &[Short], now: Seconds, starts: &mut [Option<Seconds>]) {
    let mut promise: Option<(Seconds, u32)> = None;
    for index in 0..jobs.len() {
        let (submit, procs, _, estimate, _) = jobs[index];
        if submit > now || starts[index].is_some() {
            continue;
        }
        let taken_at = |moment: Seconds, starts: &[Option<Seconds>]| -> u32 {
            let running = |i: &usize| starts[*i].is_some_and(|start| start + jobs[*i].2 > now);
            let still =
                |i: &usize| starts[*i].is_some_and(|start| (start + jobs[*i].3).max(now + 1) > moment);
            (0..jobs.len()).filter(running).filter(still).map(|i| jobs[i].1).sum()
        };
        let fits = procs <= PROCS - taken_at(now, starts);
        match &mut promise {
            None if fits => starts[index] = Some(now),
            None => {
                let shadow =
                    (now..).find(|at| procs <= PROCS - taken_at(*at, starts)).expect("it fits some time");
                promise = Some((shadow, PROCS - taken_at(shadow, starts) - procs));
            }
            Some((shadow, spare)) => {
                if fits && now + estimate <= *shadow {
                    starts[index] = Some(now);
                } else if fits && procs <= *spare {
                    *spare -= procs;
                    starts[index] = Some(now);
                }
            }
        }
    }
}

/// Watches EASY, and notes what each job was promised when it became the first of the queue.
struct Watched<'a> {
    easy: Easy<'a>,
    jobs: &'a [Job],
    queue: Vec<JobIndex>,
    running: Vec<(Seconds, JobIndex)>,
    promised: Vec<Option<Seconds>>,
}

impl Policy for Watched<'_> {
    fn submitted(&mut self, job: JobIndex, now: Seconds) {
        self.queue.push(job);
        self.easy.submitted(job, now);
    }

    fn ended(&mut self, job: JobIndex, now: Seconds) {
        self.running.retain(|(_, index)| *index != job);
        self.easy.ended(job, now);
    }

    fn pass(&mut self, now: Seconds, chosen: &mut Vec<JobIndex>) {
        self.easy.pass(now, chosen);
        self.queue.retain(|job| !chosen.contains(job));
        self.running.extend(chosen.iter().map(|job| (now + self.jobs[*job as usize].estimate, *job)));
        self.running.sort_unstable();
        if let Some(first) = self.queue.first().map(|job| *job as usize) {
            let ends = self.running.iter().map(|(end, job)| (*end, self.jobs[*job as usize].procs));
            let free = PROCS - ends.clone().map(|(_, procs)| procs).sum::<u32>();
            let reservation = Reservation::of(self.jobs[first].procs, free, now, ends);
            self.promised[first].get_or_insert(reservation.at);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn easy_does_what_its_definition_says(jobs in jobs(-15)) {
        prop_assert_eq!(starts(PolicyName::Easy, PROCS, &jobs), naive_easy(&jobs));
    }

    #[test]
    fn easy_keeps_its_promise_to_the_first_job_if_nobody_outlives_his_estimate(jobs in jobs(0)) {
        let trace = trace(PROCS, &jobs);
        let mut watched = Watched {
            easy: Easy::new(PROCS, &trace.jobs),
            jobs: &trace.jobs,
            queue: Vec::new(),
            running: Vec::new(),
            promised: vec![None; jobs.len()],
        };
        let starts = machine::replay(PROCS, &trace.jobs, &mut watched);
        for (start, promised) in starts.iter().zip(&watched.promised) {
            prop_assert!(promised.is_none_or(|promised| *start <= promised));
        }
    }

    /// That each job runs once is checked by the machine itself, too.
    #[test]
    fn no_policy_takes_more_than_there_is_and_every_job_runs_once(jobs in jobs(-15)) {
        for policy in PolicyName::ALL {
            let starts = starts(policy, PROCS, &jobs);
            prop_assert_eq!(starts.len(), jobs.len());
            for (start, job) in starts.iter().zip(&jobs) {
                prop_assert!(*start >= job.0, "{policy} starts a job before it comes");
                let with = starts.iter().zip(&jobs).filter(|(s, j)| *s <= start && *s + j.2 > *start);
                prop_assert!(with.map(|(_, j)| j.1).sum::<u32>() <= PROCS, "{policy} at {start}");
            }
        }
    }

    #[test]
    fn first_come_first_served_starts_in_order(jobs in jobs(-15)) {
        prop_assert!(starts(PolicyName::Fcfs, PROCS, &jobs).is_sorted());
    }
}
