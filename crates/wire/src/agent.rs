//! The agent protocol: `POST /agent/v1/enroll` once, then `POST /agent/v1/sync` with reports up, directives down.
//!
//! The agent chooses its session token itself before it first calls and stores it, so a lost reply to `enroll` is
//! repeated with the same token and answered alike; the same instance with another token is refused. Every sync has a
//! sequence number that grows by one for each *new* set of reports: the same number again is a repetition and changes
//! nothing, a lower one is refused as `STALE_SEQUENCE` (P6). Errors are [`crate::agent::Refusal`]s.

use serde::{Deserialize, Serialize};

/// The most bytes of output one chunk carries, before base64.
pub const MAX_CHUNK_BYTES: usize = 256 * 1024;
/// The most bytes of one stream that are shipped; the file on the shared file system has the rest.
pub const MAX_SHIPPED_BYTES: u64 = 64 * 1024 * 1024;
/// The most reports in one sync.
pub const MAX_REPORTS: usize = 256;
/// The most directives in one reply.
pub const MAX_DIRECTIVES: usize = 16;

/// First call of a node. Header: none; the join token is the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrollRequest {
    /// The stack in whose user data the join token was.
    pub stack: String,
    /// This EC2 instance.
    pub instance: String,
    /// The token from the user data.
    pub join_token: String,
    /// 64 hexadecimal digits (256 random bits) chosen by the agent: its bearer token from now on.
    pub session_token: String,
    /// Host name for the node file.
    pub hostname: String,
    /// Private address.
    pub address: String,
    /// The type EC2 actually launched.
    pub instance_type: String,
    /// CPUs the node sees.
    pub cpus: u32,
    /// Memory the node sees, MiB.
    pub memory_mib: u64,
    /// The agent's version.
    pub agent_version: String,
}

/// The answer: who this node is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrollReply {
    /// Position in the stack, from 0; node 0 runs the script.
    pub node_index: u32,
    /// First sync after so many milliseconds.
    pub interval_ms: u64,
}

/// Header: `Authorization: Bearer <session token>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// The node's stack.
    pub stack: String,
    /// The node's instance.
    pub instance: String,
    /// Grows by one with each new set of reports, from 1. A sync without anything new repeats the last
    /// acknowledged number with no reports.
    pub sequence: u64,
    /// In the order in which they happened.
    pub reports: Vec<Report>,
}

/// What happened on the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Report {
    /// The job's script, or the first element of the array, has started.
    Started {
        /// The job's number.
        job: u64,
        /// The attempt that the directive named.
        attempt: u32,
        /// Milliseconds since 1970.
        at_ms: i64,
    },
    /// Elements that started or ended since the last report, batched.
    Elements {
        /// The array job's number.
        job: u64,
        /// The attempt that the directive named.
        attempt: u32,
        /// One entry for each change, in order.
        changes: Vec<ElementChange>,
    },
    /// A piece of output. Chunks of one stream come in order and without gaps.
    Output {
        /// The job's number.
        job: u64,
        /// The attempt.
        attempt: u32,
        /// The element, of an array.
        element: Option<u32>,
        /// Which stream; a joined job has only one.
        stream: Stream,
        /// Position of the first byte in the stream.
        offset: u64,
        /// The bytes, base64.
        data: String,
    },
    /// The job's script, or the whole array, has ended and no process of it is left.
    Finished {
        /// The job's number.
        job: u64,
        /// The attempt.
        attempt: u32,
        /// Milliseconds since 1970.
        at_ms: i64,
        /// How it ended. For an array: `Exited{0}` when every element exited 0, else the worst.
        end: End,
    },
}

/// One element's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementChange {
    /// Its index.
    pub element: u32,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// `None`: it started. Otherwise how it ended.
    pub end: Option<End>,
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum End {
    /// By itself.
    Exited {
        /// Its status, 0 to 255.
        status: i32,
    },
    /// By a signal that nobody of ours sent.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// Ended by the agent at the walltime.
    Walltime,
    /// Ended by the agent because it was cancelled.
    Cancelled,
    /// It could not be started, or its output could not be written.
    Broken {
        /// `CANNOT_START` or `DISK_FULL`.
        code: String,
        /// One sentence.
        message: String,
    },
}

/// An output stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output; both when joined.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    /// The stream's name in paths and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

/// The answer to a sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReply {
    /// Everything up to this sequence number is safely stored; the agent may forget it.
    pub acknowledged: u64,
    /// What to do. Sent again until a report shows that it was done, so each must be idempotent.
    pub directives: Vec<Directive>,
    /// Next sync after so many milliseconds, or at once when there is something to report.
    pub interval_ms: u64,
}

/// An order to the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Directive {
    /// Run this job (node 0 only). An agent that has already begun this attempt does nothing.
    Run(Box<RunDirective>),
    /// End the job: SIGTERM, the grace period, SIGKILL; then report `Finished` with `Cancelled`.
    Cancel {
        /// The job's number.
        job: u64,
        /// The attempt.
        attempt: u32,
    },
    /// Warn the job now with the signal of its `Run`, since its capacity is about to be taken away; once, however often
    /// this comes. A job that asked for no warning is left alone.
    Warn {
        /// The job's number.
        job: u64,
        /// The attempt.
        attempt: u32,
    },
    /// Run on this node what `pbsdsh` of the job asks for (nodes other than 0 only). Comes with every answer while the
    /// job is starting or running; once an answer comes without it, what was started so is ended.
    Serve(Box<ServeDirective>),
    /// Nothing more will come; the node is about to be taken away. The agent kills what runs and exits 0.
    Shutdown,
    /// Something that this agent is too old to know; it does nothing. Never sent.
    #[serde(other)]
    Unknown,
}

/// Everything needed to run one attempt of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDirective {
    /// The job's number.
    pub job: u64,
    /// The attempt.
    pub attempt: u32,
    /// `-N`
    pub name: String,
    /// Whose job it is: the POSIX user to become, where the agent may.
    pub owner: String,
    /// Its queue.
    pub queue: String,
    /// Its project.
    pub project: Option<String>,
    /// The script's text.
    pub script: String,
    /// `-S` or the script's `#!` line: interpreter and its arguments; `None` means `/bin/bash`.
    pub shell: Option<String>,
    /// The submit directory, absolute, on the shared file system.
    pub workdir: String,
    /// Output file of a plain job, absolute. For an array the agent puts `.<index>` after it.
    pub stdout: String,
    /// Error file, absolute; the same as `stdout` or unused when joined.
    pub stderr: String,
    /// Both streams go to `stdout` (or, joined into stderr, to `stderr`; the server has swapped the paths already).
    pub joined: bool,
    /// Variables of the user's (`-v`, `-V`).
    pub environment: Vec<(String, String)>,
    /// Host the job was submitted from (`PBS_O_HOST`).
    pub submit_host: String,
    /// Longest run, seconds; `None` is without limit. For an array: of each element.
    pub walltime_seconds: Option<u64>,
    /// Seconds between SIGTERM and SIGKILL.
    pub grace_seconds: u64,
    /// The moment, milliseconds since 1970, at which every script of the job is ended as at its walltime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_by_ms: Option<i64>,
    /// The signal that is sent before the walltime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<WarningDirective>,
    /// CPUs on each node for the job (`NCPUS`, `OMP_NUM_THREADS`).
    pub ncpus: u32,
    /// Lines of each host in the node file (`mpiprocs`).
    pub mpiprocs: u32,
    /// Host names in index order; node 0 first.
    pub nodes: Vec<String>,
    /// The array still to be run, if it is one.
    pub array: Option<ArrayDirective>,
}

/// The signal before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningDirective {
    /// Its number on Linux.
    pub signal: i32,
    /// So many seconds before the script is ended at its walltime.
    pub before_seconds: u64,
    /// Only to the script's own process, not to its process group.
    pub shell_only: bool,
}

/// What a node that does not run the script must know of a job to run commands for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServeDirective {
    /// The job's number.
    pub job: u64,
    /// The attempt.
    pub attempt: u32,
    /// The attempt's stack, which names the directory where its nodes meet.
    pub stack: String,
    /// `-N`
    pub name: String,
    /// Whose job it is: the POSIX user to become, where the agent may.
    pub owner: String,
    /// Its queue.
    pub queue: String,
    /// Its project.
    pub project: Option<String>,
    /// The submit directory, absolute, on the shared file system.
    pub workdir: String,
    /// Variables of the user's (`-v`, `-V`).
    pub environment: Vec<(String, String)>,
    /// Host the job was submitted from (`PBS_O_HOST`).
    pub submit_host: String,
    /// CPUs on each node for the job (`NCPUS`, `OMP_NUM_THREADS`).
    pub ncpus: u32,
    /// Lines of each host in the node file (`mpiprocs`).
    pub mpiprocs: u32,
    /// Host names in index order; node 0 first.
    pub nodes: Vec<String>,
}

/// Which elements of an array are still to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrayDirective {
    /// Inclusive ranges with a step: `[first, last, step]`, in order; what is done already is left out.
    pub ranges: Vec<[u32; 3]>,
    /// At most so many at once.
    pub limit: u32,
}

/// The body of every refusal of the agent endpoints (4xx), and of the API's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code, for example `JOIN_TOKEN_USED`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_is_fixed() {
        let request = SyncRequest {
            stack: "job-1-1".into(),
            instance: "i-0a".into(),
            sequence: 3,
            reports: vec![
                Report::Started { job: 1, attempt: 1, at_ms: 5 },
                Report::Finished { job: 1, attempt: 1, at_ms: 9, end: End::Exited { status: 3 } },
            ],
        };
        insta::assert_json_snapshot!(request, @r#"
        {
          "stack": "job-1-1",
          "instance": "i-0a",
          "sequence": 3,
          "reports": [
            {
              "kind": "started",
              "job": 1,
              "attempt": 1,
              "at_ms": 5
            },
            {
              "kind": "finished",
              "job": 1,
              "attempt": 1,
              "at_ms": 9,
              "end": {
                "how": "exited",
                "status": 3
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn an_order_to_run_from_before_warnings_is_read_and_kept_p12() {
        let old = r#"{"job":1,"attempt":1,"name":"n","owner":"o","queue":"q","project":null,"script":"","shell":null,
            "workdir":"/","stdout":"/o","stderr":"/e","joined":false,"environment":[],"submit_host":"h",
            "walltime_seconds":60,"grace_seconds":30,"ncpus":1,"mpiprocs":1,"nodes":[],"array":null}"#;
        let read: RunDirective = serde_json::from_str(old).unwrap();
        assert_eq!((read.end_by_ms, read.warning), (None, None));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(old).unwrap());
    }

    #[test]
    fn directives_keep_their_form_and_new_ones_are_survived_p12() {
        let answer = r#"{"acknowledged":1,"directives":[{"kind":"cancel","job":1,"attempt":2},{"kind":"shutdown"},
            {"kind":"from_the_future","job":1,"more":{"of":[1,2]}},{"kind":"another"}],"interval_ms":500}"#;
        let reply: SyncReply = serde_json::from_str(answer).unwrap();
        let known = [Directive::Cancel { job: 1, attempt: 2 }, Directive::Shutdown];
        assert_eq!(reply.directives[..2], known);
        assert_eq!(reply.directives[2..], [Directive::Unknown, Directive::Unknown]);
        let written = serde_json::to_string(&known).unwrap();
        assert_eq!(written, r#"[{"kind":"cancel","job":1,"attempt":2},{"kind":"shutdown"}]"#);
    }
}
