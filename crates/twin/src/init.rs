//! Plays `init` for one program: nothing that it starts outlives it, and it does not outlive whoever started it.
//!
//! Standard input is the leash: words come in on it, and its end (the starter is gone, however it went) is the end of
//! everything below. Orphans come here because this process is their subreaper.

use crate::{
    fault::{Fault, Outcome},
    files,
};
use clap::Args;
use nix::{
    errno::Errno,
    sys::{
        prctl,
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};
use soca_agent::processes;
use std::{
    ffi::OsString,
    io::BufRead,
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_millis(100);
/// The pause before a crashed program is started again.
const RESTART_AFTER: Duration = Duration::from_secs(1);
/// So long the last processes have to be gone after SIGKILL.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// Where the program's output is appended.
    #[arg(long)]
    log: PathBuf,
    /// Start the program again when it fails, as systemd does.
    #[arg(long)]
    restart: bool,
    /// Milliseconds between SIGTERM and SIGKILL at the end; 0 is a power cut.
    #[arg(long, default_value_t = 0)]
    grace_ms: u64,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// What can come in on standard input.
enum Word {
    /// Kill the program, and do not start it again.
    Stop,
    /// Kill the program if it runs, and start it.
    Start,
    /// End everything.
    End,
}

/// Runs the program until the end; its exit status.
pub fn run(options: &InitOptions) -> Outcome<u8> {
    prctl::set_child_subreaper(true).map_err(|e| Fault::machine("Becoming a subreaper", e))?;
    let words = listen();
    let mut keeper = Keeper { options, child: None, start_at: None };
    keeper.start()?;
    loop {
        match words.recv_timeout(TICK) {
            Ok(Word::Stop) => keeper.stop(),
            Ok(Word::Start) => {
                keeper.stop();
                keeper.start()?;
            }
            Ok(Word::End) | Err(RecvTimeoutError::Disconnected) => return Ok(keeper.end()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        match keeper.reap() {
            Some(status) if !options.restart => {
                sweep();
                return Ok(status);
            }
            Some(status) if status != 0 => keeper.start_at = Some(Instant::now() + RESTART_AFTER),
            _ => {}
        }
        if keeper.start_at.is_some_and(|at| at <= Instant::now()) {
            keeper.start()?;
        }
    }
}

fn listen() -> Receiver<Word> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let word = match line.as_deref() {
                Ok("stop") => Word::Stop,
                Ok("start") => Word::Start,
                _ => break,
            };
            if sender.send(word).is_err() {
                return;
            }
        }
        let _ = sender.send(Word::End);
    });
    receiver
}

struct Keeper<'a> {
    options: &'a InitOptions,
    child: Option<Pid>,
    start_at: Option<Instant>,
}

impl Keeper<'_> {
    fn start(&mut self) -> Outcome<()> {
        self.start_at = None;
        let log = files::log(&self.options.log)?;
        let errors = log.try_clone().map_err(|e| Fault::machine("The log", e))?;
        let mut command = Command::new(&self.options.command[0]);
        command.args(&self.options.command[1..]).stdin(Stdio::null()).stdout(log).stderr(errors);
        let child = command.spawn().map_err(|e| Fault::machine(self.options.command[0].display(), e))?;
        self.child = i32::try_from(child.id()).ok().map(Pid::from_raw);
        Ok(())
    }

    /// Kills the program itself; what it started goes on.
    fn stop(&mut self) {
        self.start_at = None;
        let Some(child) = self.child else { return };
        let _ = kill(child, Signal::SIGKILL);
        let until = Instant::now() + LAST_WAIT;
        while self.child.is_some() && Instant::now() < until {
            self.reap();
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Collects the dead; the program's status if it is one of them.
    fn reap(&mut self) -> Option<u8> {
        let mut own = None;
        loop {
            let (pid, status) = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, code)) => (pid, code),
                Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, 128 + signal as i32),
                Ok(WaitStatus::StillAlive) | Err(_) => return own,
                Ok(_) => continue,
            };
            if self.child == Some(pid) {
                self.child = None;
                own = u8::try_from(status).ok().or(Some(u8::MAX));
            }
        }
    }

    fn end(&mut self) -> u8 {
        let until = Instant::now() + Duration::from_millis(self.options.grace_ms);
        if let Some(child) = self.child.filter(|_| self.options.grace_ms > 0) {
            let _ = kill(child, Signal::SIGTERM);
        }
        let mut status = 0;
        while self.child.is_some() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
            status = self.reap().unwrap_or(status);
        }
        sweep();
        status
    }
}

/// Kills everything below this process, until there is nothing.
fn sweep() {
    let until = Instant::now() + LAST_WAIT;
    while Instant::now() < until {
        processes::kill_all(|| processes::descendants(Pid::this()));
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => break,
                Err(Errno::ECHILD) => return,
                _ => {}
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
}
