//! How an attempt ended, and what becomes of the job: an end state, or another attempt.

use crate::{
    fault::{Code, Fault},
    id::UserName,
};
use serde::{Deserialize, Serialize};

/// How one attempt ended. The first verdict stands; later ones are ignored (P2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Verdict {
    /// The script ended by itself.
    Exited {
        /// Its exit status.
        status: i32,
    },
    /// The script was ended by a signal nobody of ours sent.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// The walltime was used up.
    Walltime,
    /// Somebody cancelled it.
    Cancelled {
        /// Who.
        by: UserName,
    },
    /// It could not be started or carried on.
    Fault {
        /// Why.
        fault: Fault,
    },
}

/// The five end states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The script exited 0.
    Completed,
    /// The script failed, or the job could not be run.
    Failed,
    /// Cancelled.
    Cancelled,
    /// Ended at its walltime.
    TimedOut,
    /// Its nodes were lost too often.
    NodeFailed,
}

impl Outcome {
    /// The word in replies and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::TimedOut => "timed_out",
            Outcome::NodeFailed => "node_failed",
        }
    }
}

/// What follows a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The job has ended.
    End(Outcome),
    /// It goes back to its queue for another attempt.
    Requeue,
}

/// Whether a fault is the cloud's weather rather than the job's mistake, so that another attempt may go better.
fn weather(code: Code) -> bool {
    matches!(
        code,
        Code::CapacityUnavailable
            | Code::QuotaInUse
            | Code::StackFailed
            | Code::BootTimeout
            | Code::NodeLost
            | Code::SpotInterrupted
            | Code::Unavailable
            | Code::Internal
    )
}

impl Verdict {
    /// What becomes of the job after this attempt. `may_rerun` is false once it has had all its attempts, and once a
    /// script that must not run twice (`-r n`) has started.
    pub fn next(&self, may_rerun: bool) -> Next {
        match self {
            Verdict::Exited { status: 0 } => Next::End(Outcome::Completed),
            Verdict::Exited { .. } | Verdict::Signalled { .. } => Next::End(Outcome::Failed),
            Verdict::Walltime => Next::End(Outcome::TimedOut),
            Verdict::Cancelled { .. } => Next::End(Outcome::Cancelled),
            Verdict::Fault { fault } if weather(fault.code) && may_rerun => Next::Requeue,
            Verdict::Fault { fault } => Next::End(match fault.code {
                Code::NodeLost | Code::SpotInterrupted | Code::BootTimeout => Outcome::NodeFailed,
                Code::CancelledByUser | Code::DependencyFailed => Outcome::Cancelled,
                Code::WalltimeExceeded | Code::DeadlineMissed | Code::CostCeiling => Outcome::TimedOut,
                _ => Outcome::Failed,
            }),
        }
    }

    /// The exit status that a shell would report: the script's own, or 128 + signal.
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Verdict::Exited { status } => Some(*status),
            Verdict::Signalled { signal } => Some(128 + signal),
            Verdict::Walltime | Verdict::Cancelled { .. } | Verdict::Fault { .. } => None,
        }
    }

    /// Why, as a fault; `None` for an exit with status 0.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Verdict::Exited { status: 0 } => None,
            Verdict::Exited { status } => Some(Fault::new(
                Code::ScriptFailed,
                format!("The script ended with status {status}."),
                "Read the job's output with soca logs; the last lines usually say why.",
            )),
            Verdict::Signalled { signal } => Some(Fault::new(
                Code::ScriptKilled,
                format!("The script was ended by signal {signal}, which soca did not send."),
                "Signal 9 is often the kernel out of memory (ask for a larger instance type), 11 a crash of the program.",
            )),
            Verdict::Walltime => Some(Fault::new(
                Code::WalltimeExceeded,
                "The job used up its walltime and was ended.",
                "Ask for more with -l walltime, or save intermediate results.",
            )),
            Verdict::Cancelled { by } => Some(Fault::new(
                Code::CancelledByUser,
                format!("Cancelled by {by}."),
                "Submit it again if that was not intended.",
            )),
            Verdict::Fault { fault } => Some(fault.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: Code) -> Verdict {
        Verdict::Fault { fault: Fault::new(code, "m", "r") }
    }

    #[test]
    fn weather_requeues_while_it_may_and_refusals_do_not() {
        assert_eq!(fault(Code::CapacityUnavailable).next(true), Next::Requeue);
        assert_eq!(fault(Code::CapacityUnavailable).next(false), Next::End(Outcome::Failed));
        assert_eq!(fault(Code::NodeLost).next(true), Next::Requeue);
        assert_eq!(fault(Code::NodeLost).next(false), Next::End(Outcome::NodeFailed));
        assert_eq!(fault(Code::ImageUnusable).next(true), Next::End(Outcome::Failed));
        assert_eq!(fault(Code::CostCeiling).next(true), Next::End(Outcome::TimedOut));
    }

    #[test]
    fn every_bad_end_has_a_reason() {
        assert!(Verdict::Exited { status: 0 }.fault().is_none());
        for bad in [Verdict::Exited { status: 3 }, Verdict::Signalled { signal: 9 }, Verdict::Walltime] {
            assert!(bad.fault().is_some(), "{bad:?}");
        }
    }
}
