//! One registry of identifiers: every entity has its own type, displays as itself and parses with validation.

use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A job's number. People type it, so it is a small integer from a counter: `1042`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for JobId {
    type Err = Fault;

    /// Accepts `1042`, and PBS's habits `1042.server` and `1042[]`.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let head = text.split('.').next().unwrap_or_default();
        let head = head.strip_suffix("[]").unwrap_or(head);
        head.parse::<u64>().ok().filter(|n| *n > 0).map(JobId).ok_or_else(|| {
            Fault::new(
                Code::BadJobId,
                format!("\"{}\" is not a job number.", shorten(text)),
                "Give the number that submit printed, for example 1042.",
            )
        })
    }
}

/// The index of one element of a job array, as the user numbered it in `-J first-last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ElementIndex(pub u32);

impl fmt::Display for ElementIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The n-th start of a job, from 1; 0 means that it has not been started yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attempt(pub u32);

impl Attempt {
    /// How often a job may be started before lost nodes and dry pools end it as failed.
    pub const MAX: Attempt = Attempt(3);

    /// The attempt after this one.
    pub fn next(self) -> Attempt {
        Attempt(self.0 + 1)
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Position of a node within its stack, from 0; node 0 runs the job script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeIndex(pub u32);

/// The nodes launched together for one attempt of one job: `job-1042-1`.
///
/// It is the state machine execution's name and, after the cluster id, the CloudFormation stack's, which is what
/// makes both calls idempotent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackId(String);

impl StackId {
    /// The stack of one attempt of one job.
    pub fn of(job: JobId, attempt: Attempt) -> Self {
        Self(format!("job-{job}-{attempt}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The job and attempt this stack was made for.
    pub fn parts(&self) -> (JobId, Attempt) {
        let mut parts = self.0.split('-').skip(1).map(|n| n.parse::<u64>().unwrap_or_default());
        let job = JobId(parts.next().unwrap_or_default());
        (job, Attempt(parts.next().and_then(|n| u32::try_from(n).ok()).unwrap_or_default()))
    }
}

impl fmt::Display for StackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StackId {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let bad = || {
            Fault::new(
                Code::BadStackId,
                format!("\"{}\" is not a stack id.", shorten(text)),
                "A stack id looks like job-1042-1.",
            )
        };
        let rest = text.strip_prefix("job-").ok_or_else(bad)?;
        let (job, attempt) = rest.split_once('-').ok_or_else(bad)?;
        let id =
            Self::of(JobId(job.parse().map_err(|_| bad())?), Attempt(attempt.parse().map_err(|_| bad())?));
        if id.0 == text { Ok(id) } else { Err(bad()) }
    }
}

/// Declares a checked name: a string newtype with a rule, a maximum length and a fault that names the bad value.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $max:literal, $what:literal, $rule:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Fault;

            fn from_str(text: &str) -> Result<Self, Fault> {
                let ok: fn(&str) -> bool = $ok;
                if !text.is_empty() && text.len() <= $max && ok(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(Fault::new(
                    Code::BadName,
                    format!("\"{}\" cannot be {}.", shorten(text), $what),
                    format!("Use {}.", $rule),
                ))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Fault;
            fn try_from(text: String) -> Result<Self, Fault> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn word(text: &str, first: fn(char) -> bool, rest: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(first) && chars.all(|c| c.is_ascii_alphanumeric() || rest.contains(c))
}

name_type!(
    /// Who owns a job: the directory's user name, which is also the POSIX login on the nodes.
    UserName, 64, "a user name",
    "a lower-case letter or underscore, then letters, digits, '_', '-' or '.', at most 64 characters",
    |t| word(t, |c| c.is_ascii_lowercase() || c == '_', "_-.")
);
name_type!(
    /// A queue's name.
    QueueName, 64, "a queue name",
    "a letter, then letters, digits, '_' or '-', at most 64 characters",
    |t| word(t, |c| c.is_ascii_alphabetic(), "_-")
);
name_type!(
    /// A project: the unit of accounting (`-P`, tag `soca:JobProject`).
    ProjectName, 64, "a project name",
    "letters, digits, '_', '-' or '.', at most 64 characters",
    |t| word(t, |c| c.is_ascii_alphanumeric(), "_-.")
);
name_type!(
    /// A group of people in the directory; queues admit and limit by it.
    GroupName, 64, "a group name",
    "a letter, digit or underscore, then letters, digits, '_', '-' or '.', at most 64 characters",
    |t| word(t, |c| c.is_ascii_alphanumeric() || c == '_', "_-.")
);
name_type!(
    /// A license's name as jobs ask for it: `-l fluent_lic=4`.
    LicenseName, 64, "a license name",
    "a letter, then letters, digits, '_' or '-', at most 64 characters",
    |t| word(t, |c| c.is_ascii_alphabetic(), "_-")
);
name_type!(
    /// A job's display name (`-N`).
    JobName, 128, "a job name",
    "a letter, digit or underscore, then letters, digits, '_', '-', '.', '+' or '=', at most 128 characters",
    |t| word(t, |c| c.is_ascii_alphanumeric() || c == '_', "_-.+=")
);
name_type!(
    /// An EC2 instance id: `i-` and hexadecimal digits.
    InstanceId, 32, "an instance id",
    "the id that EC2 gave, for example i-0abc1234",
    |t| t.strip_prefix("i-").is_some_and(|h| !h.is_empty() && h.chars().all(|c| c.is_ascii_hexdigit()))
);

/// At most 40 characters of something a user typed, for an error message, control characters made visible.
pub fn shorten(text: &str) -> String {
    let clean: String = text
        .chars()
        .take(40)
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect();
    if text.chars().count() > 40 { format!("{clean}…") } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_ids_are_small_integers_and_pbs_spellings_are_understood() {
        assert_eq!("1042".parse::<JobId>().unwrap(), JobId(1042));
        assert_eq!("1042.soca".parse::<JobId>().unwrap(), JobId(1042));
        assert_eq!("1042[]".parse::<JobId>().unwrap(), JobId(1042));
        for bad in ["", "0", "-1", "x", "1042[3]", "99999999999999999999999"] {
            assert_eq!(bad.parse::<JobId>().unwrap_err().code, Code::BadJobId, "{bad}");
        }
    }

    #[test]
    fn stack_ids_round_trip() {
        let id = StackId::of(JobId(7), Attempt(2));
        assert_eq!(id.to_string(), "job-7-2");
        assert_eq!("job-7-2".parse::<StackId>().unwrap(), id);
        assert_eq!(id.parts(), (JobId(7), Attempt(2)));
        for bad in ["job-7", "job-07-1", "stack-7-1", "job-7-1-1", "job--1"] {
            assert!(bad.parse::<StackId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_refuse_what_could_reach_a_shell_or_a_path() {
        for bad in ["", "a b", "a;b", "../x", "a/b", "$x", "a\n", "é"] {
            assert!(bad.parse::<JobName>().is_err(), "{bad:?}");
            assert!(bad.parse::<UserName>().is_err(), "{bad:?}");
            assert!(bad.parse::<QueueName>().is_err(), "{bad:?}");
        }
        assert!("i-0abc".parse::<InstanceId>().is_ok());
        assert!("i-".parse::<InstanceId>().is_err());
    }

    #[test]
    fn shortened_text_shows_control_characters() {
        assert_eq!(shorten("a\u{7}b"), "a\\u{7}b");
        assert_eq!(shorten(&"x".repeat(50)).chars().count(), 41);
    }
}
