//! Names of owners, groups, projects and queues as the small numbers that the planner works with.

use super::USUAL_RUN;
use soca_domain::{
    GroupName, Job, JobState, ProjectName, QueueName, UserName, depend::Dependency, queue::QueuePolicy,
    stack::Stack,
};
use soca_planner::{
    DependencyState, GroupIndex, MembershipIndex, OwnerIndex, Project, QueueIndex, RunningJob, WaitingJob,
};
use std::collections::BTreeMap;

/// The tables of a snapshot, as they grow.
pub(super) struct Names {
    queues: BTreeMap<QueueName, QueueIndex>,
    owner_at: BTreeMap<UserName, OwnerIndex>,
    membership_at: BTreeMap<Vec<GroupIndex>, MembershipIndex>,
    project_at: BTreeMap<Option<ProjectName>, u32>,
    group_at: BTreeMap<GroupName, GroupIndex>,
    pub(super) owners: Vec<UserName>,
    pub(super) memberships: Vec<Vec<GroupIndex>>,
    pub(super) groups: Vec<GroupName>,
    pub(super) projects: Vec<Project>,
}

impl Names {
    pub(super) fn new(policies: &[QueuePolicy]) -> Self {
        let queues = policies.iter().enumerate();
        let mut names = Self {
            queues: queues.map(|(at, policy)| (policy.name.clone(), at as QueueIndex)).collect(),
            owner_at: BTreeMap::new(),
            membership_at: BTreeMap::new(),
            project_at: BTreeMap::new(),
            group_at: BTreeMap::new(),
            owners: vec![],
            memberships: vec![],
            groups: vec![],
            projects: vec![],
        };
        names.project(None);
        names
    }

    fn project(&mut self, name: Option<&ProjectName>) -> u32 {
        let next = self.projects.len() as u32;
        *self.project_at.entry(name.cloned()).or_insert_with(|| {
            self.projects.push(Project { name: name.cloned(), shares: 1, used: 0, budget_left: None });
            next
        })
    }

    fn owner(&mut self, name: &UserName) -> OwnerIndex {
        let next = self.owners.len() as OwnerIndex;
        *self.owner_at.entry(name.clone()).or_insert_with(|| {
            self.owners.push(name.clone());
            next
        })
    }

    /// The set of groups that a job counts for.
    fn membership(&mut self, names: &[GroupName]) -> MembershipIndex {
        let mut groups = Vec::new();
        for name in names {
            let next = self.groups.len() as GroupIndex;
            groups.push(*self.group_at.entry(name.clone()).or_insert_with(|| {
                self.groups.push(name.clone());
                next
            }));
        }
        groups.sort_unstable();
        groups.dedup();
        let next = self.memberships.len() as MembershipIndex;
        *self.membership_at.entry(groups.clone()).or_insert_with(|| {
            self.memberships.push(groups);
            next
        })
    }

    /// What a stack takes; `None` when its queue is no more.
    pub(super) fn running(&mut self, stack: &Stack) -> Option<RunningJob> {
        Some(RunningJob {
            id: stack.job,
            queue: *self.queues.get(&stack.queue)?,
            owner: self.owner(&stack.owner),
            membership: self.membership(&stack.groups),
            project: self.project(stack.project.as_ref()),
            need: stack.need,
            ends_at: stack.ends_by,
            licenses: [].into(),
        })
    }

    /// What a job asks for; `None` when its queue is no more.
    pub(super) fn waiting(
        &mut self,
        job: &Job,
        depend: Vec<(Dependency, DependencyState)>,
    ) -> Option<WaitingJob> {
        let retry_at = match job.state {
            JobState::Queued { not_before, .. } => not_before,
            _ => None,
        };
        let run = job.launch.walltime.unwrap_or(USUAL_RUN);
        Some(WaitingJob {
            id: job.id,
            queue: *self.queues.get(&job.queue)?,
            owner: self.owner(&job.owner),
            membership: self.membership(&job.groups),
            project: self.project(job.project.as_ref()),
            priority: job.priority,
            submitted_at: job.submitted_at,
            waiting_since: job.state.since(),
            begin_at: job.begin_at,
            retry_at,
            need: job.need,
            duration: job.longest_stay(),
            start_by: job.must_start_by(),
            hold: job.hold(),
            charge: job.need.hourly_cost.per_hour_over(run).0.max(1),
            licenses: [].into(),
            depend: depend.into(),
        })
    }
}
