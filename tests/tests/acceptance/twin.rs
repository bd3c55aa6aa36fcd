//! The twin as tests see it: the real command line as a user, and the machine room's door.

use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// One test at a time, also when the runner would run them beside each other.
static ALONE: Mutex<()> = Mutex::new(());

/// A twin that is up.
pub(crate) struct Twin {
    file: Value,
    _alone: MutexGuard<'static, ()>,
}

/// What a followed job came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) summary: Value,
    pub(crate) output: String,
    pub(crate) status: i32,
}

impl Twin {
    /// The twin that `SOCA_TWIN_DIR` names.
    pub(crate) fn get() -> Twin {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = std::env::var("SOCA_TWIN_DIR").expect("run this suite with: cargo xtask test acceptance");
        let text = fs::read_to_string(Path::new(&dir).join("twin.json")).expect("the twin is up");
        let twin = Twin { file: serde_json::from_str(&text).unwrap(), _alone: alone };
        twin.order(json!({ "order": "drop-events", "switch": "off" }));
        twin.order(json!({ "order": "slow-boot", "seconds": 0.5 }));
        twin
    }

    pub(crate) fn text(&self, pointer: &str) -> String {
        self.file
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer}"))
            .to_owned()
    }

    /// A directory of its own for a test, in alice's home on the shared file system.
    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        let dir = PathBuf::from(self.text("/data")).join("home/alice/acceptance").join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    /// The command line as a user.
    pub(crate) fn soca(&self, user: &str, dir: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(self.text("/soca"));
        command.args(args).current_dir(dir).stdin(Stdio::null());
        command.env("SOCA_CONFIG_DIR", self.text(&format!("/users/{user}/config_dir")));
        command.env("SOCA_ENDPOINT", self.text("/endpoint")).env_remove("SOCA_TOKEN");
        command
    }

    /// Runs the command line and reads the JSON it prints.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let dir = PathBuf::from(self.text("/data")).join("home/alice");
        let output = self.soca("alice", &dir, args).arg("--json").output().unwrap();
        assert!(output.status.success(), "soca {args:?}: {}", text_of(&output));
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("soca {args:?}: {e}: {}", text_of(&output)))
    }

    /// Writes a script and submits it; the job's number.
    pub(crate) fn submit(&self, dir: &Path, script: &str) -> u64 {
        fs::write(dir.join("job.pbs"), script).unwrap();
        let output = self.soca("alice", dir, &["submit", "job.pbs", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
        reply["job"]["id"].as_u64().unwrap_or_else(|| panic!("{reply}"))
    }

    /// Submits a file and follows it to the end.
    pub(crate) fn follow(&self, dir: &Path, file: &str) -> Ran {
        let output = self.soca("alice", dir, &["submit", file, "--follow", "--json"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().last().unwrap_or_default();
        let summary = serde_json::from_str(last).unwrap_or_else(|e| panic!("{e}: {}", text_of(&output)));
        Ran { summary, output: text_of(&output), status: output.status.code().unwrap_or(-1) }
    }

    pub(crate) fn job(&self, id: u64) -> Value {
        self.json(&["status", &id.to_string()])
    }

    /// Waits until a job is as `done` says; the job then.
    pub(crate) fn until(
        &self,
        id: u64,
        what: &str,
        patience: Duration,
        done: impl Fn(&Value) -> bool,
    ) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.job(id);
            if done(&job) {
                return job;
            }
            assert!(begun.elapsed() < patience, "job {id} is not {what} after {patience:?}: {job:#}");
            self.pause();
        }
    }

    /// The pause between two looks at what the twin does by itself.
    pub(crate) fn pause(&self) {
        std::thread::sleep(Duration::from_millis(200));
    }

    pub(crate) fn until_ended(&self, id: u64, patience: Duration) -> Value {
        self.until(id, "over", patience, |job| job["ended"] == true)
    }

    /// An order to the machine room.
    pub(crate) fn order(&self, order: Value) -> Value {
        self.try_order(&order).unwrap_or_else(|e| panic!("{order}: {e}"))
    }

    /// An order that may fail, since what it calls may be killed on purpose.
    pub(crate) fn try_order(&self, order: &Value) -> Result<Value, ureq::Error> {
        let url = format!("{}/orders", self.text("/control/url"));
        let token = format!("Bearer {}", self.text("/control/token"));
        let mut reply = ureq::post(&url).header("authorization", &token).send_json(order)?;
        reply.body_mut().read_json()
    }

    /// What the machine room says.
    pub(crate) fn status(&self) -> Value {
        let url = format!("{}/status", self.text("/control/url"));
        let token = format!("Bearer {}", self.text("/control/token"));
        ureq::get(&url).header("authorization", &token).call().unwrap().body_mut().read_json().unwrap()
    }

    /// P3: no instance and no compute stack is left.
    pub(crate) fn assert_nothing_left(&self) {
        let status = self.status();
        assert_eq!(status["instances_alive"], json!(0), "{status:#}");
        assert_eq!(status["stacks_alive"], json!(0), "{status:#}");
        let live = self.json(&["stacks"]);
        assert_eq!(live["stacks"], json!([]), "{live:#}");
    }
}

pub(crate) fn text_of(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A script with a head that most tests share.
pub(crate) fn script(directives: &str, body: &str) -> String {
    format!("#!/bin/bash\n#PBS -N acceptance\n#PBS -l walltime=00:10:00\n{directives}\n{body}\n")
}
