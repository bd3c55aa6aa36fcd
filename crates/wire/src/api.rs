//! The HTTP API's bodies: `/v1/…`, JSON, times as RFC 3339 UTC, spans in seconds, money in micro-USD.

mod projects;
mod queue_settings;

pub use projects::{Project, ProjectBudget, ProjectList, ProjectSettings};
pub use queue_settings::{QueueReservation, QueueSettings, QueueShare};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/jobs[?dry_run=true]`; header `Idempotency-Key` makes repeating it safe for a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubmitRequest {
    /// The job script's text, at most 1 MiB, with its directives.
    pub script: String,
    /// Further options in qsub's grammar (`["-l", "walltime=1:0:0"]`); they win over the script's directives.
    #[serde(default)]
    pub options: Vec<String>,
    /// The submit directory: absolute, on the shared file system. Default: the owner's home there.
    #[serde(default)]
    pub workdir: Option<String>,
    /// Default name of the job: the script's file name.
    #[serde(default)]
    pub default_name: Option<String>,
    /// Host name of the submitting machine (`PBS_O_HOST`).
    #[serde(default)]
    pub submit_host: Option<String>,
    /// The submitting shell's environment, for `-V` and `-v NAME`; send only what is asked for.
    #[serde(default)]
    pub environment: Vec<EnvironmentVariable>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The answer to a submit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubmitReply {
    /// The job; absent after a dry run.
    pub job: Option<Job>,
    /// True when the idempotency key had made this job before.
    pub repeated: bool,
    /// What was accepted and probably not meant so.
    pub warnings: Vec<Warning>,
    /// What it would cost at most (instances for the whole walltime); absent without walltime or price.
    pub quote_micro_usd: Option<u64>,
}

/// Something in a script that was accepted with a remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Line in the script, from 1; 0 for the command line.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The directive or parameter.
    pub name: String,
    /// One sentence.
    pub message: String,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Who submitted it.
    pub owner: String,
    /// Its queue.
    pub queue: String,
    /// Its project.
    pub project: Option<String>,
    /// `held queued provisioning starting running completing completed failed cancelled timed_out node_failed`
    pub state: String,
    /// Since when it is in that state.
    pub since: String,
    /// Whether the state is final.
    pub ended: bool,
    /// Why it waits, if it does.
    pub wait: Option<WaitReason>,
    /// Why it ended otherwise than with status 0, or why the last attempt did.
    pub reason: Option<Reason>,
    /// The script's status, or 128 + signal; for an array the worst of its elements'.
    pub exit_code: Option<i32>,
    /// Starts so far.
    pub attempts: Vec<Attempt>,
    /// Somebody has asked for its end.
    pub cancel_requested: bool,
    /// When it was submitted.
    pub submitted_at: String,
    /// When the script last started.
    pub started_at: Option<String>,
    /// When the job ended: capacity gone and paid for.
    pub ended_at: Option<String>,
    /// Milliseconds from submission to the (last) start of the script, or to its end when it never started, or so far.
    pub wait_ms: u64,
    /// Milliseconds the script of the last attempt ran, so far if it runs.
    pub run_ms: u64,
    /// What its instances cost, micro-USD; absent until known.
    pub cost_micro_usd: Option<u64>,
    /// Instances.
    pub nodes: u32,
    /// CPUs asked for on each node.
    pub ncpus: Option<u32>,
    /// Memory asked for on each node, MiB.
    #[serde(default)]
    pub memory_mib: Option<u64>,
    /// GPUs asked for on each node.
    #[serde(default)]
    pub ngpus: Option<u32>,
    /// First choice first.
    pub instance_types: Vec<String>,
    /// `cheapest` or `fastest`, when the types were chosen by what the job asks for.
    #[serde(default)]
    pub instance_selection: Option<String>,
    /// Longest run.
    pub walltime_seconds: Option<u64>,
    /// `first-last[:step][%limit]`
    pub array: Option<String>,
    /// How the elements stand; only for an array and only when one job is asked for.
    pub elements: Option<ElementCounts>,
    /// The submit directory.
    pub workdir: String,
    /// Where standard output goes.
    pub stdout: String,
    /// Where standard error goes.
    pub stderr: String,
    /// `afterok:12`, `afterok:12[3]`, `singleton`, …
    pub depend: Vec<String>,
    /// Earliest start.
    pub begin_at: Option<String>,
    /// How often it is started at most.
    #[serde(default)]
    pub attempts_allowed: Option<u32>,
    /// `[B:]SIGNAL@seconds`: the signal before its walltime, and when its capacity is taken away.
    #[serde(default)]
    pub signal: Option<String>,
    /// Seconds between SIGTERM and SIGKILL, if not the usual time.
    #[serde(default)]
    pub grace_seconds: Option<u64>,
    /// By when it must have ended.
    #[serde(default)]
    pub deadline: Option<String>,
    /// What its instances may cost, micro-USD.
    #[serde(default)]
    pub max_cost_micro_usd: Option<u64>,
}

/// Why a job waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitReason {
    /// A stable word, for example `QUEUE_JOB_LIMIT`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What would let it start.
    pub unblocked_by: String,
    /// Jobs that could run and are before it, as far as the scheduler looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
    /// When it starts at the latest as things stand, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_by: Option<String>,
}

/// Why something ended or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// One start of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Its stack.
    pub stack: String,
    /// When it was decided.
    pub placed_at: String,
    /// When the script started.
    pub started_at: Option<String>,
    /// When it was over.
    pub ended_at: Option<String>,
    /// Why it ended otherwise than with status 0.
    pub reason: Option<Reason>,
    /// What EC2 launched.
    pub instance_type: Option<String>,
    /// What it was to launch, first choice first; empty for attempts of older releases.
    #[serde(default)]
    pub offered_types: Vec<String>,
    /// How instances were bought: `on-demand` or `spot`; absent for attempts of older releases.
    #[serde(default)]
    pub market: Option<String>,
    /// Why it was not what the job asks for first.
    #[serde(default)]
    pub instead_because: Option<String>,
    /// What it cost.
    pub cost_micro_usd: Option<u64>,
}

/// How the elements of an array stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub struct ElementCounts {
    pub total: u32,
    pub waiting: u32,
    pub running: u32,
    pub completed: u32,
    pub failed: u32,
    pub cancelled: u32,
}

/// `GET /v1/jobs?limit=&from=&all=`: newest first; `all=true` shows everybody's to an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobList {
    /// The page.
    pub jobs: Vec<Job>,
    /// Give it as `from` for the next page.
    pub next: Option<String>,
}

/// `GET /v1/jobs/{id}/elements`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ElementList {
    /// How they stand.
    pub counts: ElementCounts,
    /// Every element that has started or ended, in order.
    pub elements: Vec<Element>,
}

/// One element of an array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Element {
    /// Its index.
    pub index: u32,
    /// `running completed failed cancelled timed_out`
    pub state: String,
    /// The attempt that ran it last.
    pub attempt: u32,
    /// Status, or 128 + signal.
    pub exit_code: Option<i32>,
    /// When it started.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Why it ended otherwise than with status 0.
    pub reason: Option<Reason>,
}

/// `GET /v1/jobs/{id}/logs?stream=stdout|stderr&element=&attempt=&offset=`: a piece of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogPiece {
    /// Of which attempt.
    pub attempt: u32,
    /// Position of the first byte.
    pub offset: u64,
    /// Ask from here next.
    pub next_offset: u64,
    /// The bytes, base64.
    pub data: String,
    /// Nothing will come after `next_offset`: the attempt is over and all of its output has been given.
    pub complete: bool,
}

/// `GET /v1/jobs/{id}/explanation`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The job's number.
    pub job: u64,
    /// Its state.
    pub state: String,
    /// One sentence: what is going on.
    pub summary: String,
    /// Why it waits, if it does; computed now.
    pub wait: Option<WaitReason>,
    /// Why it ended, if it has ended badly.
    pub reason: Option<Reason>,
    /// What has happened so far, oldest first.
    pub history: Vec<HistoryLine>,
}

/// One line of a job's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryLine {
    /// When.
    pub at: String,
    /// One sentence.
    pub what: String,
}

/// `GET /v1/queues`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueList {
    /// By name.
    pub queues: Vec<Queue>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Jobs with capacity.
    pub running_jobs: u32,
    /// Their limit.
    pub max_running_jobs: Option<u32>,
    /// Instances provisioned.
    pub provisioned_instances: u32,
    /// Their limit.
    pub max_provisioned_instances: Option<u32>,
    /// Jobs that wait, as far as was counted.
    pub waiting_jobs: u32,
    /// Whether there are more than that.
    pub waiting_jobs_more: bool,
    /// Instance types of a job that does not say.
    pub default_instance_types: Vec<String>,
}

/// `GET /v1/stacks` and `GET /v1/nodes`: live capacity, the caller's own or, for an administrator, everybody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StackList {
    /// By id.
    pub stacks: Vec<Stack>,
}

/// A stack and its nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stack {
    /// Its id.
    pub id: String,
    /// Its job.
    pub job: u64,
    /// The job's owner.
    pub owner: String,
    /// The job's queue.
    pub queue: String,
    /// `reserving launching ready releasing`
    pub state: String,
    /// When it was decided.
    pub created_at: String,
    /// Instances asked for.
    pub nodes_wanted: u32,
    /// Those that have enrolled.
    pub nodes: Vec<Node>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Node {
    /// Position in its stack.
    pub index: u32,
    /// Its instance.
    pub instance: String,
    /// What EC2 launched.
    pub instance_type: String,
    /// Host name.
    pub hostname: String,
    /// `up draining down`
    pub state: String,
    /// When it last called.
    pub last_seen: String,
}

/// `GET /v1/price?instance_type=&nodes=&walltime=`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// The type.
    pub instance_type: String,
    /// Its virtual CPUs.
    pub vcpus: u32,
    /// Its physical cores.
    pub cores: u32,
    /// Its memory, MiB.
    pub memory_mib: u64,
    /// On demand, Linux, one instance for one hour, micro-USD; absent when no list has it.
    pub hourly_micro_usd: Option<u64>,
    /// Instances asked about.
    pub nodes: u32,
    /// For all of them and the whole walltime; absent without walltime or price.
    pub total_micro_usd: Option<u64>,
}

/// `GET /v1/whoami`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhoAmI {
    /// The caller's user name.
    pub user: String,
    /// Whether the caller is an administrator.
    pub admin: bool,
}

/// `GET /v1/info`, without signing in: what a client needs in order to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Info {
    /// The cluster's id.
    pub cluster: String,
    /// soca's version.
    pub version: String,
    /// Where Cognito answers.
    pub cognito_endpoint: String,
    /// The app client's id.
    pub client_id: String,
    /// Where the shared file system is mounted on the nodes.
    pub shared_root: String,
}

/// The body of every refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// The request's id, for the administrator's logs.
    pub request_id: Option<String>,
    /// Line and column in the job script, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Further faults found in the same request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<ErrorDetail>,
}

/// A further fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A position in the job script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// Line, from 1; 0 for the command line's options.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The directive or parameter.
    pub name: String,
}
