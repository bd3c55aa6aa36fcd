//! The tasks that run on this node: started, flushed for the other nodes, and ended when nobody wants them any more.

use super::environment::Variables;
use super::request::{Name, Request, Task};
use super::task::TaskFiles;
use crate::agent::waiter;
use crate::clock::Clock;
use crate::shim::Started;
use crate::{log, processes};
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Between SIGTERM and SIGKILL.
const GRACE_MS: u64 = 2000;

/// What runs of a task.
#[derive(Debug)]
struct Running {
    pid: Pid,
    unwanted: bool,
    /// The output and how much of it other nodes can see; none if nobody elsewhere looks at it.
    unflushed: Vec<(File, u64)>,
}

type Table = Arc<Mutex<BTreeMap<TaskFiles, Running>>>;

/// The tasks of one process: of a server, or of a client.
pub(super) struct Tasks {
    directory: PathBuf,
    own: Variables,
    clock: Clock,
    running: Table,
    /// Tasks that are being ended, and when they are killed.
    ending: Vec<(TaskFiles, u64)>,
    /// Called when one has ended.
    ended: Arc<dyn Fn() + Send + Sync>,
}

fn locked(table: &Table) -> MutexGuard<'_, BTreeMap<TaskFiles, Running>> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tasks {
    pub(super) fn new(directory: PathBuf, own: Variables, ended: impl Fn() + Send + Sync + 'static) -> Tasks {
        let (running, ending, ended) = (Table::default(), Vec::new(), Arc::new(ended));
        Tasks { directory, own, clock: Clock::start(), running, ending, ended }
    }

    /// The files of a task.
    pub(super) fn files(&self, name: &Name, number: u32) -> TaskFiles {
        TaskFiles::new(&self.directory, name, number)
    }

    /// Runs a task unless it was begun before, and says whether it was. `flushed`: another node reads what it writes.
    pub(super) fn begin(
        &self,
        name: &Name,
        request: &Request,
        task: Task,
        flushed: bool,
    ) -> io::Result<bool> {
        let files = self.files(name, task.number);
        if !files.claim()? {
            return Ok(false);
        }
        if let Err(error) = self.start(&files, request, flushed) {
            log::warn("dsh.task_not_started", &[("task", &files.mark()), ("error.message", &error)]);
            files.fail(&format!("The node cannot start the program: {error}."));
            (self.ended)();
        }
        Ok(true)
    }

    fn start(&self, files: &TaskFiles, request: &Request, flushed: bool) -> io::Result<()> {
        let outputs = files.outputs()?;
        let theirs = [outputs[0].try_clone()?, outputs[1].try_clone()?];
        let mut unflushed = Vec::new();
        for file in outputs.iter().filter(|_| flushed) {
            unflushed.push((file.try_clone()?, 0));
        }
        let started = files.start(request, &self.own, theirs)?;
        let pid = started.pid;
        locked(&self.running).insert(files.clone(), Running { pid, unwanted: false, unflushed });
        let (table, of, ended) = (self.running.clone(), files.clone(), self.ended.clone());
        let waiting = waiter("task", move || {
            attend(&table, &of, &started, outputs);
            ended();
        });
        waiting.inspect_err(|_| {
            locked(&self.running).remove(files);
            let _ = nix::sys::signal::killpg(pid, Signal::SIGKILL);
            let _ = waitpid(pid, None);
        })
    }

    /// Whether one of them still runs.
    pub(super) fn is_idle(&self) -> bool {
        self.ending.is_empty() && locked(&self.running).is_empty()
    }

    /// Ends everything of a request that runs here.
    pub(super) fn abandon(&mut self, name: &Name) {
        let unwanted: Vec<_> = locked(&self.running)
            .iter_mut()
            .filter(|(files, _)| files.is_of(name))
            .map(|(files, running)| {
                running.unwanted = true;
                files.clone()
            })
            .collect();
        unwanted.into_iter().for_each(|files| self.put_an_end_to(files));
    }

    /// Ends a task of this node, even if another process started it.
    pub(super) fn put_an_end_to(&mut self, files: TaskFiles) {
        let table = locked(&self.running);
        let found = processes_of(&table, &files);
        processes::signal(&found, Signal::SIGTERM);
        processes::signal(&found, Signal::SIGCONT);
        drop(table);
        self.ending.push((files, self.clock.steady_ms() + GRACE_MS));
    }

    /// What has to be done from time to time.
    pub(super) fn tick(&mut self) {
        let now = self.clock.steady_ms();
        let mut table = locked(&self.running);
        self.ending.retain(|(files, kill_at)| {
            if *kill_at <= now {
                processes::kill_all(|| processes_of(&table, files));
            }
            table.contains_key(files) || !processes_of(&table, files).is_empty()
        });
        for (file, seen) in table.values_mut().flat_map(|running| &mut running.unflushed) {
            let length = file.metadata().map_or(*seen, |found| found.len());
            if length != *seen && file.sync_data().is_ok() {
                *seen = length;
            }
        }
    }
}

/// The task's process with all below it, and whatever carries its mark.
fn processes_of(table: &BTreeMap<TaskFiles, Running>, files: &TaskFiles) -> Vec<Pid> {
    let mut found = processes::left_over(None, Some(&files.mark()));
    if let Some(running) = table.get(files) {
        found.push(running.pid);
        found.extend(processes::descendants(running.pid));
    }
    found.sort_unstable_by_key(|pid| pid.as_raw());
    found.dedup();
    found
}

/// Waits for a task's end and writes it down, unless nobody wants to know.
fn attend(table: &Table, files: &TaskFiles, started: &Started, mut outputs: [File; 2]) {
    let refused = started.sentence();
    // It keeps its number until nobody can send it a signal any more.
    while waitid(Id::Pid(started.pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)
        == Err(nix::errno::Errno::EINTR)
    {}
    let unwanted = locked(table).remove(files).is_none_or(|running| running.unwanted);
    let status = match waitpid(started.pid, None) {
        Ok(WaitStatus::Exited(_, status)) => status,
        Ok(WaitStatus::Signaled(_, signal, _)) => 128 + signal as i32,
        Ok(_) | Err(_) => super::LOST,
    };
    if unwanted {
        return;
    }
    if let Err(error) = files.end(&mut outputs, status, refused.as_deref()) {
        log::warn("dsh.end_not_noted", &[("task", &files.mark()), ("error.message", &error)]);
    }
}
