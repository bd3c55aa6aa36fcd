//! The policies by name.

use super::{Conservative, Easy, EasySjf, Fcfs, Policy, Soca};
use crate::job::Job;
use soca_domain::{Code, Fault};
use std::{fmt, str::FromStr};

/// Which policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyName {
    /// First come, first served; nobody passes anybody.
    Fcfs,
    /// EASY backfilling: the first job has a reservation, others may go ahead in the order of submission.
    Easy,
    /// Conservative backfilling: every job has a reservation.
    Conservative,
    /// EASY backfilling, those who may go ahead in the order of their requested times.
    EasySjf,
    /// The policy of this product: see [`Soca`].
    Soca,
}

impl PolicyName {
    /// Every policy, the simplest first.
    pub const ALL: [PolicyName; 5] =
        [PolicyName::Fcfs, PolicyName::Easy, PolicyName::Conservative, PolicyName::EasySjf, PolicyName::Soca];

    /// The name as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            PolicyName::Fcfs => "fcfs",
            PolicyName::Easy => "easy",
            PolicyName::Conservative => "conservative",
            PolicyName::EasySjf => "easy-sjf",
            PolicyName::Soca => "soca",
        }
    }

    /// The policy for so many processors and these jobs.
    pub fn policy<'a>(self, procs: u32, jobs: &'a [Job]) -> Box<dyn Policy + 'a> {
        match self {
            PolicyName::Fcfs => Box::new(Fcfs::new(procs, jobs)),
            PolicyName::Easy => Box::new(Easy::new(procs, jobs)),
            PolicyName::Conservative => Box::new(Conservative::new(procs, jobs)),
            PolicyName::EasySjf => Box::new(EasySjf::new(procs, jobs)),
            PolicyName::Soca => Box::new(Soca::new(procs, jobs)),
        }
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PolicyName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<PolicyName, Fault> {
        PolicyName::ALL.into_iter().find(|name| name.as_str() == text).ok_or_else(|| {
            let known = PolicyName::ALL.map(PolicyName::as_str).join(", ");
            Fault::new(
                Code::BadValue,
                format!("There is no policy \"{text}\"."),
                format!("Choose from {known}."),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_policy_is_told_which_there_are() {
        let fault = "random".parse::<PolicyName>().unwrap_err();
        assert_eq!(fault.code, Code::BadValue);
        assert!(fault.remedy.contains("fcfs, easy, conservative, easy-sjf, soca"), "{fault:?}");
    }

    #[test]
    fn names_read_back() {
        for name in PolicyName::ALL {
            assert_eq!(name.to_string().parse::<PolicyName>().unwrap(), name);
        }
    }
}
