//! The rule under any order of events: jobs that it admits never use more than is there for them.

use proptest::prelude::*;
use soca_license_servers::{Checkout, Feature, Lease, Total};

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// A job asks for so many; it is given them if the rule allows.
    Ask(u32),
    /// The n-th job's program takes so many of its own, and on a bad day more.
    Take(usize, u32),
    /// The n-th job ends; its checkouts stay on the server a while longer, or not.
    End(usize, bool),
    /// The server forgets what ended jobs left.
    Forget,
    /// Somebody else takes or returns licenses.
    Others(u32),
    /// We ask the server again.
    Look,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1..6_u32).prop_map(Event::Ask),
        4 => (0..8_usize, 1..6_u32).prop_map(|(job, count)| Event::Take(job, count)),
        2 => (0..8_usize, any::<bool>()).prop_map(|(job, lingers)| Event::End(job, lingers)),
        1 => Just(Event::Forget),
        1 => (0..12_u32).prop_map(Event::Others),
        3 => Just(Event::Look),
    ]
}

#[derive(Clone, Debug)]
struct Job {
    number: usize,
    lease: u32,
    taken: u32,
}

impl Job {
    fn lease(&self) -> Lease {
        let (user, host) = (format!("user{}", self.number % 3), format!("node{}", self.number));
        Lease { user, hosts: vec![host], count: self.lease }
    }

    fn checkout(&self) -> Checkout {
        let Lease { user, mut hosts, .. } = self.lease();
        Checkout { user, host: hosts.remove(0), count: self.taken, started: None }
    }
}

/// A server with our jobs and others on it.
struct World {
    total: u32,
    others: u32,
    jobs: Vec<Job>,
    lingering: Vec<Checkout>,
    numbers: usize,
}

impl World {
    fn look(&self) -> Feature {
        let taken = self.jobs.iter().filter(|job| job.taken > 0).map(Job::checkout);
        let others =
            Checkout { user: "guest".into(), host: "desk".into(), count: self.others, started: None };
        let checkouts: Vec<Checkout> = taken.chain(self.lingering.clone()).chain([others]).collect();
        let in_use = checkouts.iter().map(|c| c.count).sum();
        Feature { total: Total::Counted(self.total), in_use, reserved: 0, checkouts }
    }

    fn leases(&self) -> Vec<Lease> {
        self.jobs.iter().map(Job::lease).collect()
    }

    /// What our jobs hold or may take at any time.
    fn ours(&self) -> u32 {
        self.jobs.iter().map(|job| job.lease.max(job.taken)).sum()
    }

    fn step(&mut self, event: &Event) {
        match event {
            Event::Take(job, count) => {
                let free = self.total.saturating_sub(self.look().in_use);
                if let Some(job) = self.jobs.get_mut(*job) {
                    job.taken += (*count).min(free).min(job.lease - job.taken.min(job.lease));
                }
            }
            Event::End(job, lingers) if *job < self.jobs.len() => {
                let job = self.jobs.remove(*job);
                if *lingers && job.taken > 0 {
                    self.lingering.push(job.checkout());
                }
            }
            Event::Forget => self.lingering.clear(),
            Event::Others(wanted) => {
                let free = self.total.saturating_sub(self.look().in_use - self.others);
                self.others = (*wanted).min(free);
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// With the last look at the server as old as may be, as long as others have not taken more since.
    #[test]
    fn admitted_jobs_fit_beside_others_and_headroom(
        total in 0..40_u32,
        headroom in 0..6_u32,
        events in prop::collection::vec(event(), 0..60),
    ) {
        let mut world = World { total, others: 0, jobs: Vec::new(), lingering: Vec::new(), numbers: 0 };
        let mut seen = world.look();
        for event in &events {
            match event {
                Event::Look => seen = world.look(),
                Event::Ask(count) if *count <= seen.available(&world.leases(), headroom) => {
                    world.numbers += 1;
                    world.jobs.push(Job { number: world.numbers, lease: *count, taken: 0 });
                    let room = total.saturating_sub(world.others).saturating_sub(headroom);
                    prop_assert!(world.ours() <= room, "{} of {room} after {event:?}", world.ours());
                }
                Event::Ask(_) => {}
                Event::Others(_) => {
                    world.step(event);
                    seen = world.look();
                }
                _ => world.step(event),
            }
        }
    }

    /// Nothing is lost either: with everything returned and a fresh look, all but the headroom is free.
    #[test]
    fn when_all_is_returned_all_is_free(
        total in 0..40_u32,
        headroom in 0..6_u32,
        events in prop::collection::vec(event(), 0..40),
    ) {
        let mut world = World { total, others: 0, jobs: Vec::new(), lingering: Vec::new(), numbers: 0 };
        for event in &events {
            match event {
                Event::Ask(count) if *count <= world.look().available(&world.leases(), headroom) => {
                    world.numbers += 1;
                    world.jobs.push(Job { number: world.numbers, lease: *count, taken: 0 });
                }
                _ => world.step(event),
            }
        }
        let free_now = world.look().available(&world.leases(), headroom);
        let lingering: u32 = world.lingering.iter().map(|c| c.count).sum();
        let expected = total.saturating_sub(headroom + world.others + lingering + world.ours());
        prop_assert_eq!(free_now, expected, "not one license more or less than the rule says");
        world.jobs.clear();
        world.lingering.clear();
        world.others = 0;
        prop_assert_eq!(world.look().available(&[], headroom), total.saturating_sub(headroom));
    }
}
