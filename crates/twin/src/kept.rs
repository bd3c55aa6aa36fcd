//! A program that runs under our own `init`, and the leash to it.

use crate::{
    fault::{Fault, Outcome},
    layout::{Layout, MARK},
};
use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What to run, and how.
#[derive(Debug)]
pub struct Plan {
    /// Program and arguments.
    pub command: Vec<OsString>,
    /// Its working directory.
    pub directory: PathBuf,
    /// Its environment besides the usual.
    pub environment: Vec<(&'static str, String)>,
    /// Where its output goes.
    pub log: PathBuf,
    /// Whether it is started again when it fails.
    pub restart: bool,
    /// Milliseconds between SIGTERM and SIGKILL at its end.
    pub grace_ms: u64,
}

/// A program under `init`.
#[derive(Debug)]
pub struct Kept {
    init: Child,
    leash: Option<ChildStdin>,
}

impl Kept {
    /// Starts it. Its environment is made from scratch: nothing of the caller's reaches it but the path.
    pub fn start(layout: &Layout, plan: &Plan) -> Outcome<Kept> {
        let mut init = Command::new(layout.program("soca-twin")?);
        init.arg("init").arg("--log").arg(&plan.log).arg("--grace-ms").arg(plan.grace_ms.to_string());
        if plan.restart {
            init.arg("--restart");
        }
        init.arg("--").args(&plan.command).current_dir(&plan.directory);
        init.env_clear().env(MARK, &layout.dir).env("HOME", &plan.directory).env("LANG", "C.UTF-8");
        init.env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into()));
        init.envs(plan.environment.iter().map(|(name, value)| (name, value)));
        init.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(crate::files::log(&plan.log)?);
        let mut init = init.spawn().map_err(|e| Fault::machine(plan.command[0].display(), e))?;
        let leash = init.stdin.take();
        Ok(Kept { init, leash })
    }

    /// The process id of its `init`.
    pub fn pid(&self) -> u32 {
        self.init.id()
    }

    /// Says a word to `init`.
    pub fn tell(&mut self, word: &str) -> Outcome<()> {
        let leash = self.leash.as_mut().ok_or_else(|| Fault::machine("The process", "it is being ended"))?;
        writeln!(leash, "{word}").map_err(|e| Fault::machine("The process", e))
    }

    /// Lets go of the leash: everything below is about to end.
    pub fn release(&mut self) {
        self.leash = None;
    }

    /// Its exit status, once it has ended.
    pub fn ended(&mut self) -> Option<i32> {
        self.init.try_wait().ok().flatten().map(|status| status.code().unwrap_or(-1))
    }

    /// Waits for its end; whether it came in time.
    pub fn wait(&mut self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while self.ended().is_none() {
            if Instant::now() > until {
                return false;
            }
            thread::sleep(Duration::from_millis(3));
        }
        true
    }
}

/// The last line that says something in a log.
pub fn last_line(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim().to_owned()
}
