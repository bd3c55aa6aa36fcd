//! A node: a state directory, a shared file system, and the real program.

use super::plane::Plane;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use soca_wire::agent::{ArrayDirective, RunDirective};
use soca_wire::bootstrap::AgentConfig;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::rc::Rc;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_soca-agent");

/// One node.
pub(crate) struct Node {
    pub(crate) plane: Plane,
    dir: TempDir,
    shared: Rc<TempDir>,
    index: u32,
    agent: Option<Child>,
    mounts: Vec<PathBuf>,
}

impl Node {
    /// A node whose agent is not running yet.
    pub(crate) fn new() -> Node {
        let shared = Rc::new(TempDir::new().unwrap());
        fs::set_permissions(shared.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::create_dir(shared.path().join("case")).unwrap();
        fs::set_permissions(shared.path().join("case"), fs::Permissions::from_mode(0o777)).unwrap();
        Node::of(shared, 0)
    }

    fn of(shared: Rc<TempDir>, index: u32) -> Node {
        let plane = Plane::start();
        plane.with(|state| state.node_index = index);
        Node { plane, dir: TempDir::new().unwrap(), shared, index, agent: None, mounts: Vec::new() }
    }

    /// Another node with the same shared file system, whose agent is not running yet.
    pub(crate) fn neighbour(&self, index: u32) -> Node {
        Node::of(self.shared.clone(), index)
    }

    /// A node whose agent runs.
    pub(crate) fn started() -> Node {
        let mut node = Node::new();
        node.start();
        node
    }

    /// A node whose agent runs and syncs often even when there is nothing to report.
    pub(crate) fn quick() -> Node {
        let mut node = Node::new();
        node.plane.with(|state| state.interval_ms = 100);
        node.start();
        node
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// A path on the shared file system.
    pub(crate) fn shared(&self, name: &str) -> PathBuf {
        self.shared.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.shared(name)).unwrap()
    }

    /// The command that runs the agent.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.bare_command();
        let (instance, hostname) = (format!("i-{}", self.index + 1), format!("node{}", self.index));
        command.args(["--instance-id", &instance, "--hostname", &hostname, "--address", "10.0.0.1"]);
        command.args(["--instance-type", "c7i.large", "--cpus", "2", "--memory-mib", "4096"]);
        command
    }

    /// The same without saying who the node is.
    pub(crate) fn bare_command(&self) -> Command {
        let config = AgentConfig {
            endpoint: format!("http://127.0.0.1:{}", self.plane.port),
            cluster: "test".into(),
            stack: "job-1-1".into(),
            join_token: "join".into(),
            shared_root: self.shared.path().to_string_lossy().into_owned(),
        };
        let path = self.dir.path().join("agent.json");
        fs::write(&path, serde_json::to_vec(&config).unwrap()).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["run", "--config"]).arg(path).arg("--state").arg(self.state());
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn start(&mut self) {
        let command = self.command();
        self.start_as(command);
    }

    /// Starts the agent by another command.
    pub(crate) fn start_as(&mut self, mut command: Command) {
        let log = File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        command
            .stderr(log)
            .env("AWS_SECRET_ACCESS_KEY", "of-the-agent")
            .env("AWS_ENDPOINT_URL", "of-the-agent");
        self.agent = Some(command.spawn().unwrap());
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn signal(&mut self, signal: Signal) -> ExitStatus {
        let mut agent = self.agent.take().unwrap();
        kill(Pid::from_raw(agent.id() as i32), signal).unwrap();
        agent.wait().unwrap()
    }

    /// The agent dies at once.
    pub(crate) fn kill_agent(&mut self) {
        self.signal(Signal::SIGKILL);
    }

    /// The agent is asked to end.
    pub(crate) fn terminate_agent(&mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM)
    }

    /// Waits until the agent ends by itself.
    pub(crate) fn agent_exit(&mut self) -> ExitStatus {
        self.agent.take().unwrap().wait().unwrap()
    }

    pub(crate) fn agent_lives(&mut self) -> bool {
        self.agent.as_mut().unwrap().try_wait().unwrap().is_none()
    }

    /// Memory that the agent holds.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.agent.as_ref().unwrap().id());
        let status = fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Mounts a small file system of memory, for which one must be root.
    pub(crate) fn mount_small(&mut self, path: &Path, size: &str) {
        fs::create_dir_all(path).unwrap();
        let options = format!("size={size},mode=0777");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(path).status();
        assert!(status.unwrap().success());
        self.mounts.push(path.to_owned());
    }

    /// A job that runs this script.
    pub(crate) fn job(&self, number: u64, script: &str) -> RunDirective {
        let path = |name: String| self.shared(&name).to_string_lossy().into_owned();
        RunDirective {
            job: number,
            attempt: 1,
            name: "hello".into(),
            owner: "soca-nobody-knows".into(),
            queue: "normal".into(),
            project: Some("wing".into()),
            script: script.into(),
            shell: None,
            workdir: path("case".into()),
            stdout: path(format!("case/o{number}")),
            stderr: path(format!("case/e{number}")),
            joined: false,
            environment: Vec::new(),
            submit_host: "login".into(),
            walltime_seconds: Some(600),
            grace_seconds: 1,
            end_by_ms: None,
            warning: None,
            ncpus: 2,
            mpiprocs: 2,
            nodes: vec!["node0".into(), "node1".into()],
            array: None,
        }
    }

    /// An array job that runs this script.
    pub(crate) fn array(&self, number: u64, script: &str, ranges: &[[u32; 3]], limit: u32) -> RunDirective {
        RunDirective {
            array: Some(ArrayDirective { ranges: ranges.to_vec(), limit }),
            ..self.job(number, script)
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut agent) = self.agent.take() {
            let _ = agent.kill();
            let _ = agent.wait();
        }
        let _ = Command::new(PROGRAM).args(["power-off", "--state"]).arg(self.state()).status();
        for mount in &self.mounts {
            let _ = Command::new("umount").arg("-l").arg(mount).status();
        }
        if std::thread::panicking() {
            eprintln!("the log of node {}:\n{}", self.index, self.log());
        }
    }
}
