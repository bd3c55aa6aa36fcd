//! The supervisor's decisions about a running script: events and the time in, signals out.

use crate::fault::Fault;
use soca_wire::agent::End;

/// What stays behind after the script's end has so long between SIGTERM and SIGKILL.
const SWEEP_GRACE_MS: u64 = 2000;
/// The kill is repeated after this, then after twice as long, and so on up to the longest.
const KILL_AGAIN_MS: (u64, u64) = (20, 1000);

/// How the script's own process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Exited(i32),
    Signalled(i32),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The script's own process ended.
    ScriptEnded(Outcome),
    /// No process of the script is left.
    NoneLeft,
    /// The agent wants the end.
    Cancel,
    /// The agent wants the end without grace.
    Kill,
    /// The agent wants the script warned.
    Warn,
    /// Output could not be written.
    Broken(Fault),
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The signal that the job asked for.
    Warn,
    /// SIGTERM to the script's process group.
    TerminateGroup,
    /// SIGTERM to every process that is left.
    TerminateAll,
    /// SIGKILL to every process that is left.
    KillAll,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The script runs.
    Running,
    /// The script was told to end.
    Ending { kill_at: u64 },
    /// The script ended, something of it may be left.
    Sweeping { kill_at: u64 },
    /// Whatever is left is being killed.
    Killing { again_at: u64, pause: u64 },
    /// Nothing is left.
    Over,
}

/// The state. Times are steady milliseconds.
#[derive(Debug)]
pub(super) struct Machine {
    phase: Phase,
    walltime_at: Option<u64>,
    /// When to warn, until it was done; `None` also of a job that asked for no warning.
    warn_at: Option<u64>,
    grace_ms: u64,
    /// Why it was ended by us: the first reason counts.
    cause: Option<End>,
    outcome: Option<Outcome>,
}

impl Machine {
    /// A script that starts now and may run for `limit_ms`; without a limit there is a warning only on request.
    pub(super) fn new(now: u64, limit_ms: Option<u64>, grace_seconds: u64, warn_ms: Option<u64>) -> Machine {
        let walltime_at = limit_ms.map(|limit| now.saturating_add(limit));
        let grace_ms = grace_seconds.saturating_mul(1000);
        let warn_at = warn_ms.map(|before| walltime_at.unwrap_or(u64::MAX).saturating_sub(before).max(now));
        Machine { phase: Phase::Running, walltime_at, warn_at, grace_ms, cause: None, outcome: None }
    }

    /// When to tick.
    pub(super) fn due(&self) -> Option<u64> {
        match self.phase {
            Phase::Running => self.warn_at.into_iter().chain(self.walltime_at).min(),
            Phase::Ending { kill_at } | Phase::Sweeping { kill_at } => Some(kill_at),
            Phase::Killing { again_at, .. } => Some(again_at),
            Phase::Over => None,
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// How it ended, once it did.
    pub(super) fn end(&self) -> End {
        match (&self.cause, self.outcome) {
            (Some(cause), _) => cause.clone(),
            (None, Some(Outcome::Exited(status))) => End::Exited { status },
            (None, Some(Outcome::Signalled(signal))) => End::Signalled { signal },
            (None, None) => End::Signalled { signal: nix::libc::SIGKILL },
        }
    }

    /// Takes an event in.
    pub(super) fn step(&mut self, now: u64, event: Event) -> Option<Action> {
        match event {
            Event::ScriptEnded(outcome) => {
                self.outcome = Some(outcome);
                match self.phase {
                    Phase::Running => self.sweep(now.saturating_add(SWEEP_GRACE_MS)),
                    Phase::Ending { kill_at } => self.sweep(kill_at.min(now.saturating_add(SWEEP_GRACE_MS))),
                    Phase::Sweeping { .. } | Phase::Killing { .. } | Phase::Over => None,
                }
            }
            Event::NoneLeft => {
                self.phase = Phase::Over;
                None
            }
            Event::Cancel => self.end_script(now, End::Cancelled, self.grace_ms),
            Event::Warn => self.warn(),
            Event::Kill => {
                self.cause = self.cause.take().or_else(|| self.outcome.is_none().then_some(End::Cancelled));
                match self.phase {
                    Phase::Running | Phase::Ending { .. } | Phase::Sweeping { .. } => Some(self.kill(now)),
                    Phase::Killing { .. } | Phase::Over => None,
                }
            }
            Event::Broken(fault) => match self.phase {
                Phase::Running => self.end_script(now, fault.into_end(), SWEEP_GRACE_MS.min(self.grace_ms)),
                Phase::Ending { .. } | Phase::Sweeping { .. } | Phase::Killing { .. } | Phase::Over => {
                    // A script that ended well did not, if its output is lost.
                    self.cause = self.cause.take().or_else(|| Some(fault.into_end()));
                    None
                }
            },
            Event::Tick => self.tick(now),
        }
    }

    fn tick(&mut self, now: u64) -> Option<Action> {
        match self.phase {
            Phase::Running if self.walltime_at.is_some_and(|at| at <= now) => {
                self.end_script(now, End::Walltime, self.grace_ms)
            }
            Phase::Running if self.warn_at.is_some_and(|at| at <= now) => self.warn(),
            Phase::Ending { kill_at } | Phase::Sweeping { kill_at } if kill_at <= now => Some(self.kill(now)),
            Phase::Killing { again_at, pause } if again_at <= now => {
                let pause = (pause * 2).min(KILL_AGAIN_MS.1);
                self.phase = Phase::Killing { again_at: now + pause, pause };
                Some(Action::KillAll)
            }
            Phase::Running
            | Phase::Ending { .. }
            | Phase::Sweeping { .. }
            | Phase::Killing { .. }
            | Phase::Over => None,
        }
    }

    /// Once, and only while the script runs and is not being ended.
    fn warn(&mut self) -> Option<Action> {
        let wanted = self.phase == Phase::Running && self.warn_at.take().is_some();
        wanted.then_some(Action::Warn)
    }

    fn end_script(&mut self, now: u64, cause: End, grace_ms: u64) -> Option<Action> {
        if self.phase != Phase::Running {
            return None;
        }
        self.cause = Some(cause);
        self.phase = Phase::Ending { kill_at: now.saturating_add(grace_ms) };
        Some(Action::TerminateGroup)
    }

    fn sweep(&mut self, kill_at: u64) -> Option<Action> {
        self.phase = Phase::Sweeping { kill_at };
        Some(Action::TerminateAll)
    }

    fn kill(&mut self, now: u64) -> Action {
        let pause = KILL_AGAIN_MS.0;
        self.phase = Phase::Killing { again_at: now + pause, pause };
        Action::KillAll
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
