//! Every key of the table, and nothing else: the only file in which key text is made.
//!
//! Numbers are padded with zeros so that text order is number order. A job's own rows share its partition, a stack's
//! share the stack's; what is listed has a *pointer* row, which carries only an id.
//!
//! | Access | PK | SK | How |
//! |---|---|---|---|
//! | a job | `JOB#<id>` | `META` | get |
//! | many jobs, in the order of a list | `JOB#<id>` | `META` | batch get |
//! | everybody's jobs, newest first | `JOB#<id>` | `META` | batch get of the numbers below the counter |
//! | an owner's jobs, newest first | `OWNER#<user>` | `JOB#<id>` | query backwards, then batch get |
//! | the first `Queued` jobs of each owner in a queue | `QUEUE#<name>` | `WAIT#<owner>#<rank>#<submitted>#<id>` | a query for each owner, then batch get |
//! | a queue's `Held` jobs in queue order | `QUEUE#<name>` | `HOLD#<submitted>#<id>` | query, then batch get |
//! | an array's chunks | `JOB#<id>` | `ELEMENTS#<number>` | query, get |
//! | a stream of output | `JOB#<id>` | `OUTPUT#<attempt>#<element or ALL>#<OUT or ERR>` | get |
//! | an idempotency key | `OWNER#<user>` | `REQUEST#<sha-256 of the key>` | get |
//! | a stack | `STACK#<id>` | `META` | get |
//! | every live stack | `LIVE` | `STACK#<job>#<attempt>` | query, then batch get |
//! | a stack's nodes | `STACK#<id>` | `NODE#<instance>` | query, get |
//! | all queues by name | `QUEUES` | `<name>` | query |
//! | what a queue has in use | `USAGE#<name>` | `COUNTERS` | get |
//! | what a user, group or project has in use there | `USAGE#<name>` | `USER#<user>`, `GROUP#<group>`, `PROJECT#<project>` | get |
//! | what an owner spent for a project, day by day | `SHARE#<project or ->` | `<owner>#<day>` | query |
//! | what the region offers, with prices | `REGION` | `OFFERS` | get |
//! | pools that ran dry | `DRY` | `<market>#<type>` | query |
//! | the counter of job numbers | `COUNTER` | `JOB` | update |
//! | the lease on scheduling passes | `LEASE` | `TICK` | update |
//!
//! **No partition runs hot.** One partition takes 1,000 write units a second. Everybody's jobs have no rows at all: job
//! numbers are consecutive, so the newest are found by counting down from the counter. At 100 submits a second the
//! busiest partitions are a queue's list (200 for arrivals and 200 for departures) and the counter (100). The list of
//! live stacks takes 400 at 100 starts and as many ends a second, more than EC2 launches, so it needs no shards and a
//! scheduling pass reads it with one query. A queue's counters have a partition of their own, apart from its list.
//!
//! **No index.** A global secondary index would double the writes of every row in it and its reads are not consistent,
//! which the scheduler needs; pointer rows are written in the same transaction as what they point to.

use sha2::{Digest, Sha256};
use soca_app::ports::store::OutputId;
use soca_domain::{
    InstanceId, Job, JobId, JobState, ProjectName, QueueName, StackId, Timestamp, UserName,
    limit::CounterScope, pool::CapacityPool,
};
use std::fmt::{self, Write as _};

/// The key of one row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// The partition key.
    pub(crate) pk: String,
    /// The sort key.
    pub(crate) sk: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pk, self.sk)
    }
}

/// Neighbouring rows of one partition, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// The partition key.
    pub(crate) pk: String,
    /// The least sort key.
    pub(crate) from: String,
    /// The greatest sort key.
    pub(crate) to: String,
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

/// The rows whose sort key begins with `word#`: `$` is the character after `#`.
fn all(pk: impl Into<String>, word: &str) -> Range {
    Range { pk: pk.into(), from: format!("{word}#"), to: format!("{word}$") }
}

fn job_partition(id: JobId) -> String {
    format!("JOB#{:020}", id.0)
}

fn owner_partition(owner: &UserName) -> String {
    format!("OWNER#{owner}")
}

fn stack_partition(id: &StackId) -> String {
    format!("STACK#{id}")
}

fn queue_partition(queue: &QueueName) -> String {
    format!("QUEUE#{queue}")
}

/// A job.
pub(crate) fn job(id: JobId) -> Key {
    key(job_partition(id), "META")
}

/// A job's place in its owner's list.
pub(crate) fn owned(owner: &UserName, id: JobId) -> Key {
    key(owner_partition(owner), format!("JOB#{:020}", id.0))
}

/// An owner's jobs with numbers below `before`; all of them when `None`.
pub(crate) fn owned_below(owner: &UserName, before: Option<JobId>) -> Range {
    let highest = before.map_or(u64::MAX, |id| id.0.saturating_sub(1));
    Range { pk: owner_partition(owner), from: "JOB#".into(), to: format!("JOB#{highest:020}") }
}

/// A job's place in its queue's waiting list, if its state has one.
pub(crate) fn waiting(job: &Job) -> Option<Key> {
    let Timestamp(submitted) = job.submitted_at.max(Timestamp(0));
    let place = match job.state {
        // The greater priority first, then by submission, each owner's jobs by themselves.
        JobState::Queued { .. } => {
            let rank = i64::from(i32::MAX) - i64::from(job.priority);
            format!("WAIT#{}#{rank:010}#{submitted:016}#{:020}", job.owner, job.id.0)
        }
        JobState::Held { .. } => format!("HOLD#{submitted:016}#{:020}", job.id.0),
        JobState::Provisioning { .. }
        | JobState::Starting { .. }
        | JobState::Running { .. }
        | JobState::Completing { .. }
        | JobState::Ended { .. } => return None,
    };
    Some(key(queue_partition(&job.queue), place))
}

/// Where the first release kept a queued job's place: all owners' together, by submission. Read, and removed with the
/// new place, for one release (P12); written no more.
pub(crate) fn waiting_v1(job: &Job) -> Option<Key> {
    let Timestamp(submitted) = job.submitted_at.max(Timestamp(0));
    let is_queued = matches!(job.state, JobState::Queued { .. });
    is_queued.then(|| key(queue_partition(&job.queue), format!("WAIT#{submitted:016}#{:020}", job.id.0)))
}

/// A queue's `Queued` jobs at their places of the first release: those begin with a digit, and no owner's name does.
pub(crate) fn queued_v1(queue: &QueueName) -> Range {
    Range { pk: queue_partition(queue), from: "WAIT#0".into(), to: "WAIT#:".into() }
}

/// A queue's `Queued` jobs from those of the owner after `last` on; all of them when `None`.
pub(crate) fn queued_after(queue: &QueueName, last: Option<&UserName>) -> Range {
    let rest = all(queue_partition(queue), "WAIT");
    let from = last.map_or("WAIT#:".to_owned(), |owner| format!("WAIT#{owner}$"));
    Range { from, ..rest }
}

/// A queue's `Held` jobs.
pub(crate) fn all_held(queue: &QueueName) -> Range {
    all(queue_partition(queue), "HOLD")
}

/// A chunk of an array.
pub(crate) fn elements(job: JobId, number: u32) -> Key {
    key(job_partition(job), format!("ELEMENTS#{number:010}"))
}

/// An array's chunks.
pub(crate) fn all_elements(job: JobId) -> Range {
    all(job_partition(job), "ELEMENTS")
}

/// A stream of output.
pub(crate) fn output(id: &OutputId) -> Key {
    let element = id.element.map_or("ALL".to_owned(), |e| format!("{:010}", e.0));
    let stream = if id.stderr { "ERR" } else { "OUT" };
    key(job_partition(id.job), format!("OUTPUT#{:010}#{element}#{stream}", id.attempt.0))
}

/// An idempotency key. Hashed, since it may hold anything and be long.
pub(crate) fn request(owner: &UserName, text: &str) -> Key {
    let mut sk = String::from("REQUEST#");
    for byte in Sha256::digest(text.as_bytes()) {
        write!(sk, "{byte:02x}").expect("writing to a string cannot fail");
    }
    key(owner_partition(owner), sk)
}

/// A stack.
pub(crate) fn stack(id: &StackId) -> Key {
    key(stack_partition(id), "META")
}

/// A stack's place in the list of live ones.
pub(crate) fn live(id: &StackId) -> Key {
    let (job, attempt) = id.parts();
    key("LIVE", format!("STACK#{:020}#{:010}", job.0, attempt.0))
}

/// The live stacks.
pub(crate) fn all_live() -> Range {
    all("LIVE", "STACK")
}

/// A node.
pub(crate) fn node(stack: &StackId, instance: &InstanceId) -> Key {
    key(stack_partition(stack), format!("NODE#{instance}"))
}

/// A stack's nodes.
pub(crate) fn all_nodes(stack: &StackId) -> Range {
    all(stack_partition(stack), "NODE")
}

/// A queue's rules. Names consist of ASCII letters, digits, `_` and `-`.
pub(crate) fn queue(name: &QueueName) -> Key {
    key("QUEUES", name.as_str())
}

/// All queues.
pub(crate) fn all_queues() -> Range {
    Range { pk: "QUEUES".into(), from: " ".into(), to: "~".into() }
}

/// A project's rules.
pub(crate) fn project(name: &ProjectName) -> Key {
    key("PROJECTS", name.as_str())
}

/// All projects.
pub(crate) fn all_projects() -> Range {
    Range { pk: "PROJECTS".into(), from: " ".into(), to: "~".into() }
}

/// A project's account: a partition of its own, since every start of the project writes it.
pub(crate) fn account(name: &ProjectName) -> Key {
    key(format!("PROJECT#{name}"), "ACCOUNT")
}

/// A counter of what is in use.
pub(crate) fn usage(scope: &CounterScope) -> Key {
    let (queue, sk) = match scope {
        CounterScope::Queue(queue) => (queue, "COUNTERS".to_owned()),
        CounterScope::User(queue, user) => (queue, format!("USER#{user}")),
        CounterScope::Group(queue, group) => (queue, format!("GROUP#{group}")),
        CounterScope::Project(queue, project) => (queue, format!("PROJECT#{project}")),
    };
    key(format!("USAGE#{queue}"), sk)
}

fn share_partition(project: Option<&ProjectName>) -> String {
    // No project's name begins with a dash.
    format!("SHARE#{}", project.map_or("-", ProjectName::as_str))
}

/// What an owner spent for a project on a day, days since 1970.
pub(crate) fn share(project: Option<&ProjectName>, owner: &UserName, day: i64) -> Key {
    key(share_partition(project), format!("{owner}#{day:010}"))
}

/// What an owner spent for a project from a day on.
pub(crate) fn shares_since(project: Option<&ProjectName>, owner: &UserName, day: i64) -> Range {
    let from = format!("{owner}#{:010}", day.max(0));
    Range { pk: share_partition(project), from, to: format!("{owner}$") }
}

/// What the region offers.
pub(crate) fn offers() -> Key {
    key("REGION", "OFFERS")
}

/// A pool that ran dry.
pub(crate) fn dry_pool(pool: &CapacityPool) -> Key {
    key("DRY", format!("{}#{}", pool.market.as_str(), pool.instance_type))
}

/// All pools that ran dry.
pub(crate) fn all_dry_pools() -> Range {
    Range { pk: "DRY".into(), from: " ".into(), to: "~".into() }
}

/// The last job number given.
pub(crate) fn job_counter() -> Key {
    key("COUNTER", "JOB")
}

/// The lease on scheduling passes.
pub(crate) fn tick_lease() -> Key {
    key("LEASE", "TICK")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use soca_domain::{Attempt, ElementIndex};

    #[test]
    fn every_key_pattern_is_as_released() {
        let queued = samples::job();
        let held = Job { state: JobState::Held { since: Timestamp(0) }, ..queued.clone() };
        let stack_id = StackId::of(JobId(1042), Attempt(1));
        let instance: InstanceId = "i-0abc1234".parse().unwrap();
        let out = OutputId { job: queued.id, attempt: Attempt(1), element: None, stderr: false };
        let err = OutputId { element: Some(ElementIndex(17)), stderr: true, ..out.clone() };
        let keys = [
            ("job", job(queued.id)),
            ("owned", owned(&queued.owner, queued.id)),
            ("waiting, queued", waiting(&queued).unwrap()),
            ("waiting, queued, v1", waiting_v1(&queued).unwrap()),
            ("waiting, held", waiting(&held).unwrap()),
            ("elements", elements(queued.id, 3)),
            ("output", output(&out)),
            ("output of an element", output(&err)),
            ("request", request(&queued.owner, "a key")),
            ("stack", stack(&stack_id)),
            ("live", live(&stack_id)),
            ("node", node(&stack_id, &instance)),
            ("queue", queue(&queued.queue)),
            ("usage of a queue", usage(&CounterScope::Queue(queued.queue.clone()))),
            ("usage of a user", usage(&CounterScope::User(queued.queue.clone(), queued.owner.clone()))),
            ("usage of a group", usage(&CounterScope::Group(queued.queue.clone(), "cfd".parse().unwrap()))),
            (
                "usage of a project",
                usage(&CounterScope::Project(queued.queue.clone(), "wing".parse().unwrap())),
            ),
            ("project", project(&"wing".parse().unwrap())),
            ("account", account(&"wing".parse().unwrap())),
            ("share", share(Some(&"wing".parse().unwrap()), &queued.owner, 20_000)),
            ("share without a project", share(None, &queued.owner, 20_000)),
            ("offers", offers()),
            ("dry_pool", dry_pool(&samples::dry_pool().pool)),
            ("job_counter", job_counter()),
            ("tick_lease", tick_lease()),
        ];
        let ranges = [
            ("owned_below, first page", owned_below(&queued.owner, None)),
            ("owned_below", owned_below(&queued.owner, Some(queued.id))),
            ("queued_v1", queued_v1(&queued.queue)),
            ("queued_after, all", queued_after(&queued.queue, None)),
            ("queued_after", queued_after(&queued.queue, Some(&queued.owner))),
            ("shares_since", shares_since(None, &queued.owner, 20_000)),
            ("all_held", all_held(&queued.queue)),
            ("all_elements", all_elements(queued.id)),
            ("all_live", all_live()),
            ("all_nodes", all_nodes(&stack_id)),
            ("all_queues", all_queues()),
            ("all_projects", all_projects()),
            ("all_dry_pools", all_dry_pools()),
        ];
        let mut text = String::new();
        for (name, k) in keys {
            writeln!(text, "{name:24} {:34} {}", k.pk, k.sk).unwrap();
        }
        for (name, r) in ranges {
            writeln!(text, "{name:24} {:34} {:?} ..= {:?}", r.pk, r.from, r.to).unwrap();
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn text_order_is_number_order() {
        let alice: UserName = "alice".parse().unwrap();
        assert!(owned(&alice, JobId(9)).sk < owned(&alice, JobId(10)).sk);
        assert!(elements(JobId(1), 9).sk < elements(JobId(1), 10).sk);
        let early = samples::job();
        let late = Job { submitted_at: Timestamp(early.submitted_at.0 * 10), id: JobId(1), ..early.clone() };
        assert!(waiting(&early) < waiting(&late));
    }

    #[test]
    fn ranges_hold_their_own_rows_only() {
        let stack_id = StackId::of(JobId(1), Attempt(1));
        let nodes = all_nodes(&stack_id);
        let inside = |r: &Range, k: &Key| r.pk == k.pk && r.from <= k.sk && k.sk <= r.to;
        assert!(inside(&nodes, &node(&stack_id, &"i-ffff".parse().unwrap())));
        assert!(!inside(&nodes, &stack(&stack_id)));
        let mine = owned_below(&"a".parse().unwrap(), None);
        assert!(inside(&mine, &owned(&"a".parse().unwrap(), JobId(u64::MAX))));
        assert!(!inside(&mine, &request(&"a".parse().unwrap(), "k")));
    }
}
