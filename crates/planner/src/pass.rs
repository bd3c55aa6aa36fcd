//! Walks the jobs in their order: each starts, or is told why it waits.

use crate::{
    meters::{MeterIndex, Meters, Scope},
    order::{Index, order},
    plan::{Dropped, Plan, Start, Wait},
    readiness::{Readiness, openings, readiness},
    room::{NEVER, Promisee, Room, Wish, promise},
    snapshot::{
        GroupIndex, LicenseIndex, MembershipIndex, ProjectIndex, RunningJob, Snapshot, WaitingJob, Whose,
    },
    told::Told,
};
use soca_domain::{
    JobId, MicroUsd, Timestamp,
    limit::{Measure, Need},
    wait::WaitReason,
};
use std::time::Duration;

/// Plans one pass.
pub fn plan(snapshot: &Snapshot) -> Plan {
    let mut plan = Plan::default();
    let opens = openings(&snapshot.queues, snapshot.now);
    let mut ready: Vec<Index> = Vec::with_capacity(snapshot.waiting.len());
    for (index, job) in snapshot.waiting.iter().enumerate() {
        match readiness(job, opens[usize::from(job.queue)], snapshot.now) {
            Readiness::Now => ready.push(index as Index),
            Readiness::NotYet(reason) => {
                plan.waits.push(Wait { job: job.id, reason, ahead: 0, starts_by: None });
            }
            Readiness::Never(fault) => plan.drops.push(Dropped { job: job.id, fault }),
        }
    }
    let order = order(snapshot, &ready);
    plan.waits.reserve(order.len());
    let mut pass = Pass::new(snapshot);
    let mut ahead = 0;
    let mut near = Vec::with_capacity(NEAR);
    for some in order.chunks(NEAR) {
        near.clear();
        near.extend(some.iter().map(|index| Wanted::of(&snapshot.waiting[*index as usize])));
        for (job, index) in near.iter().zip(some) {
            match pass.look_at(job) {
                Verdict::Starts => plan.starts.push(Start { job: job.id, index: *index as usize }),
                Verdict::Waits(reason, starts_by) => {
                    let reason = match reason {
                        WaitReason::Behind { job, .. } => WaitReason::Behind { job, ahead },
                        other => other,
                    };
                    plan.waits.push(Wait { job: job.id, reason, ahead, starts_by });
                    ahead += 1;
                }
            }
        }
    }
    plan
}

/// So many jobs are copied at once: they lie far apart, and a processor fetches several faster than one by one.
const NEAR: usize = 32;

/// What the pass looks at of a job that waits.
struct Wanted<'a> {
    id: JobId,
    whose: Whose,
    need: Need,
    duration: Option<Duration>,
    hold: MicroUsd,
    licenses: &'a [(LicenseIndex, u32)],
}

impl<'a> Wanted<'a> {
    fn of(job: &'a WaitingJob) -> Self {
        let WaitingJob { id, need, duration, hold, ref licenses, .. } = *job;
        Self { id, whose: job.whose(), need, duration, hold, licenses }
    }

    fn end(&self, now: Timestamp) -> Timestamp {
        self.duration.map_or(NEVER, |duration| now.plus(duration))
    }
}

enum Verdict {
    Starts,
    Waits(WaitReason, Option<Timestamp>),
}

struct Pass<'a> {
    snapshot: &'a Snapshot,
    meters: Meters,
    rooms: Vec<Room>,
    /// What each project's budget has left.
    budgets: Vec<Option<MicroUsd>>,
    /// The meters of the job that is looked at, and how much it takes of each; kept to be filled again.
    needs: Vec<(MeterIndex, i64)>,
    /// Those of them that keep it from starting.
    blocking: Vec<(MeterIndex, i64)>,
    told: Told,
}

fn amount(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

impl<'a> Pass<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let mut pass = Self {
            snapshot,
            meters: Meters::new(snapshot),
            rooms: vec![],
            budgets: snapshot.projects.iter().map(|project| project.budget_left).collect(),
            needs: vec![],
            blocking: vec![],
            told: Told::default(),
        };
        for job in &snapshot.running {
            pass.occupy(job);
        }
        pass.reserve();
        pass
    }

    /// Fills in the meters of a job that has or wants capacity.
    fn find_needs(&mut self, key: Whose, need: &Need, licenses: &[(u16, u32)]) {
        self.needs.clear();
        let profile = self.meters.of(self.snapshot, key);
        self.needs.extend(profile.iter().map(|(meter, measure)| (*meter, amount(need.of(*measure)))));
        self.needs
            .extend(licenses.iter().map(|(license, count)| (MeterIndex::from(*license), i64::from(*count))));
        let list = self.meters.list();
        let rooms = self.rooms.len();
        self.rooms.extend(list[rooms..].iter().map(|meter| Room::new(meter.limit)));
    }

    fn occupy(&mut self, job: &RunningJob) {
        self.find_needs(job.whose(), &job.need, &job.licenses);
        // One that should be over may be so at any moment.
        let soon = Timestamp(self.snapshot.now.0 + 1);
        let end = job.ends_at.map_or(NEVER, |end| end.max(soon));
        for (meter, taken) in &self.needs {
            self.rooms[*meter as usize].take(*taken, end, &[]);
        }
    }

    /// Keeps what administrators reserved: so much of a queue's instances, less what the group has already.
    fn reserve(&mut self) {
        for (queue, policy) in self.snapshot.queues.iter().enumerate() {
            for (number, reservation) in policy.reservations.iter().enumerate() {
                if reservation.to <= self.snapshot.now {
                    continue;
                }
                let group = self.snapshot.groups.iter().position(|g| *g == reservation.group);
                let Some(meter) = self.meters.queue_instances(self.snapshot, queue as u16) else { continue };
                let rooms = self.rooms.len();
                self.rooms.extend(self.meters.list()[rooms..].iter().map(|meter| Room::new(meter.limit)));
                let group = group.map_or(GroupIndex::MAX, |at| at as GroupIndex);
                let has: u64 = self
                    .snapshot
                    .running
                    .iter()
                    .filter(|job| {
                        usize::from(job.queue) == queue && self.groups_of(job.membership).contains(&group)
                    })
                    .map(|job| u64::from(job.need.instances))
                    .sum();
                let kept = amount(u64::from(reservation.instances).saturating_sub(has));
                let from = reservation.from.max(self.snapshot.now);
                let to_whom = Promisee::Reservation(queue as u16, number, group);
                self.rooms[meter as usize].promise(to_whom, kept, from, reservation.to);
            }
        }
    }

    fn groups_of(&self, membership: MembershipIndex) -> &'a [GroupIndex] {
        &self.snapshot.memberships[membership as usize]
    }

    fn look_at(&mut self, job: &Wanted<'_>) -> Verdict {
        self.find_needs(job.whose, &job.need, job.licenses);
        let (_, _, membership, project) = job.whose;
        let (end, groups) = (job.end(self.snapshot.now), self.groups_of(membership));
        self.blocking.clear();
        let rooms = &self.rooms;
        let blocks = |(meter, taken): &&(MeterIndex, i64)| {
            let room = &rooms[*meter as usize];
            room.free() < *taken || room.broken(*taken, end, groups).is_some()
        };
        self.blocking.extend(self.needs.iter().filter(blocks));
        if !self.blocking.is_empty() {
            let reason = self.reason(end, groups);
            let starts_by = self.promise_to(job);
            if starts_by.is_none() {
                self.contest();
            }
            return Verdict::Waits(reason, starts_by);
        }
        if let Some(left) = self.budgets[project as usize].filter(|left| *left < job.hold) {
            // Time alone does not give a budget more, so nothing is promised.
            self.contest();
            return Verdict::Waits(self.over_budget(project, job.hold, left), None);
        }
        for (meter, taken) in &self.needs {
            self.rooms[*meter as usize].take(*taken, end, groups);
        }
        if let Some(left) = &mut self.budgets[project as usize] {
            *left = MicroUsd(left.0.saturating_sub(job.hold.0));
        }
        Verdict::Starts
    }

    /// Why the job that is looked at is blocked: by what is in use, if that alone does; else by what is promised.
    fn reason(&mut self, end: Timestamp, groups: &[GroupIndex]) -> WaitReason {
        let full = |(meter, taken): &&(MeterIndex, i64)| self.rooms[*meter as usize].free() < *taken;
        if let Some((meter, taken)) = self.blocking.iter().find(full).copied() {
            return self.used_up(meter, taken);
        }
        let broken =
            |(meter, taken): &(MeterIndex, i64)| self.rooms[*meter as usize].broken(*taken, end, groups);
        self.blocking.iter().find_map(broken).map_or(WaitReason::Next, |to_whom| self.kept_for(to_whom))
    }

    fn used_up(&mut self, meter: MeterIndex, taken: i64) -> WaitReason {
        let (free, limit) = (self.rooms[meter as usize].free(), self.meters.list()[meter as usize].limit);
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        if let Scope::License(license) = self.meters.list()[meter as usize].scope {
            let small = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
            let name = self.snapshot.licenses[usize::from(license)].name.clone();
            return WaitReason::LicenseShort { license: name, asked: small(taken), free: small(free) };
        }
        let used = count(amount(limit) - free);
        let (meters, snapshot) = (&self.meters, self.snapshot);
        WaitReason::Limit(
            self.told.say(meter, free, taken, || meters.reached(snapshot, meter, used, count(taken))),
        )
    }

    fn over_budget(&self, project: ProjectIndex, asked: MicroUsd, left: MicroUsd) -> WaitReason {
        match &self.snapshot.projects[project as usize].name {
            Some(project) => WaitReason::BudgetShort { project: project.clone(), asked, left },
            None => WaitReason::Next,
        }
    }

    fn kept_for(&self, to_whom: Promisee) -> WaitReason {
        match to_whom {
            Promisee::Job(job) => WaitReason::Behind { job, ahead: 0 },
            Promisee::Reservation(queue, number, _) => {
                let reservation = &self.snapshot.queues[usize::from(queue)].reservations[number];
                WaitReason::Reserved {
                    group: reservation.group.clone(),
                    from: reservation.from,
                    to: reservation.to,
                }
            }
        }
    }

    /// Promises room to the job that is looked at, if it is among the first for each limit that blocks it.
    ///
    /// A job that only limits of its owner, group or project block is promised nothing of what it shares with others:
    /// they pass it. A job that asks for more than the whole of a limit is promised nothing either: it cannot start.
    fn promise_to(&mut self, job: &Wanted<'_>) -> Option<Timestamp> {
        let promises = self.snapshot.policy.promises;
        if self.blocking.iter().any(|(meter, _)| self.rooms[*meter as usize].promised >= promises) {
            return None;
        }
        let list = self.meters.list();
        if self.needs.iter().any(|(meter, taken)| amount(list[*meter as usize].limit) < *taken) {
            return None;
        }
        for (meter, _) in &self.blocking {
            self.rooms[*meter as usize].promised += 1;
        }
        let shared = self.blocking.iter().any(|(meter, _)| !list[*meter as usize].scope.is_personal());
        let wish = Wish {
            job: job.id,
            needs: if shared { &self.needs } else { &self.blocking },
            span: job.duration.map_or(i64::MAX, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
            groups: self.groups_of(job.whose.2),
        };
        let sure = shared && self.needs.iter().all(|(meter, _)| !self.rooms[*meter as usize].contested);
        promise(&mut self.rooms, &wish, self.snapshot.now).filter(|_| sure)
    }

    /// Notes that the job that is looked at waits for its meters without a moment that it can count on.
    fn contest(&mut self) {
        for (meter, _) in &self.needs {
            self.rooms[*meter as usize].contested = true;
        }
    }
}

impl Meters {
    /// The meter of a queue's instances, if they are limited.
    fn queue_instances(&mut self, snapshot: &Snapshot, queue: u16) -> Option<MeterIndex> {
        let limit = snapshot.queues[usize::from(queue)].limits.of(Measure::Instances)?;
        Some(self.shared(Scope::Queue(queue), Measure::Instances, limit))
    }
}
