//! What a job says of its own course: how often it is started, how it is warned and ended, and by when or for how much
//! it must be over.

use crate::{
    Job, MicroUsd, Timestamp,
    fault::{Code, Fault},
    id::Attempt,
    request::Begin,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The most often a job may ask to be started.
pub const MAX_ATTEMPTS: u32 = 10;
/// The longest time a job may ask for between SIGTERM and SIGKILL.
pub const MAX_GRACE: Duration = Duration::from_secs(600);
/// The earliest that a job may ask to be warned before its walltime, as in Slurm.
pub const MAX_WARNING: Duration = Duration::from_secs(65_535);

/// What the job or its queue asks for; `None` is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyRequest {
    /// `attempts`
    pub attempts: Option<u32>,
    /// `signal`
    pub warning: Option<Warning>,
    /// `grace`
    pub grace: Option<Duration>,
    /// `deadline`
    pub deadline: Option<Begin>,
    /// `max_cost`
    pub max_cost: Option<MicroUsd>,
}

impl PolicyRequest {
    /// The job's values where it has them, else the queue's.
    pub fn or(self, queue: PolicyRequest) -> PolicyRequest {
        PolicyRequest {
            attempts: self.attempts.or(queue.attempts),
            warning: self.warning.or(queue.warning),
            grace: self.grace.or(queue.grace),
            deadline: self.deadline.or(queue.deadline),
            max_cost: self.max_cost.or(queue.max_cost),
        }
    }

    /// The policy of a job that is submitted now.
    ///
    /// # Errors
    /// `BAD_VALUE` for a deadline that is no date.
    pub fn resolve(self, singleton: bool, now: Timestamp) -> Result<Policy, Fault> {
        let no_date = || {
            Fault::new(
                Code::BadValue,
                "There is no such date as the one that deadline gives.",
                "Write [[CCYY]MMDD]hhmm, in UTC.",
            )
        };
        let deadline = self.deadline.map(|at| at.after(now).ok_or_else(no_date)).transpose()?;
        Ok(Policy {
            attempts: self.attempts.map_or(Attempt::MAX, Attempt),
            warning: self.warning,
            grace: self.grace,
            deadline,
            max_cost: self.max_cost,
            singleton,
        })
    }
}

/// What holds for one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// How often it may be started before lost nodes and dry pools end it as failed.
    pub attempts: Attempt,
    /// The signal that warns its script before the end.
    pub warning: Option<Warning>,
    /// Between SIGTERM and SIGKILL, if not the usual time.
    pub grace: Option<Duration>,
    /// By when it must have ended.
    pub deadline: Option<Timestamp>,
    /// What its instances may cost, over all attempts.
    pub max_cost: Option<MicroUsd>,
    /// Whether it waits for its owner's other jobs of its name.
    pub singleton: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            attempts: Attempt::MAX,
            warning: None,
            grace: None,
            deadline: None,
            max_cost: None,
            singleton: false,
        }
    }
}

/// A signal before the end, so that a script can save its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Which.
    pub signal: WarningSignal,
    /// So long before the walltime.
    pub before: Duration,
    /// Only to the script's own shell (Slurm's `B:`), not to its process group.
    pub shell_only: bool,
}

/// Signals that can warn a script; those that end or stop it whatever it does are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "POSIX's own names")]
pub enum WarningSignal {
    Hup,
    Int,
    Quit,
    Usr1,
    Usr2,
    Term,
    Cont,
    Urg,
    Winch,
}

impl WarningSignal {
    /// Name without `SIG`, and number on Linux (`signal(7)`, x86 and ARM).
    pub const ALL: &'static [(&'static str, i32, WarningSignal)] = &[
        ("HUP", 1, WarningSignal::Hup),
        ("INT", 2, WarningSignal::Int),
        ("QUIT", 3, WarningSignal::Quit),
        ("USR1", 10, WarningSignal::Usr1),
        ("USR2", 12, WarningSignal::Usr2),
        ("TERM", 15, WarningSignal::Term),
        ("CONT", 18, WarningSignal::Cont),
        ("URG", 23, WarningSignal::Urg),
        ("WINCH", 28, WarningSignal::Winch),
    ];

    fn row(self) -> (&'static str, i32) {
        let found = Self::ALL.iter().find(|(.., signal)| *signal == self);
        found.map(|(name, number, _)| (*name, *number)).expect("every signal has a row")
    }

    /// Its name without `SIG`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Its number on Linux.
    pub fn number(self) -> i32 {
        self.row().1
    }
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shell = if self.shell_only { "B:" } else { "" };
        write!(f, "{shell}{}@{}", self.signal.name(), self.before.as_secs())
    }
}

impl Job {
    /// The moment at which the current attempt must be over, besides its walltime, and the code of what ends it then:
    /// its deadline, or the moment at which the dearest of its types would have used up its cost ceiling.
    pub fn must_end_by(&self) -> Option<(Timestamp, Code)> {
        let policy = &self.run.policy;
        let deadline = policy.deadline.map(|at| (at, Code::DeadlineMissed));
        deadline
            .into_iter()
            .chain(self.spent_by().map(|at| (at, Code::CostCeiling)))
            .min_by_key(|(at, _)| *at)
    }

    fn spent_by(&self) -> Option<Timestamp> {
        let left = self.run.policy.max_cost?.0.saturating_sub(self.cost().0);
        let rate = self.need.hourly_cost.0;
        let from = self.last_attempt()?.placed_at;
        let millis = u128::from(left) * 3_600_000 / u128::from(rate.max(1));
        Some(from.plus(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX / 4))))
    }

    /// Until when it can start so that it is over by its deadline; `None` without one.
    pub fn must_start_by(&self) -> Option<Timestamp> {
        let stay = self.longest_stay().unwrap_or_default();
        let stay = i64::try_from(stay.as_millis()).unwrap_or(i64::MAX);
        self.run.policy.deadline.map(|at| Timestamp(at.0.saturating_sub(stay)))
    }

    /// That it is past its deadline, or can no longer meet it.
    pub fn deadline_missed(deadline: Timestamp) -> Fault {
        Fault::new(
            Code::DeadlineMissed,
            format!("The job could not be over by its deadline, {deadline}."),
            "Submit it again with a later deadline or a shorter walltime.",
        )
    }

    /// That its money is used up.
    pub fn money_spent(max_cost: MicroUsd) -> Fault {
        Fault::new(
            Code::CostCeiling,
            format!("The job's instances have cost what it may cost, {max_cost}."),
            "Submit it again with a higher max_cost, on a cheaper instance type, or with intermediate results saved.",
        )
    }
}
