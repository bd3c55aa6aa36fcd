//! Which limits there are, and which of them a job is under.
//!
//! A meter is one limit: so much of one measure for one scope. Only limits that exist become meters. Which meters a
//! job is under depends on its queue, owner and project, so it is found once for each such combination.

use crate::snapshot::{LicenseIndex, MembershipIndex, OwnerIndex, ProjectIndex, QueueIndex, Snapshot, Whose};
use soca_domain::limit::{LimitReached, LimitScope, Limits, Measure};

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

/// Where no meter is yet.
const NONE: MeterIndex = MeterIndex::MAX;

/// Which meter each measure of each scope has; a flat list, since it is looked at for every profile.
#[derive(Debug)]
struct Slots {
    queues: usize,
    projects: usize,
    groups: usize,
    owners: usize,
    meters: Vec<MeterIndex>,
}

impl Slots {
    fn new(snapshot: &Snapshot) -> Slots {
        let (queues, projects) = (snapshot.queues.len(), snapshot.projects.len());
        let (groups, owners) = (snapshot.groups.len(), snapshot.owners.len());
        let scopes = 1 + queues * (1 + projects + groups + owners);
        Slots { queues, projects, groups, owners, meters: vec![NONE; scopes * Measure::ALL.len()] }
    }

    /// The slot of a limit. Licenses have none: their meters come first in the list, in their order.
    fn of(&mut self, scope: Scope, measure: Measure) -> &mut MeterIndex {
        let Slots { queues, projects, groups, owners, .. } = *self;
        let of_projects = 1 + queues;
        let of_groups = of_projects + queues * projects;
        let of_users = of_groups + queues * groups;
        let place = match scope {
            Scope::Cluster | Scope::License(_) => 0,
            Scope::Queue(queue) => 1 + usize::from(queue),
            Scope::Project(queue, of) => of_projects + usize::from(queue) * projects + of as usize,
            Scope::Group(queue, of) => of_groups + usize::from(queue) * groups + of as usize,
            Scope::User(queue, of) => of_users + usize::from(queue) * owners + of as usize,
        };
        &mut self.meters[place * Measure::ALL.len() + measure as usize]
    }
}

/// All meters, and which of them jobs are under.
#[derive(Debug)]
pub(crate) struct Meters {
    list: Vec<Meter>,
    slots: Slots,
    profiles: Vec<Box<[(MeterIndex, Measure)]>>,
    /// Profiles of each owner in each queue: an owner has few memberships and projects, so a short list is fastest.
    known: Vec<Vec<(MembershipIndex, ProjectIndex, usize)>>,
}

impl Meters {
    /// The meters of licenses; the others are made as jobs are found to be under them.
    pub(crate) fn new(snapshot: &Snapshot) -> Meters {
        let known = vec![Vec::new(); snapshot.queues.len() * snapshot.owners.len()];
        let license = |(index, license): (usize, &crate::License)| Meter {
            scope: Scope::License(index as LicenseIndex),
            measure: Measure::Jobs,
            limit: u64::from(license.for_jobs),
        };
        let list = snapshot.licenses.iter().enumerate().map(license).collect();
        Meters { list, slots: Slots::new(snapshot), profiles: vec![], known }
    }

    /// All meters by index; the licenses' come first, in their order.
    pub(crate) fn list(&self) -> &[Meter] {
        &self.list
    }

    fn add(&mut self, meter: Meter) -> MeterIndex {
        let slot = self.slots.of(meter.scope, meter.measure);
        if *slot == NONE {
            *slot = self.list.len() as MeterIndex;
            self.list.push(meter);
        }
        *slot
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
