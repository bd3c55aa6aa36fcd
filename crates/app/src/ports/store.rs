//! The port to the table: reads by key, and one way to write, an all-or-nothing list of conditional writes.

use async_trait::async_trait;
use soca_domain::{
    InstanceId, Job, JobId, MicroUsd, ProjectName, QueueName, StackId, Timestamp, UserName,
    element::ElementChunk,
    id::ElementIndex,
    ledger::Account,
    limit::{CounterScope, Limits, Need, Usage},
    node::Node,
    offer::OfferList,
    pool::DryPool,
    project::Project,
    queue::QueuePolicy,
    stack::Stack,
};

/// What can go wrong with the table.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A condition of `writes[index]` does not hold: somebody else wrote first. Nothing was written.
    #[error("write {index} lost a race")]
    Conflict {
        /// Which write.
        index: usize,
    },
    /// The table did not answer, or throttled. Nothing is known about the write: repeating it is safe, since every
    /// write is conditional.
    #[error("the table is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row that cannot be read: written by a newer release, or damaged.
    #[error("a row cannot be read: {0}")]
    Corrupt(String),
}

/// One conditional write. A list of up to 20 of them is committed together or not at all.
///
/// For entities with a version, the value to write carries the version it was *read* with; the store writes
/// `version + 1` on the condition that the stored version is still that one.
#[derive(Clone, Debug)]
pub enum Write {
    /// A new job; conflicts when the id is taken. Also puts its waiting-list and owner-list entries.
    CreateJob(Job),
    /// A changed job. `was` is the job as read: the store moves it between the waiting lists by comparing the two.
    UpdateJob {
        /// As read.
        was: Box<Job>,
        /// As it should be.
        now: Box<Job>,
    },
    /// A new stack; conflicts when it exists. Also puts it on the list of live stacks.
    CreateStack(Stack),
    /// A changed stack; one that is released leaves the list of live stacks.
    UpdateStack(Stack),
    /// A node that enrols; conflicts when the instance has enrolled in the stack before.
    CreateNode(Node),
    /// A changed node.
    UpdateNode(Node),
    /// Elements of an array (version 0: not stored before).
    SaveElements(ElementChunk),
    /// A new queue; conflicts when it exists.
    CreateQueue(QueuePolicy),
    /// A queue's rules, whatever they were.
    PutQueue(QueuePolicy),
    /// One more job; conflicts when a limit would be passed (P4).
    TakeCapacity {
        /// Where it is counted.
        scope: CounterScope,
        /// What that may have in use, as the plan saw it.
        limits: Limits,
        /// What the job takes.
        need: Need,
    },
    /// One job less.
    GiveCapacity {
        /// Where it was counted.
        scope: CounterScope,
        /// What it took.
        need: Need,
    },
    /// A project's rules, whatever they were.
    PutProject(Project),
    /// Holds so much of a project's budget; conflicts when more than `limit` would be held and spent (P4).
    HoldBudget {
        /// Whose budget.
        project: ProjectName,
        /// How much.
        amount: MicroUsd,
        /// The hard budget, if there is one.
        limit: Option<MicroUsd>,
    },
    /// Gives a hold back and notes what was spent; conflicts when less is held.
    SettleBudget {
        /// Whose budget.
        project: ProjectName,
        /// What was held.
        held: MicroUsd,
        /// What the job cost.
        cost: MicroUsd,
    },
    /// Adds what somebody spent, for fair share.
    Spend(Spending),
    /// What the region offers, whatever was known before.
    PutOffers(OfferList),
    /// A pool that ran dry, whatever was known of it before.
    NoteDry(DryPool),
    /// Remembers which job an idempotency key made; conflicts when the owner has used the key before.
    RememberRequest(RememberedRequest),
    /// Notes that a stream of output has grown; conflicts unless its size is still `was_size`.
    GrowOutput {
        /// The stream as it should be.
        output: OutputState,
        /// Its size as read; 0 when it was not stored.
        was_size: u64,
    },
}

/// What an idempotency key stands for. Kept for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RememberedRequest {
    /// Whose key.
    pub owner: UserName,
    /// The key.
    pub key: String,
    /// SHA-256 of the request, hexadecimal.
    pub fingerprint: String,
    /// The job it made.
    pub job: JobId,
    /// After this the store may forget it.
    pub expires_at: Timestamp,
}

/// Which stream of output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputId {
    /// Whose.
    pub job: JobId,
    /// Of which attempt.
    pub attempt: soca_domain::Attempt,
    /// Of which element, in an array.
    pub element: Option<ElementIndex>,
    /// Standard error rather than standard output.
    pub stderr: bool,
}

/// How far a stream of output has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputState {
    /// Which stream.
    pub id: OutputId,
    /// Bytes stored.
    pub size: u64,
    /// The last bytes, at most [`TAIL_BYTES`], for following without a look at the chunks.
    pub tail: Vec<u8>,
}

/// What somebody spent for a project on one day. Days are summed, so that two writers never lose each other's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// For which project.
    pub project: Option<ProjectName>,
    /// Who.
    pub owner: UserName,
    /// The day, counted from 1970-01-01.
    pub day: i64,
    /// How much.
    pub cost: MicroUsd,
}

/// How many of a stream's last bytes the table keeps.
pub const TAIL_BYTES: usize = 8 * 1024;

/// One page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// In the listing's order.
    pub items: Vec<T>,
    /// Opaque; where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A lease on the right to run scheduling passes, with a count of wishes so that a burst of events becomes one pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickLease {
    /// The caller has it, until it finishes or the lease runs out; `wishes` is how many had been made.
    Granted {
        /// All wishes made so far.
        wishes: u64,
    },
    /// Somebody else has it and will see the caller's wish before letting go.
    Busy,
}

/// The table.
#[async_trait]
pub trait Store: Send + Sync {
    /// Commits a list of writes, all or none.
    async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Takes `count` fresh job ids, consecutive, never given before.
    async fn allocate_job_ids(&self, count: u32) -> Result<JobId, StoreError>;
    /// One job.
    async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError>;
    /// An owner's jobs, or everybody's when `None`; newest first.
    async fn jobs(
        &self,
        owner: Option<&UserName>,
        limit: u32,
        from: Option<&str>,
    ) -> Result<Page<Job>, StoreError>;
    /// The first `per_owner` jobs of each owner that are `Queued` in a queue, by priority and submission; `most` in all.
    /// Where that is too many, each owner's first comes before anybody's second: the cost does not grow with the backlog,
    /// and nobody's jobs hide others'. The answer is in queue order.
    async fn queue_heads(&self, queue: &QueueName, per_owner: u32, most: u32)
    -> Result<Vec<Job>, StoreError>;
    /// The first `limit` jobs that are `Held` in a queue, in queue order.
    async fn held_jobs(&self, queue: &QueueName, limit: u32) -> Result<Vec<Job>, StoreError>;
    /// What an owner's idempotency key stands for.
    async fn remembered(&self, owner: &UserName, key: &str) -> Result<Option<RememberedRequest>, StoreError>;

    /// One stack.
    async fn stack(&self, id: &StackId) -> Result<Option<Stack>, StoreError>;
    /// Every stack that is not released.
    async fn live_stacks(&self) -> Result<Vec<Stack>, StoreError>;
    /// The nodes of a stack that have enrolled, by index.
    async fn nodes(&self, stack: &StackId) -> Result<Vec<Node>, StoreError>;
    /// One node.
    async fn node(&self, stack: &StackId, instance: &InstanceId) -> Result<Option<Node>, StoreError>;

    /// The chunks of an array that have been stored, by number.
    async fn elements(&self, job: JobId) -> Result<Vec<ElementChunk>, StoreError>;
    /// One chunk of an array.
    async fn element_chunk(&self, job: JobId, number: u32) -> Result<Option<ElementChunk>, StoreError>;
    /// How far a stream of output has come.
    async fn output(&self, id: &OutputId) -> Result<Option<OutputState>, StoreError>;

    /// All queues, by name.
    async fn queues(&self) -> Result<Vec<QueuePolicy>, StoreError>;
    /// All projects, by name, also those that were removed.
    async fn projects(&self) -> Result<Vec<Project>, StoreError>;
    /// One project.
    async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError>;
    /// How a project's account stands; nothing when nothing was ever held or spent.
    async fn account(&self, project: &ProjectName) -> Result<Account, StoreError>;
    /// What is in use; zero when nothing was ever taken.
    async fn usage(&self, scope: &CounterScope) -> Result<Usage, StoreError>;
    /// What an owner spent for a project, by day, from a day on.
    async fn spending(
        &self,
        project: Option<&ProjectName>,
        owner: &UserName,
        since_day: i64,
    ) -> Result<Vec<(i64, MicroUsd)>, StoreError>;

    /// What the region offers, if it was ever asked.
    async fn offers(&self) -> Result<Option<OfferList>, StoreError>;
    /// Pools that ran dry, by market and type; also some of which that is long ago.
    async fn dry_pools(&self) -> Result<Vec<DryPool>, StoreError>;

    /// Makes a wish for a pass and takes the lease if it is free or has run out. `holder` is fresh for each call.
    async fn begin_tick(
        &self,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<TickLease, StoreError>;
    /// Lets the lease go, if no wish beyond `wishes` has been made; otherwise keeps it and returns all wishes.
    /// `Granted` means: run another pass. `Busy` means: the lease is let go, or was lost.
    async fn end_tick(&self, holder: &str, wishes: u64, now: Timestamp) -> Result<TickLease, StoreError>;
}
