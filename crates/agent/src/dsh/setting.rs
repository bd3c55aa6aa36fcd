//! What a client knows of its job: where the nodes meet, which node it is on, and how the others are called.

use super::MEETING;
use super::environment::Variables;
use super::options::PbsdshOptions;
use super::request::Task;
use std::path::PathBuf;

/// The job, as its scripts and tasks see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Where requests are written.
    pub(super) directory: PathBuf,
    /// The beginning of their names.
    pub(super) unit: String,
    /// This node.
    pub(super) node: u32,
    /// The nodes' names, in order.
    pub(super) hosts: Vec<String>,
}

impl Setting {
    /// Reads it from the environment.
    pub(super) fn of(own: &Variables) -> Result<Setting, String> {
        let outside = || {
            format!(
                "this is not part of a running job ({MEETING} is not set), or the job's nodes could not meet"
            )
        };
        let meeting = PathBuf::from(own.get(MEETING).ok_or_else(outside)?);
        let unit = meeting.file_name().and_then(|name| name.to_str()).ok_or_else(outside)?.to_owned();
        let directory =
            meeting.parent().filter(|parent| parent.is_absolute()).ok_or_else(outside)?.to_owned();
        let number = |name: &str| {
            let value = own.get(name).and_then(|value| value.parse::<u32>().ok());
            value.ok_or_else(|| format!("{name} is not a number"))
        };
        let path = own.get("PBS_NODEFILE").ok_or("PBS_NODEFILE is not set")?;
        let file = std::fs::read_to_string(path).map_err(|error| format!("the node file {path}: {error}"))?;
        let hosts = hosts(&file, number("SOCA_NODE_COUNT")? as usize);
        if hosts.is_empty() {
            return Err(format!("the node file {path} is empty"));
        }
        Ok(Setting { directory, unit, node: number("SOCA_NODE_INDEX")?, hosts })
    }

    /// How a node is called in messages.
    pub(super) fn title(&self, node: u32) -> String {
        let host = self.hosts.get(node as usize).map_or("unknown", String::as_str);
        format!("node {node} ({host})")
    }

    /// What is to be run where.
    pub(super) fn tasks(&self, options: &PbsdshOptions) -> Result<Vec<Task>, String> {
        let count = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        let nodes: Vec<u32> = match (options.node, &options.host) {
            (Some(node), _) if node < count => vec![node],
            (Some(node), _) => return Err(format!("there is no node {node}: the job has {count}, from 0")),
            (None, Some(host)) => {
                vec![self.find(host).ok_or(format!("no node of the job is called {host:?}"))?]
            }
            (None, None) => (0..options.copies.unwrap_or(count)).map(|copy| copy % count).collect(),
        };
        Ok((1..).zip(nodes).map(|(number, node)| Task { number, node }).collect())
    }

    /// A node by its name, or by its name without the domain.
    fn find(&self, host: &str) -> Option<u32> {
        let short = |name: &str| name.split('.').next().map(str::to_owned);
        let exact = self.hosts.iter().position(|known| known == host);
        let found = exact.or_else(|| self.hosts.iter().position(|known| short(known) == short(host)));
        u32::try_from(found?).ok()
    }
}

/// The nodes of a node file, in which each is as often as the others. Two nodes may have the same name.
fn hosts(file: &str, count: usize) -> Vec<String> {
    let lines: Vec<_> = file.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if count > 0 && lines.len().is_multiple_of(count) && lines.len() >= count {
        return lines.iter().step_by(lines.len() / count).map(|line| (*line).to_owned()).collect();
    }
    let mut unique: Vec<String> = Vec::new();
    for line in lines {
        if !unique.iter().any(|known| known == line) {
            unique.push(line.to_owned());
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsh::options::PbsdshCli;
    use clap::Parser;

    #[test]
    fn nodes_are_counted_even_if_they_are_namesakes() {
        assert_eq!(hosts("a\na\nb\nb\n", 2), ["a", "b"]);
        assert_eq!(hosts("a\na\na\na\n", 2), ["a", "a"]);
        assert_eq!(hosts("a\nb\nb\n", 2), ["a", "b"], "somebody changed the file");
        assert_eq!(hosts("", 2), [""; 0]);
    }

    #[test]
    fn tasks_go_round_the_nodes() {
        let hosts = vec!["a.x".to_owned(), "b.x".to_owned(), "c.x".to_owned()];
        let setting = Setting { directory: "/d".into(), unit: "job".into(), node: 0, hosts };
        let nodes = |words: &[&str]| {
            let words = ["pbsdsh"].iter().chain(words).chain(&["id"]);
            let tasks = setting.tasks(&PbsdshCli::parse_from(words).options)?;
            Ok::<Vec<u32>, String>(tasks.into_iter().map(|task| task.node).collect())
        };
        assert_eq!(nodes(&[]).unwrap(), [0, 1, 2]);
        assert_eq!(nodes(&["-c", "5"]).unwrap(), [0, 1, 2, 0, 1]);
        assert_eq!(nodes(&["-c", "1"]).unwrap(), [0]);
        assert_eq!(nodes(&["-n", "2"]).unwrap(), [2]);
        assert_eq!(nodes(&["-h", "b"]).unwrap(), [1]);
        assert!(nodes(&["-n", "3"]).is_err() && nodes(&["-h", "d"]).is_err());
    }

    #[test]
    fn outside_of_a_job_it_says_so() {
        let error = Setting::of(&Variables::new()).unwrap_err();
        assert!(error.contains("not part of a running job"), "{error}");
    }
}
