//! The script's environment: nothing of the agent's, what PBS promises, and what the user asked for.

use super::place::Place;
use crate::dsh;
use crate::keys::UnitKey;
use crate::units::RunFile;
use std::collections::BTreeMap;
use std::path::Path;

/// Programs are looked for here.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/opt/soca/bin";

/// What it is made of.
pub(super) struct Surroundings<'a> {
    pub(super) unit: UnitKey,
    pub(super) run: &'a RunFile,
    pub(super) place: &'a Place,
    pub(super) home: &'a Path,
    pub(super) shell: &'a Path,
    pub(super) workdir: &'a Path,
    /// Where `pbsdsh` writes its requests.
    pub(super) meeting: Option<&'a Path>,
}

/// Names that belong to the system; a user's variable of such a name is left out.
fn is_reserved(name: &str) -> bool {
    name.starts_with("PBS_") || name.starts_with("SOCA_")
}

/// Whether a process can have it.
fn is_possible(name: &str, value: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0')
}

/// The variables.
pub(super) fn environment(of: &Surroundings<'_>) -> BTreeMap<String, String> {
    let directive = &of.run.directive;
    let mut variables = BTreeMap::new();
    let mut set = |name: &str, value: String| {
        variables.insert(name.to_owned(), value);
    };
    set("HOME", text(of.home));
    set("USER", directive.owner.clone());
    set("LOGNAME", directive.owner.clone());
    set("SHELL", text(of.shell));
    set("PATH", SEARCH_PATH.into());
    set("TMPDIR", text(&of.place.temporary()));
    set("NCPUS", directive.ncpus.to_string());
    set("OMP_NUM_THREADS", directive.ncpus.to_string());
    for (name, value) in &directive.environment {
        if is_possible(name, value) && !is_reserved(name) {
            set(name, value.clone());
        }
    }
    for (name, value) in pbs(of).into_iter().chain(soca(of)) {
        if is_possible(name, &value) {
            set(name, value);
        }
    }
    // Whatever path the user chose, the job's own programs are on it.
    let programs = text(&of.place.programs());
    variables.entry("PATH".into()).and_modify(|path| *path = format!("{programs}:{path}"));
    variables
}

fn pbs(of: &Surroundings<'_>) -> Vec<(&'static str, String)> {
    let directive = &of.run.directive;
    let mut variables = vec![
        ("PBS_JOBID", of.unit.to_string()),
        ("PBS_JOBNAME", directive.name.clone()),
        ("PBS_JOBDIR", text(of.workdir)),
        ("PBS_ENVIRONMENT", "PBS_BATCH".into()),
        ("PBS_QUEUE", directive.queue.clone()),
        ("PBS_NODEFILE", text(&of.place.node_file())),
        ("PBS_NODENUM", of.run.context.node_index.to_string()),
        ("PBS_NUM_NODES", directive.nodes.len().to_string()),
        ("PBS_TASKNUM", "1".into()),
        ("PBS_O_WORKDIR", directive.workdir.clone()),
        ("PBS_O_HOST", directive.submit_host.clone()),
        ("PBS_O_QUEUE", directive.queue.clone()),
        ("PBS_O_LOGNAME", directive.owner.clone()),
        ("PBS_O_HOME", text(of.home)),
    ];
    if let Some(index) = of.unit.element {
        variables.push(("PBS_ARRAY_ID", format!("{}[]", directive.job)));
        variables.push(("PBS_ARRAY_INDEX", index.to_string()));
    }
    variables
}

fn soca(of: &Surroundings<'_>) -> Vec<(&'static str, String)> {
    let (directive, context) = (&of.run.directive, &of.run.context);
    let mut variables = vec![
        (dsh::PROGRAMS, text(&of.place.programs())),
        ("SOCA_CLUSTER", context.cluster.clone()),
        ("SOCA_INSTANCE_ID", context.instance.clone()),
        ("SOCA_INSTANCE_TYPE", context.instance_type.clone()),
        ("SOCA_JOB_ATTEMPT", directive.attempt.to_string()),
        ("SOCA_JOB_ID", directive.job.to_string()),
        ("SOCA_JOB_NAME", directive.name.clone()),
        ("SOCA_JOB_OWNER", directive.owner.clone()),
        ("SOCA_JOB_PROJECT", directive.project.clone().unwrap_or_default()),
        ("SOCA_JOB_QUEUE", directive.queue.clone()),
        ("SOCA_NODE_COUNT", directive.nodes.len().to_string()),
        ("SOCA_NODE_INDEX", context.node_index.to_string()),
    ];
    variables.extend(of.meeting.map(|meeting| (dsh::MEETING, text(meeting))));
    variables.extend(of.unit.element.map(|index| ("SOCA_ARRAY_INDEX", index.to_string())));
    variables
}

/// The node file: each host as often as it runs processes.
pub(super) fn node_file(nodes: &[String], mpiprocs: u32) -> String {
    let lines = nodes.iter().flat_map(|node| std::iter::repeat_n(node, mpiprocs.max(1) as usize));
    lines.map(|node| format!("{node}\n")).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_file_repeats_each_host() {
        assert_eq!(node_file(&["a".into(), "b".into()], 2), "a\na\nb\nb\n");
        assert_eq!(node_file(&["a".into()], 0), "a\n");
    }

    #[test]
    fn impossible_and_reserved_variables_are_told() {
        assert!(is_reserved("PBS_JOBID") && is_reserved("SOCA_X") && !is_reserved("PATH"));
        assert!(
            is_possible("A", "x=y\nz")
                && !is_possible("A=B", "")
                && !is_possible("", "x")
                && !is_possible("A", "\0")
        );
    }
}
