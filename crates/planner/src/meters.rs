//! Which limits there are, and which of them a job is under.
//!
//! A meter is one limit: so much of one measure for one scope. Only limits that exist become meters. Which meters a
//! job is under depends on its queue, owner and project, so it is found once for each such combination.

use crate::snapshot::{LicenseIndex, MembershipIndex, OwnerIndex, ProjectIndex, QueueIndex, Snapshot, Whose};
use soca_domain::limit::{LimitReached, LimitScope, Limits, Measure};
use std::collections::BTreeMap;

/// Index of a meter.
pub(crate) type MeterIndex = u32;

/// Whose use a meter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// Everybody's.
    Cluster,
    /// A queue's.
    Queue(QueueIndex),
    /// A project's in a queue.
    Project(QueueIndex, ProjectIndex),
    /// A group's in a queue.
    Group(QueueIndex, u32),
    /// An owner's in a queue.
    User(QueueIndex, OwnerIndex),
    /// A license's.
    License(LicenseIndex),
}

impl Scope {
    /// Whether it concerns a part of the users only: a job that it blocks lets the others pass.
    pub(crate) fn is_personal(self) -> bool {
        matches!(self, Scope::Project(..) | Scope::Group(..) | Scope::User(..))
    }
}

/// One limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    /// Whose use it counts.
    pub(crate) scope: Scope,
    /// What it counts; nothing else counts for licenses.
    pub(crate) measure: Measure,
    /// The most that may be in use.
    pub(crate) limit: u64,
}

/// All meters, and which of them jobs are under.
#[derive(Debug)]
pub(crate) struct Meters {
    list: Vec<Meter>,
    found: BTreeMap<(Scope, Measure), MeterIndex>,
    profiles: Vec<Box<[(MeterIndex, Measure)]>>,
    /// Profiles of each owner in each queue: an owner has few memberships and projects, so a short list is fastest.
    known: Vec<Vec<(MembershipIndex, ProjectIndex, usize)>>,
}

impl Meters {
    /// The meters of licenses; the others are made as jobs are found to be under them.
    pub(crate) fn new(snapshot: &Snapshot) -> Meters {
        let known = vec![Vec::new(); snapshot.queues.len() * snapshot.owners.len()];
        let mut meters = Meters { list: vec![], found: BTreeMap::new(), profiles: vec![], known };
        for (index, license) in snapshot.licenses.iter().enumerate() {
            let scope = Scope::License(index as LicenseIndex);
            meters.add(Meter { scope, measure: Measure::Jobs, limit: u64::from(license.for_jobs) });
        }
        meters
    }

    /// All meters by index; the licenses' come first, in their order.
    pub(crate) fn list(&self) -> &[Meter] {
        &self.list
    }

    fn add(&mut self, meter: Meter) -> MeterIndex {
        let next = self.list.len() as MeterIndex;
        let Meters { list, found, .. } = self;
        *found.entry((meter.scope, meter.measure)).or_insert_with(|| {
            list.push(meter);
            next
        })
    }

    /// The meter of one shared limit.
    pub(crate) fn shared(&mut self, scope: Scope, measure: Measure, limit: u64) -> MeterIndex {
        self.add(Meter { scope, measure, limit })
    }

    /// The meters of whoever a job counts for, and what each measures, the widest scope first; without its licenses.
    pub(crate) fn of(&mut self, snapshot: &Snapshot, whose: Whose) -> &[(MeterIndex, Measure)] {
        let (queue, owner, membership, project) = whose;
        let row = usize::from(queue) * snapshot.owners.len() + owner as usize;
        let known = self.known[row].iter().find(|(m, p, _)| (*m, *p) == (membership, project));
        let at = match known {
            Some((_, _, at)) => *at,
            None => {
                let profile = self.find(snapshot, whose);
                self.profiles.push(profile);
                self.known[row].push((membership, project, self.profiles.len() - 1));
                self.profiles.len() - 1
            }
        };
        &self.profiles[at]
    }

    fn find(&mut self, snapshot: &Snapshot, key: Whose) -> Box<[(MeterIndex, Measure)]> {
        let (queue, owner, membership, project) = key;
        let rules = &snapshot.queues[usize::from(queue)];
        let groups = &snapshot.memberships[membership as usize];
        let mut scoped: Vec<(Scope, &Limits)> =
            vec![(Scope::Cluster, &snapshot.policy.limits), (Scope::Queue(queue), &rules.limits)];
        // Jobs without a project are under no project's limits.
        if snapshot.projects[project as usize].name.is_some() {
            scoped.push((Scope::Project(queue, project), &rules.per_project));
        }
        scoped.extend(groups.iter().map(|group| (Scope::Group(queue, *group), &rules.per_group)));
        scoped.push((Scope::User(queue, owner), &rules.per_user));
        let mut profile = Vec::new();
        for (scope, limits) in scoped {
            for measure in Measure::ALL {
                if let Some(limit) = limits.of(measure) {
                    profile.push((self.add(Meter { scope, measure, limit }), measure));
                }
            }
        }
        profile.into()
    }

    /// The reason when a meter blocks.
    pub(crate) fn reached(&self, snapshot: &Snapshot, at: MeterIndex, used: u64, asked: u64) -> LimitReached {
        let Meter { scope, measure, limit } = self.list[at as usize];
        let scope = match scope {
            Scope::Cluster | Scope::License(_) => LimitScope::Cluster,
            Scope::Queue(_) => LimitScope::Queue,
            Scope::Project(_, project) => match &snapshot.projects[project as usize].name {
                Some(name) => LimitScope::Project(name.clone()),
                None => LimitScope::Queue,
            },
            Scope::Group(_, group) => LimitScope::Group(snapshot.groups[group as usize].clone()),
            Scope::User(..) => LimitScope::User,
        };
        LimitReached { scope, measure, used, asked, limit }
    }
}
