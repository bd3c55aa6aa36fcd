//! One emulated instance, and the real processes that play its part.

use crate::{
    fault::{Fault, Kind, Outcome},
    files,
    kept::{Kept, Plan},
    layout::Layout,
    room::feed::Instance,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use soca_wire::bootstrap::{AgentConfig, parse_user_data};
use std::{ffi::OsString, time::Duration};

/// So long the processes of a node may take to be gone.
const END_LIMIT: Duration = Duration::from_secs(6);

/// An instance and its node.
#[derive(Debug)]
pub struct Machine {
    /// What EC2 says about it.
    pub instance: Instance,
    /// Its processes.
    pub node: Option<Kept>,
    /// It is to be reported terminated once its processes are gone.
    pub leaving: bool,
}

/// The agent's own note of its enrolment.
#[derive(Deserialize)]
struct Enrolled {
    node_index: u32,
}

impl Machine {
    /// An instance without processes yet.
    pub fn new(instance: Instance) -> Machine {
        Machine { instance, node: None, leaving: false }
    }

    /// The job it was launched for.
    pub fn job(&self) -> Option<u64> {
        self.instance.tags.get("soca:JobId")?.parse().ok()
    }

    /// Its place in its stack, once its agent has enrolled.
    pub fn index(&self, layout: &Layout) -> Option<u32> {
        let note = layout.node(&self.instance.instance_id).join("state/node.json");
        files::read::<Enrolled>(&note).map(|enrolled| enrolled.node_index)
    }

    /// `running`, `dead` or `none`.
    pub fn node_state(&mut self) -> &'static str {
        match self.node.as_mut().map(Kept::ended) {
            Some(None) => "running",
            Some(Some(_)) => "dead",
            None => "none",
        }
    }

    /// Starts the agent as the user data says; its files may have `file_limit` bytes at most.
    pub fn start(&mut self, layout: &Layout, file_limit: Option<u64>) -> Outcome<()> {
        let config = config_of(&self.instance).ok_or_else(|| {
            let message =
                format!("The user data of {} has no agent configuration.", self.instance.instance_id);
            Fault::new(Kind::Order, message, "Only instances of soca's own stacks get a node.")
        })?;
        let directory = layout.node(&self.instance.instance_id);
        files::directory(&directory)?;
        files::write(&directory.join("agent.json"), &config)?;
        let plan = Plan {
            command: limited(command(layout, &self.instance)?, file_limit),
            log: directory.join("agent.log"),
            directory,
            environment: Vec::new(),
            restart: true,
            grace_ms: 0,
        };
        self.node = Some(Kept::start(layout, &plan)?);
        Ok(())
    }

    /// Lets its processes die, at once and without notice.
    pub fn cut_power(&mut self) {
        if let Some(node) = &mut self.node {
            node.release();
        }
    }

    /// Lets its processes die and waits for it.
    pub fn crash(&mut self) {
        self.cut_power();
        if let Some(node) = &mut self.node {
            node.wait(END_LIMIT);
        }
    }

    /// Whether no process of it is left.
    pub fn is_dark(&mut self) -> bool {
        self.node.as_mut().is_none_or(|node| node.ended().is_some())
    }
}

fn config_of(instance: &Instance) -> Option<AgentConfig> {
    let text = STANDARD.decode(instance.user_data.trim()).ok()?;
    parse_user_data(&String::from_utf8(text).ok()?)
}

/// EC2's private host name.
fn hostname(address: &str) -> String {
    format!("ip-{}", address.replace('.', "-"))
}

/// The command under a limit on the size of files, which its children inherit.
fn limited(command: Vec<OsString>, file_limit: Option<u64>) -> Vec<OsString> {
    let Some(bytes) = file_limit else { return command };
    let mut all: Vec<OsString> = vec!["prlimit".into(), format!("--fsize={bytes}").into(), "--".into()];
    all.extend(command);
    all
}

fn command(layout: &Layout, instance: &Instance) -> Outcome<Vec<OsString>> {
    let address = instance.private_ip.clone().unwrap_or_else(|| "127.0.0.1".to_owned());
    let directory = layout.node(&instance.instance_id);
    let mut command = vec![layout.program("soca-agent")?.into_os_string(), "run".into()];
    command.extend(["--config".into(), directory.join("agent.json").into_os_string()]);
    command.extend(["--state".into(), directory.join("state").into_os_string()]);
    let identity = [
        ("--instance-id", instance.instance_id.clone()),
        ("--hostname", hostname(&address)),
        ("--address", address),
        ("--instance-type", instance.instance_type.clone()),
        ("--cpus", instance.cpus.to_string()),
        ("--memory-mib", instance.memory_mib.to_string()),
    ];
    command.extend(identity.into_iter().flat_map(|(name, value)| [OsString::from(name), value.into()]));
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use soca_wire::bootstrap::render_user_data;

    #[test]
    fn the_configuration_comes_from_the_user_data() {
        let config = AgentConfig {
            endpoint: "http://127.0.0.1:1/x".into(),
            cluster: "soca".into(),
            stack: "job-1-1".into(),
            join_token: "t".into(),
            shared_root: "/data".into(),
        };
        let instance = Instance {
            instance_id: "i-1".into(),
            state: "running".into(),
            instance_type: "c6i.large".into(),
            zone: "z".into(),
            private_ip: Some("10.42.0.7".into()),
            cpus: 1,
            memory_mib: 4096,
            market: "on-demand".into(),
            stack: None,
            tags: [("soca:JobId".to_owned(), "7".to_owned())].into(),
            user_data: STANDARD.encode(render_user_data(&config, "s3://b/agent", None)),
        };
        assert_eq!(config_of(&instance), Some(config));
        assert_eq!(hostname("10.42.0.7"), "ip-10-42-0-7");
        assert_eq!(Machine::new(instance).job(), Some(7));
    }
}
