//! What a task finds in its environment: the client's, except for what belongs to a node.

use super::{MARK, PROGRAMS};
use std::collections::BTreeMap;

/// What a task has from its own node.
const OF_THE_NODE: [&str; 7] = [
    "PBS_NODEFILE",
    "PBS_NODENUM",
    PROGRAMS,
    "SOCA_INSTANCE_ID",
    "SOCA_INSTANCE_TYPE",
    "SOCA_NODE_INDEX",
    "TMPDIR",
];
/// What means something only to the process that has it.
const OF_THE_PROCESS: [&str; 7] = ["HOSTNAME", MARK, "OLDPWD", "PBS_TASKNUM", "PWD", "SHLVL", "_"];

/// An environment.
pub(super) type Variables = BTreeMap<String, String>;

/// Whether a name is that of a credential, of the cloud's or of ours.
fn is_secret(name: &str) -> bool {
    name.starts_with("AWS_") || (name.starts_with("SOCA_") && name.contains("TOKEN"))
}

/// This process's environment, without what is no text.
pub(super) fn own() -> Variables {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// What a client's environment becomes on its way.
pub(super) fn passed_on(own: &Variables) -> Variables {
    let kept = |name: &&String| {
        !is_secret(name) && !OF_THE_NODE.contains(&name.as_str()) && !OF_THE_PROCESS.contains(&name.as_str())
    };
    let mut passed: Variables = own
        .iter()
        .filter(|(name, _)| kept(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let (Some(path), Some(programs)) = (passed.get_mut("PATH"), own.get(PROGRAMS)) {
        *path = path.split(':').filter(|part| part != programs).collect::<Vec<_>>().join(":");
    }
    passed
}

/// The environment of a task: `own` is that of the process which starts it.
pub(super) fn of_task(own: &Variables, passed: &Variables, number: u32, mark: String) -> Variables {
    let mut variables = passed.clone();
    for name in OF_THE_NODE {
        match own.get(name) {
            Some(value) => variables.insert(name.to_owned(), value.clone()),
            None => variables.remove(name),
        };
    }
    if let Some(programs) = own.get(PROGRAMS) {
        let path = variables.get("PATH").filter(|path| !path.is_empty());
        let path = path.map_or_else(|| programs.clone(), |path| format!("{programs}:{path}"));
        variables.insert("PATH".into(), path);
    }
    variables.insert("PBS_TASKNUM".into(), number.to_string());
    variables.insert(MARK.into(), mark);
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_task_has_the_clients_variables_and_its_own_nodes() {
        let client = variables(&[
            ("AWS_SESSION_TOKEN", "secret"),
            ("MESH", "fine"),
            ("PATH", "/usr/bin:/tmp/a/bin:/bin"),
            ("PWD", "/data"),
            ("SOCA_BIN", "/tmp/a/bin"),
            ("SOCA_NODE_INDEX", "0"),
            ("SOCA_TOKEN", "secret"),
            ("TMPDIR", "/tmp/a/tmp"),
        ]);
        let passed = passed_on(&client);
        assert_eq!(passed, variables(&[("MESH", "fine"), ("PATH", "/usr/bin:/bin")]));

        let node =
            variables(&[("SOCA_BIN", "/tmp/b/bin"), ("SOCA_NODE_INDEX", "3"), ("PATH", "/x"), ("A", "x")]);
        let expected = variables(&[
            ("MESH", "fine"),
            ("PATH", "/tmp/b/bin:/usr/bin:/bin"),
            ("PBS_TASKNUM", "2"),
            ("SOCA_BIN", "/tmp/b/bin"),
            ("SOCA_DSH_TASK", "job-1.2"),
            ("SOCA_NODE_INDEX", "3"),
        ]);
        assert_eq!(of_task(&node, &passed, 2, "job-1.2".into()), expected);
    }
}
