//! The files through which the agent and the supervisors of scripts know each other.
//!
//! ```text
//! runs/1042.1/run.json        the directive and what else the supervisor must know
//! runs/1042.1/job/            the unit of a plain job; an element's has its index as name
//!     lock                    made once, locked while the supervisor lives: an attempt runs at most once
//!     control                 a pipe: `c` cancels, `k` kills, `w` warns
//!     cancel                  the same byte, for a supervisor that is not listening yet
//!     place                   the script's own temporary directory
//!     started.json            when the script started
//!     stdout, stderr          the output as far as it is shipped
//!     exit.json               how it ended
//! ```
//!
//! `served/` is built alike: there, the unit is the server that runs commands for a script on another node.
//!
//! A run that is over leaves its empty directory as the mark that it was.

mod attend;
mod lock;

pub use attend::attend;
pub use lock::{Holder, Lock};

use crate::core::{Manner, View};
use crate::keys::{RunKey, UnitKey};
use crate::options::UnknownUser;
use crate::{files, wake};
use serde::{Deserialize, Serialize};
use soca_wire::agent::{End, RunDirective, Stream};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a supervisor must know besides the directive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The cluster's id.
    pub cluster: String,
    /// Where the shared file system is mounted.
    pub shared_root: PathBuf,
    /// The node's stack.
    #[serde(default)]
    pub stack: String,
    /// This instance.
    #[serde(default)]
    pub instance: String,
    /// The node's instance type.
    pub instance_type: String,
    /// The node's place in its stack.
    pub node_index: u32,
    /// What to do with owners the node does not know.
    pub unknown_user: UnknownUser,
    /// The agent's bell.
    pub bell: PathBuf,
}

/// The content of `run.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// What to run.
    pub directive: RunDirective,
    /// Where it runs.
    pub context: Context,
    /// Not the script but the server that runs commands for the script, which is on another node.
    #[serde(default)]
    pub serve: bool,
}

/// The content of `started.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedFile {
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// The content of `exit.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitFile {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// How it ended.
    pub end: End,
}

/// The directory of all runs.
#[derive(Clone, Debug)]
pub struct Runs {
    root: PathBuf,
}

impl Runs {
    /// The runs of a state directory.
    pub fn of(state: &Path) -> Runs {
        Runs { root: state.join("runs") }
    }

    /// What a state directory has of jobs whose scripts run on other nodes.
    pub fn served(state: &Path) -> Runs {
        Runs { root: state.join("served") }
    }

    /// A run's directory.
    pub fn run(&self, key: RunKey) -> PathBuf {
        self.root.join(key.to_string())
    }

    /// A unit's directory.
    pub fn unit(&self, key: UnitKey) -> PathBuf {
        self.run(key.run).join(key.directory())
    }

    /// A unit's copy of its output.
    pub fn spool(&self, key: UnitKey, stream: Stream) -> PathBuf {
        self.unit(key).join(stream.as_str())
    }

    /// Writes down what is to be run.
    pub fn prepare(&self, key: RunKey, run: &RunFile) -> io::Result<()> {
        files::private_dir(&self.run(key))?;
        files::write_json(&self.run(key).join("run.json"), run)
    }

    /// What is written down of a run.
    pub fn read(&self, key: RunKey) -> io::Result<Option<RunFile>> {
        files::read_json(&self.run(key).join("run.json"))
    }

    /// The runs that are over, and those that are not.
    pub fn scan(&self) -> io::Result<(BTreeSet<RunKey>, BTreeSet<RunKey>)> {
        files::private_dir(&self.root)?;
        let names = fs::read_dir(&self.root)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names
            .filter_map(|name| RunKey::parse(&name))
            .partition(|key| !self.run(*key).join("run.json").exists()))
    }

    /// The units of a run that have a directory.
    pub fn units(&self, key: RunKey) -> Vec<UnitKey> {
        let entries = fs::read_dir(self.run(key)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter_map(|name| UnitKey::parse(key, &name)).collect()
    }

    /// Looks at a unit.
    pub fn look(&self, key: UnitKey) -> View {
        let started = files::read_json::<StartedFile>(&self.unit(key).join("started.json"));
        let length = |stream| fs::metadata(self.spool(key, stream)).map_or(0, |found| found.len());
        View {
            started_at: started.ok().flatten().map(|started| started.at_ms),
            spooled: crate::core::STREAMS.map(length),
        }
    }

    /// Asks a unit's supervisor to end the script: now if it listens, else as soon as it does. Says whether that is new.
    pub fn stop(&self, key: UnitKey, manner: Manner) -> io::Result<bool> {
        let byte = match manner {
            Manner::Grace => b'c',
            Manner::AtOnce => b'k',
        };
        let unit = self.unit(key);
        let note = unit.join("cancel");
        if fs::read(&note).is_ok_and(|noted| noted == [byte]) {
            return Ok(false);
        }
        let noted = files::private_dir(&unit).and_then(|()| fs::write(note, [byte]));
        wake::ring(&unit.join("control"), byte);
        noted.map(|()| true)
    }

    /// Asks a unit's supervisor to warn the script. Nobody listening is no error: the order comes again.
    pub fn warn(&self, key: UnitKey) {
        wake::ring(&self.unit(key).join("control"), b'w');
    }

    /// Removes a unit's files.
    pub fn clear(&self, key: UnitKey) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(self.unit(key)))
    }

    /// Removes a run without a trace.
    pub fn remove(&self, key: RunKey) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(self.run(key)))
    }

    /// Removes a run's files but leaves its directory.
    pub fn bury(&self, key: RunKey) -> io::Result<()> {
        let run = self.run(key);
        files::private_dir(&run)?;
        absent_is_fine(fs::remove_file(run.join("run.json")))?;
        for entry in fs::read_dir(&run)? {
            let path = entry?.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            absent_is_fine(removed)?;
        }
        Ok(())
    }
}

fn absent_is_fine(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
