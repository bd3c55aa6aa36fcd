//! Dependencies between jobs: `-W depend=afterok:12:13,afterany:14`.

use crate::{
    fault::{Code, Fault},
    id::JobId,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most jobs one job may depend on; a scheduling pass reads each of them.
pub const MAX_DEPENDENCIES: usize = 20;

/// What must have become of the other job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It has started.
    After,
    /// It has completed with status 0.
    AfterOk,
    /// It has ended otherwise.
    AfterNotOk,
    /// It has ended, however.
    AfterAny,
}

impl Condition {
    /// The word PBS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Condition::After => "after",
            Condition::AfterOk => "afterok",
            Condition::AfterNotOk => "afternotok",
            Condition::AfterAny => "afterany",
        }
    }
}

/// One job that must come to something before this one may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other job.
    pub job: JobId,
    /// What must have become of it.
    pub condition: Condition,
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.condition.as_str(), self.job)
    }
}

/// Reads PBS's list: `condition:job[:job…][,condition:job…]`.
pub fn parse_dependencies(text: &str) -> Result<Vec<Dependency>, Fault> {
    let bad = |what: String| {
        Fault::new(Code::BadDependency, what, "Write it as -W depend=afterok:1042 or afterany:1042:1043.")
    };
    let mut found = Vec::new();
    for group in text.split(',') {
        let mut parts = group.split(':');
        let condition = match parts.next().unwrap_or_default() {
            "after" => Condition::After,
            "afterok" => Condition::AfterOk,
            "afternotok" => Condition::AfterNotOk,
            "afterany" => Condition::AfterAny,
            other => {
                return Err(bad(format!(
                    "\"{}\" is not a dependency that soca knows.",
                    crate::id::shorten(other)
                )));
            }
        };
        let before = found.len();
        for job in parts {
            let job = job
                .parse()
                .map_err(|_| bad(format!("\"{}\" is not a job number.", crate::id::shorten(job))))?;
            found.push(Dependency { job, condition });
        }
        if found.len() == before {
            return Err(bad(format!("The dependency \"{}\" names no job.", crate::id::shorten(group))));
        }
    }
    if found.len() > MAX_DEPENDENCIES {
        return Err(bad(format!("A job can depend on {MAX_DEPENDENCIES} others at most.")));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_displayed() {
        let all = parse_dependencies("afterok:12:13,afterany:14").unwrap();
        let shown: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["afterok:12", "afterok:13", "afterany:14"]);
        for bad in ["", "afterok", "afterok:", "before:1", "afterok:x", "12"] {
            assert_eq!(parse_dependencies(bad).unwrap_err().code, Code::BadDependency, "{bad}");
        }
    }
}
