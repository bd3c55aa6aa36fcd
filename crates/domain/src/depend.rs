//! Dependencies between jobs: `-W depend=afterok:12:13,afterany:14[3],singleton`.

use crate::{
    fault::{Code, Fault},
    id::{ElementIndex, JobId, shorten},
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
    /// It has ended, being of the same owner and name. Found anew at each pass, never stored: a job that asks for it
    /// names no other job.
    Singleton,
}

impl Condition {
    /// The word PBS uses; Slurm's for `singleton`, which PBS does not have.
    pub fn as_str(self) -> &'static str {
        match self {
            Condition::After => "after",
            Condition::AfterOk => "afterok",
            Condition::AfterNotOk => "afternotok",
            Condition::AfterAny => "afterany",
            Condition::Singleton => "singleton",
        }
    }
}

/// One job that must come to something before this one may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other job.
    pub job: JobId,
    /// Which of its elements, if not the whole of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<ElementIndex>,
    /// What must have become of it.
    pub condition: Condition,
}

impl Dependency {
    /// What it waits for, as PBS writes it: `12`, or `12[3]` for an element.
    pub fn target(&self) -> String {
        match self.element {
            Some(element) => format!("{}[{element}]", self.job),
            None => self.job.to_string(),
        }
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.condition.as_str(), self.target())
    }
}

/// What a job's list of dependencies says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// The jobs it names.
    pub on: Vec<Dependency>,
    /// Whether it waits for its owner's other jobs of its name (`singleton`).
    pub singleton: bool,
}

/// Reads PBS's list, `condition:job[:job…][,condition:job…]`, with Slurm's `singleton` and with elements as PBS
/// (`12[3]`) or Slurm (`12_3`) writes them.
///
/// # Errors
/// `BAD_DEPENDENCY`.
pub fn parse_dependencies(text: &str) -> Result<Dependencies, Fault> {
    let mut found = Dependencies::default();
    for group in text.split(',') {
        let (word, jobs) = group.split_once(':').map_or((group, None), |(word, jobs)| (word, Some(jobs)));
        if word == "singleton" && jobs.is_none() {
            found.singleton = true;
            continue;
        }
        let condition = condition(word)?;
        let Some(jobs) = jobs else {
            return Err(bad(format!("The dependency \"{}\" names no job.", shorten(group))));
        };
        for job in jobs.split(':') {
            let (job, element) = target(job)?;
            found.on.push(Dependency { job, element, condition });
        }
    }
    if found.on.len() > MAX_DEPENDENCIES {
        return Err(bad(format!("A job can depend on {MAX_DEPENDENCIES} others at most.")));
    }
    Ok(found)
}

fn condition(word: &str) -> Result<Condition, Fault> {
    let not_done =
        |what: &str, remedy: &str| Err(Fault::new(Code::BadDependency, format!("{word} {what}"), remedy));
    match word {
        "after" => Ok(Condition::After),
        "afterok" => Ok(Condition::AfterOk),
        "afternotok" => Ok(Condition::AfterNotOk),
        "afterany" => Ok(Condition::AfterAny),
        "aftercorr" => not_done(
            "would start each element by itself, and soca starts an array as a whole.",
            "Write afterok:JOB for the whole array, or submit single jobs with afterok:JOB[INDEX] each.",
        ),
        "before" | "beforeok" | "beforenotok" | "beforeany" | "on" => not_done(
            "makes another job wait, and soca lets a job say only what it waits for itself.",
            "Submit this job first and give the other one -W depend=after…:JOB.",
        ),
        "singleton" => Err(bad("singleton goes without a job: it means jobs of the same name.".into())),
        other => Err(bad(format!("\"{}\" is not a dependency that soca knows.", shorten(other)))),
    }
}

/// Reads `12`, `12[3]` or `12_3`, with or without PBS's server name behind.
fn target(text: &str) -> Result<(JobId, Option<ElementIndex>), Fault> {
    let no_job = || bad(format!("\"{}\" is not a job number or an element's.", shorten(text)));
    let plain = text.split('.').next().unwrap_or_default();
    let (job, index) = match (plain.strip_suffix(']').and_then(|t| t.split_once('[')), plain.split_once('_'))
    {
        (Some((job, "")), _) => (job, None),
        (Some((job, index)), _) | (None, Some((job, index))) => (job, Some(index)),
        (None, None) => (plain, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(job) || !index.is_none_or(digits) {
        return Err(no_job());
    }
    let element = index.map(|i| i.parse().map(ElementIndex)).transpose().map_err(|_| no_job())?;
    Ok((job.parse().map_err(|_| no_job())?, element))
}

fn bad(what: String) -> Fault {
    Fault::new(
        Code::BadDependency,
        what,
        "Write it as -W depend=afterok:1042, afterany:1042:1043, afterok:1042[7] for one element, or singleton.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_no_dependencies_are_refused_p11() {
        let many = format!("afterok{}", ":1".repeat(MAX_DEPENDENCIES + 1));
        for bad in [
            "",
            ",",
            "afterok",
            "afterok:",
            "afterok:1:",
            "before:1",
            "on:2",
            "afterok:x",
            "12",
            "afterok:0",
            "afterok:1[",
            "afterok:1[x]",
            "afterok:1_",
            "afterok:1[-1]",
            "afterok:+1",
            "afterok:1[99999999999]",
            "after:1+5",
            "afterok:1?afterok:2",
            "singleton:3",
            "aftercorr:4",
            "afterok:1,",
            &many,
        ] {
            let fault = parse_dependencies(bad).unwrap_err();
            assert_eq!(fault.code, Code::BadDependency, "{bad}");
            assert!(!fault.remedy.is_empty());
        }
    }

    #[test]
    fn aftercorr_is_refused_by_name_with_what_to_do_instead() {
        let fault = parse_dependencies("aftercorr:12").unwrap_err();
        assert!(fault.message.starts_with("aftercorr ") && fault.remedy.contains("afterok:JOB[INDEX]"));
    }

    #[test]
    fn lists_are_read_and_displayed() {
        let read = |text| {
            let all = parse_dependencies(text).unwrap();
            let shown: Vec<_> = all.on.iter().map(ToString::to_string).collect();
            (shown.join(" "), all.singleton)
        };
        assert_eq!(read("afterok:12:13,afterany:14"), ("afterok:12 afterok:13 afterany:14".into(), false));
        assert_eq!(read("afterok:12[3]:13_4,singleton"), ("afterok:12[3] afterok:13[4]".into(), true));
        assert_eq!(read("after:12[].soca:7[5].soca:8.soca"), ("after:12 after:7[5] after:8".into(), false));
        assert_eq!(read("singleton"), (String::new(), true));
    }
}
