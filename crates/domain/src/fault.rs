//! The registry of user-visible errors: a stable code, one sentence in the user's words, and a remedy.
//!
//! Codes never change once released; `docs/ERRORS.md` has a section for each and a test compares the two.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What went wrong, in a form that API, CLI, job records and tests share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// One sentence in the user's words.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Where in the job script, when it is about a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A position in a job script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The directive or parameter concerned, as written.
    pub name: String,
}

impl Fault {
    /// A fault that is not about a place in a script.
    pub fn new(code: Code, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, message: message.into(), remedy: remedy.into(), place: None }
    }

    /// The same fault, located in the job script.
    pub fn at(mut self, line: u32, column: u32, name: impl Into<String>) -> Self {
        self.place = Some(Place { line, column, name: name.into() });
        self
    }
}

/// What kind of failure a code is; the HTTP layer turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is wrong; the same request will fail again.
    Invalid,
    /// Nobody has signed in, or the proof is not good.
    Unauthenticated,
    /// Signed in, and not allowed.
    Forbidden,
    /// There is no such thing, or it is not the caller's to know.
    NotFound,
    /// The thing is in a state that does not allow it.
    Conflict,
    /// The request is too large.
    TooLarge,
    /// Our side could not do it now; try again.
    Unavailable,
    /// The cloud or the machine failed a job; not an answer to a request.
    Job,
}

/// Declares the codes with their text and kind in one list, so that none can be forgotten.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident;)*) => {
        /// A stable error code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code, in the registry's order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it appears in replies, logs and the state machine.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// What kind of failure it is.
            pub fn kind(self) -> Kind {
                match self { $(Code::$name => Kind::$kind,)* }
            }
        }
    };
}

codes! {
    // Reading a job script.
    /// The script has no commands.
    EmptyScript = "EMPTY_SCRIPT", Invalid;
    /// The script is not text.
    BinaryScript = "BINARY_SCRIPT", Invalid;
    /// The script is over the limit.
    ScriptTooLarge = "SCRIPT_TOO_LARGE", TooLarge;
    /// A directive that soca does not know.
    UnknownDirective = "UNKNOWN_DIRECTIVE", Invalid;
    /// A directive or parameter that exists elsewhere and is not supported here.
    UnsupportedDirective = "UNSUPPORTED_DIRECTIVE", Invalid;
    /// A resource name (`-l name=value`) that soca does not know.
    UnknownResource = "UNKNOWN_RESOURCE", Invalid;
    /// A directive's or parameter's value is wrong.
    BadValue = "BAD_VALUE", Invalid;
    /// A walltime that cannot be read or is out of range.
    BadWalltime = "BAD_WALLTIME", Invalid;
    /// A node, CPU or process count that is zero, negative or absurd.
    BadCount = "BAD_COUNT", Invalid;
    /// A memory size that cannot be read.
    BadMemory = "BAD_MEMORY", Invalid;
    /// An array range that cannot be read or is empty.
    BadArray = "BAD_ARRAY", Invalid;
    /// A dependency that cannot be read, or names an unknown job.
    BadDependency = "BAD_DEPENDENCY", Invalid;
    /// Two parameters that exclude each other.
    ConflictingParameters = "CONFLICTING_PARAMETERS", Invalid;

    // Submitting and managing jobs.
    /// A name with characters that are not allowed.
    BadName = "BAD_NAME", Invalid;
    /// Not a job number.
    BadJobId = "BAD_JOB_ID", Invalid;
    /// Not a stack id.
    BadStackId = "BAD_STACK_ID", Invalid;
    /// The request's body cannot be read.
    BadBody = "BAD_BODY", Invalid;
    /// A query parameter cannot be read.
    BadQuery = "BAD_QUERY", Invalid;
    /// A path outside the shared file system.
    BadPath = "BAD_PATH", Invalid;
    /// There is no such queue.
    UnknownQueue = "UNKNOWN_QUEUE", Invalid;
    /// There is no such instance type in this region.
    UnknownInstanceType = "UNKNOWN_INSTANCE_TYPE", Invalid;
    /// Neither job nor queue names an instance type.
    NoInstanceType = "NO_INSTANCE_TYPE", Invalid;
    /// The job can never run in this queue: it asks for more than a limit allows.
    OverQueueLimit = "OVER_QUEUE_LIMIT", Invalid;
    /// The job cannot be over by its deadline, even if it starts at once.
    DeadlineTooSoon = "DEADLINE_TOO_SOON", Invalid;
    /// The job may cost more than it says that it may.
    OverMaxCost = "OVER_MAX_COST", Invalid;
    /// The job asks for a longer walltime than the queue allows.
    WalltimeTooLong = "WALLTIME_TOO_LONG", Invalid;
    /// The queue does not admit the user.
    QueueNotAllowed = "QUEUE_NOT_ALLOWED", Forbidden;
    /// A parameter that the queue does not let jobs set.
    RestrictedParameter = "RESTRICTED_PARAMETER", Forbidden;
    /// A security group or instance profile that the queue does not allow.
    ResourceNotAllowed = "RESOURCE_NOT_ALLOWED", Forbidden;
    /// A priority that only administrators may give.
    PriorityNotAllowed = "PRIORITY_NOT_ALLOWED", Forbidden;
    /// There is no such project.
    UnknownProject = "UNKNOWN_PROJECT", Invalid;
    /// The cluster takes jobs of projects only, and the job names none.
    ProjectRequired = "PROJECT_REQUIRED", Invalid;
    /// The cluster takes jobs of projects with a budget only, and this one has none.
    ProjectWithoutBudget = "PROJECT_WITHOUT_BUDGET", Invalid;
    /// The project does not admit the user.
    ProjectNotAllowed = "PROJECT_NOT_ALLOWED", Forbidden;
    /// The project's hard budget can never pay what the job may cost, or ran out while it ran.
    BudgetSpent = "BUDGET_SPENT", Invalid;
    /// No price list has the instance type, so a hard budget cannot be kept.
    PriceUnknown = "PRICE_UNKNOWN", Invalid;
    /// The queue has jobs, so it cannot be removed.
    QueueInUse = "QUEUE_IN_USE", Conflict;
    /// The queue does not allow the instance type.
    TypeNotAllowed = "TYPE_NOT_ALLOWED", Invalid;
    /// Something that only administrators may do.
    AdminOnly = "ADMIN_ONLY", Forbidden;
    /// No instance type has what each node is asked to have.
    NoTypeFits = "NO_TYPE_FITS", Invalid;
    /// The instance type is too small for what each node is asked to do.
    InstanceTooSmall = "INSTANCE_TOO_SMALL", Invalid;
    /// The same idempotency key with another request.
    IdempotencyMismatch = "IDEMPOTENCY_MISMATCH", Conflict;
    /// No such job, or not the caller's.
    JobNotFound = "JOB_NOT_FOUND", NotFound;
    /// No such page or method.
    RouteNotFound = "ROUTE_NOT_FOUND", NotFound;
    /// The job has already ended.
    JobEnded = "JOB_ENDED", Conflict;
    /// The job is not in a state for this.
    WrongState = "WRONG_STATE", Conflict;

    // Signing in.
    /// No token was sent.
    TokenMissing = "TOKEN_MISSING", Unauthenticated;
    /// The token cannot be read or is signed by nobody we trust.
    TokenInvalid = "TOKEN_INVALID", Unauthenticated;
    /// The token has expired.
    TokenExpired = "TOKEN_EXPIRED", Unauthenticated;
    /// The token is genuine and for somebody else's pool, client or use.
    TokenForeign = "TOKEN_FOREIGN", Unauthenticated;

    // Nodes.
    /// A join token that is wrong or for another stack.
    JoinTokenInvalid = "JOIN_TOKEN_INVALID", Unauthenticated;
    /// A join token that this node has used already.
    JoinTokenUsed = "JOIN_TOKEN_USED", Unauthenticated;
    /// A join token whose time is over.
    JoinTokenExpired = "JOIN_TOKEN_EXPIRED", Unauthenticated;
    /// A node session that is unknown or over.
    NodeSessionInvalid = "NODE_SESSION_INVALID", Unauthenticated;
    /// A node that asks for, or reports on, work that is not its own.
    NotYourWork = "NOT_YOUR_WORK", Forbidden;
    /// A sync with a sequence number that was superseded.
    StaleSequence = "STALE_SEQUENCE", Conflict;

    // Why a job could not be started, or ended.
    /// EC2 refused the launch in its dry run.
    DryRunRefused = "DRY_RUN_REFUSED", Job;
    /// The image does not exist or does not fit the instance type.
    ImageUnusable = "IMAGE_UNUSABLE", Job;
    /// A subnet does not exist or is not the cluster's.
    SubnetUnusable = "SUBNET_UNUSABLE", Job;
    /// The instance type has no Elastic Fabric Adapter.
    EfaUnsupported = "EFA_UNSUPPORTED", Job;
    /// The account's vCPU quota is smaller than the job.
    QuotaTooSmall = "QUOTA_TOO_SMALL", Job;
    /// The account's vCPU quota is in use by others at the moment.
    QuotaInUse = "QUOTA_IN_USE", Job;
    /// EC2 has no such capacity now.
    CapacityUnavailable = "CAPACITY_UNAVAILABLE", Job;
    /// CloudFormation could not make the stack.
    StackFailed = "STACK_FAILED", Job;
    /// The nodes did not report in time.
    BootTimeout = "BOOT_TIMEOUT", Job;
    /// A node was lost while the job ran.
    NodeLost = "NODE_LOST", Job;
    /// EC2 took a spot node back.
    SpotInterrupted = "SPOT_INTERRUPTED", Job;
    /// The job used up its walltime.
    WalltimeExceeded = "WALLTIME_EXCEEDED", Job;
    /// The script ended with a status other than 0.
    ScriptFailed = "SCRIPT_FAILED", Job;
    /// The script was ended by a signal that soca did not send.
    ScriptKilled = "SCRIPT_KILLED", Job;
    /// Some elements of the array failed.
    ElementsFailed = "ELEMENTS_FAILED", Job;
    /// The disk was full while output was written.
    DiskFull = "DISK_FULL", Job;
    /// The node could not start the script.
    CannotStart = "CANNOT_START", Job;
    /// A user cancelled the job.
    CancelledByUser = "CANCELLED_BY_USER", Job;
    /// A job this one depends on ended otherwise than required.
    DependencyFailed = "DEPENDENCY_FAILED", Job;
    /// The job was not over by its deadline, or can no longer be.
    DeadlineMissed = "DEADLINE_MISSED", Job;
    /// The job cost as much as it may.
    CostCeiling = "COST_CEILING", Job;
    /// The job waited past the longest wait allowed.
    WaitedTooLong = "WAITED_TOO_LONG", Job;

    // Replaying a trace.
    /// A trace that cannot be read.
    BadTrace = "BAD_TRACE", Invalid;
    /// A trace without a job that can be replayed.
    EmptyTrace = "EMPTY_TRACE", Invalid;

    // Our side.
    /// A service we need did not answer, or is throttling.
    Unavailable = "UNAVAILABLE", Unavailable;
    /// A fault of ours, logged with the request's id.
    Internal = "INTERNAL", Unavailable;

    // License servers, and SOCA's own files.
    /// A license server, or the daemon behind it, does not answer.
    LicenseServerDown = "LICENSE_SERVER_DOWN", Unavailable;
    /// What a license server's status command printed cannot be read.
    LicenseStatusUnreadable = "LICENSE_STATUS_UNREADABLE", Invalid;
    /// One of SOCA's configuration files is not YAML or not of the form it should have.
    ConfigUnreadable = "CONFIG_UNREADABLE", Invalid;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Code::ALL.iter().copied().find(|c| c.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_none_is_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} is there twice");
            assert_eq!(code.as_str().parse::<Code>(), Ok(*code));
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
        }
    }
}
