//! A small language for scheduling scenarios: queues, jobs and what is expected, a line each.

use soca_domain::{
    GroupName, JobId, MicroUsd, Timestamp,
    limit::{Limits, Need},
    queue::{QueueOrder, QueuePolicy, Reservation},
};
use soca_planner::{License, Member, Plan, Policy, Project, RunningJob, Snapshot, WaitingJob, lint, plan};
use std::time::Duration;

/// The moment of every scenario, 2026-11-25T12:00:00Z; jobs are submitted a second apart before it.
pub(crate) const NOW: Timestamp = Timestamp(1_795_608_000_000);

/// A scenario.
#[derive(Clone, Debug)]
pub(crate) struct Case(pub(crate) Snapshot);

/// A job of a scenario: `job("a", 3)` asks for three nodes for an hour.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) owner: &'static str,
    pub(crate) nodes: u32,
    pub(crate) minutes: Option<u64>,
    pub(crate) queue: u16,
    pub(crate) project: Option<&'static str>,
    pub(crate) priority: i32,
    pub(crate) licenses: u32,
    pub(crate) hold: u64,
    pub(crate) waited_days: i64,
}

pub(crate) fn job(owner: &'static str, nodes: u32) -> Job {
    Job {
        owner,
        nodes,
        minutes: Some(60),
        queue: 0,
        project: None,
        priority: 0,
        licenses: 0,
        hold: 0,
        waited_days: 0,
    }
}

impl Job {
    pub(crate) fn minutes(self, minutes: u64) -> Job {
        Job { minutes: Some(minutes), ..self }
    }
    pub(crate) fn endless(self) -> Job {
        Job { minutes: None, ..self }
    }
    pub(crate) fn queue(self, queue: u16) -> Job {
        Job { queue, ..self }
    }
    pub(crate) fn project(self, name: &'static str) -> Job {
        Job { project: Some(name), ..self }
    }
    pub(crate) fn priority(self, priority: i32) -> Job {
        Job { priority, ..self }
    }
    pub(crate) fn licenses(self, licenses: u32) -> Job {
        Job { licenses, ..self }
    }
    pub(crate) fn hold(self, hold: u64) -> Job {
        Job { hold, ..self }
    }
    pub(crate) fn waited_days(self, waited_days: i64) -> Job {
        Job { waited_days, ..self }
    }
}

/// One queue with so many instances.
pub(crate) fn case(instances: u32) -> Case {
    let snapshot = Snapshot {
        now: NOW,
        projects: vec![Project { name: None, shares: 1, used: 0, budget_left: None }],
        ..Snapshot::default()
    };
    Case(snapshot).and_queue("q", instances)
}

pub(crate) fn instances(instances: u32) -> Limits {
    Limits { instances: Some(instances), ..Limits::default() }
}

pub(crate) fn jobs(jobs: u32) -> Limits {
    Limits { jobs: Some(jobs), ..Limits::default() }
}

impl Case {
    pub(crate) fn and_queue(mut self, name: &str, limit: u32) -> Case {
        let policy = QueuePolicy { limits: instances(limit), ..QueuePolicy::open(name.parse().unwrap(), "") };
        self.0.queues.push(policy);
        self
    }

    /// Changes the queue that was added last.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut QueuePolicy)) -> Case {
        change(self.0.queues.last_mut().unwrap());
        self
    }

    pub(crate) fn order(self, order: QueueOrder) -> Case {
        self.with(|queue| queue.order = order)
    }

    pub(crate) fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Case {
        change(&mut self.0.policy);
        self
    }

    pub(crate) fn license(mut self, name: &str, for_jobs: u32) -> Case {
        self.0.licenses.push(License { name: name.parse().unwrap(), for_jobs });
        self
    }

    /// A group and its members; to be said before their jobs.
    pub(crate) fn group(mut self, name: &str, members: &[&'static str]) -> Case {
        let group: GroupName = name.parse().unwrap();
        let at = self.0.groups.len() as u32;
        self.0.groups.push(group);
        for member in members {
            let owner = self.owner(member);
            self.0.memberships[owner as usize].push(at);
        }
        self
    }

    pub(crate) fn reservation(self, group: &str, instances: u32, from_minutes: u64, to_minutes: u64) -> Case {
        let at = |minutes| NOW.plus(Duration::from_secs(minutes * 60));
        let group = group.parse().unwrap();
        self.with(|q| {
            q.reservations.push(Reservation { group, instances, from: at(from_minutes), to: at(to_minutes) })
        })
    }

    pub(crate) fn shares(mut self, project: &'static str, shares: u32, used: u64) -> Case {
        let at = self.project(Some(project)) as usize;
        (self.0.projects[at].shares, self.0.projects[at].used) = (shares, used);
        self
    }

    pub(crate) fn budget(mut self, project: &'static str, left: u64) -> Case {
        let at = self.project(Some(project)) as usize;
        self.0.projects[at].budget_left = Some(MicroUsd(left));
        self
    }

    pub(crate) fn member(
        mut self,
        project: Option<&'static str>,
        name: &'static str,
        shares: u32,
        used: u64,
    ) -> Case {
        let (project, owner) = (self.project(project), self.owner(name));
        self.0.members.push(Member { project, owner, shares, used });
        self
    }

    fn owner(&mut self, name: &str) -> u32 {
        let owners = &mut self.0.owners;
        owners.iter().position(|o| o.as_str() == name).unwrap_or_else(|| {
            owners.push(name.parse().unwrap());
            self.0.memberships.push(vec![]);
            owners.len() - 1
        }) as u32
    }

    fn project(&mut self, name: Option<&str>) -> u32 {
        let projects = &mut self.0.projects;
        let known = projects.iter().position(|p| p.name.as_ref().map(|n| n.as_str()) == name);
        known.unwrap_or_else(|| {
            let name = name.map(|n| n.parse().unwrap());
            projects.push(Project { name, shares: 1, used: 0, budget_left: None });
            projects.len() - 1
        }) as u32
    }

    /// Adds jobs that wait, numbered from 1 in the order of their submission.
    pub(crate) fn wait(mut self, jobs: impl IntoIterator<Item = Job>) -> Case {
        for job in jobs {
            let number = self.0.waiting.len() as i64 + 1;
            let submitted_at = Timestamp(NOW.0 - 1_000_000 + number * 1000 - job.waited_days * 86_400_000);
            let need = need(&job);
            let (owner, project) = (self.owner(job.owner), self.project(job.project));
            self.0.waiting.push(WaitingJob {
                id: JobId(number as u64),
                queue: job.queue,
                owner,
                membership: owner,
                project,
                priority: job.priority,
                submitted_at,
                waiting_since: submitted_at,
                begin_at: None,
                retry_at: None,
                need,
                duration: job.minutes.map(|m| Duration::from_secs(m * 60)),
                start_by: None,
                hold: MicroUsd(job.hold),
                charge: u64::from(job.nodes) * job.minutes.unwrap_or(60),
                licenses: licenses(&job),
                depend: [].into(),
            });
        }
        self
    }

    /// Adds jobs that have capacity, for so many more minutes each; numbered from 1001.
    pub(crate) fn run(mut self, jobs: impl IntoIterator<Item = Job>) -> Case {
        for job in jobs {
            let (owner, project) = (self.owner(job.owner), self.project(job.project));
            self.0.running.push(RunningJob {
                id: JobId(1001 + self.0.running.len() as u64),
                queue: job.queue,
                owner,
                membership: owner,
                project,
                need: need(&job),
                ends_at: job.minutes.map(|m| NOW.plus(Duration::from_secs(m * 60))),
                licenses: licenses(&job),
            });
        }
        self
    }

    /// Plans, checks the plan with the linter, and shows it: `start 1 2`, then `3 CODE` or `3 CODE by +60` for each
    /// job that waits, with the minute by which it starts.
    pub(crate) fn plan(&self) -> String {
        let plan = self.checked();
        let starts: Vec<String> = plan.starts.iter().map(|s| s.job.to_string()).collect();
        let mut lines = vec![format!("start {}", starts.join(" ")).trim_end().to_owned()];
        lines.extend(plan.drops.iter().map(|d| format!("drop {} {}", d.job, d.fault.code)));
        lines.extend(plan.waits.iter().map(|wait| {
            let by = wait.starts_by.map(|at| format!(" by +{}", at.since(NOW).as_secs() / 60));
            format!("{} {}{}", wait.job, wait.reason.code(), by.unwrap_or_default())
        }));
        lines.join("\n")
    }

    pub(crate) fn checked(&self) -> Plan {
        let plan = plan(&self.0);
        assert_eq!(lint(&self.0, &plan), vec![], "P4, P7");
        plan
    }

    pub(crate) fn starts(&self) -> Vec<u64> {
        self.checked().starts.iter().map(|s| s.job.0).collect()
    }
}

fn need(job: &Job) -> Need {
    Need { instances: job.nodes, vcpus: job.nodes * 4, hourly_cost: MicroUsd(u64::from(job.nodes) * 100_000) }
}

fn licenses(job: &Job) -> Box<[(u16, u32)]> {
    if job.licenses > 0 { [(0, job.licenses)].into() } else { [].into() }
}
