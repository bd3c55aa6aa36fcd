//! `pbsdsh`: writes a request, runs this node's part of it, and shows what the nodes do.

use super::environment::{self, Variables};
use super::offer::Offer;
use super::options::PbsdshOptions;
use super::request::{Request, Task};
use super::setting::Setting;
use super::tasks::Tasks;
use super::watch::{Sinks, Watch};
use crate::agent::waiter;
use crate::clock::Clock;
use nix::sys::signal::{SigSet, Signal};
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// The shortest and the longest time between two looks.
const LOOKS_MS: (u64, u64) = (20, 500);
/// Wrong usage, and no job.
const MISUSED: u8 = 2;
const FAILED: u8 = 1;

/// What wakes the client.
enum Event {
    /// A task of this node has ended.
    Ended,
    /// It was sent a signal.
    Signal(Signal),
}

/// Why there is no status.
enum Stop {
    /// By a signal.
    Signal(Signal),
    /// Something failed.
    Failed(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::Signal(Signal::SIGPIPE),
            io::ErrorKind::NotFound => Stop::Failed("the job is over".into()),
            _ => Stop::Failed(error.to_string()),
        }
    }
}

/// Runs the command; the status is 0 if all were, else the highest.
pub fn run(options: &PbsdshOptions) -> ExitCode {
    let own = environment::own();
    let prepared = Setting::of(&own).map_err(|why| (why, FAILED)).and_then(|setting| {
        let tasks = setting.tasks(options).map_err(|why| (why, MISUSED))?;
        Ok((setting, tasks))
    });
    let (setting, tasks) = match prepared {
        Ok(prepared) => prepared,
        Err((why, status)) => return complain(&why, status),
    };
    let (sender, events) = mpsc::channel();
    if let Err(error) = listen(sender.clone()) {
        return complain(&error.to_string(), FAILED);
    }
    let client = Client { options, setting, own, events, wake: sender };
    match client.rounds(&tasks) {
        Ok(status) => ExitCode::from(u8::try_from(status.clamp(0, 255)).unwrap_or(u8::MAX)),
        Err(Stop::Signal(signal)) => ExitCode::from(128 + signal as u8),
        Err(Stop::Failed(why)) => complain(&why, FAILED),
    }
}

fn complain(why: &str, status: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "{}: {why}.", super::CLIENT);
    ExitCode::from(status)
}

/// From here on the signals that end a process are events. What it starts hears them again.
fn listen(events: Sender<Event>) -> io::Result<()> {
    let signals: SigSet = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().collect();
    signals.thread_block()?;
    waiter("signals", move || {
        if let Ok(signal) = signals.wait() {
            let _ = events.send(Event::Signal(signal));
        }
    })
}

struct Client<'a> {
    options: &'a PbsdshOptions,
    setting: Setting,
    own: Variables,
    events: Receiver<Event>,
    wake: Sender<Event>,
}

impl Client<'_> {
    /// All at once, or one after the other.
    fn rounds(&self, tasks: &[Task]) -> Result<i32, Stop> {
        let size = if self.options.sequential { 1 } else { tasks.len() };
        let mut highest = 0;
        for round in tasks.chunks(size.max(1)) {
            highest = self.round(round)?.max(highest);
        }
        Ok(highest)
    }

    fn round(&self, tasks: &[Task]) -> Result<i32, Stop> {
        let request = Request {
            command: self.options.command.clone(),
            environment: environment::passed_on(&self.own),
            workdir: std::env::current_dir()?,
            from: self.setting.node,
            waited: !self.options.unwaited,
            locked: false,
            tasks: tasks.to_vec(),
        };
        let (offer, request) = Offer::make(&self.setting, request)?;
        let wake = self.wake.clone();
        let mut here = Tasks::new(self.setting.directory.clone(), self.own.clone(), move || {
            let _ = wake.send(Event::Ended);
        });
        let outcome = self.follow(&offer, &request, &mut here);
        match outcome {
            Ok(_) if self.options.unwaited => return outcome,
            Ok(_) => {}
            Err(_) => {
                offer.withdraw();
                here.abandon(&offer.name);
                while !here.is_idle() {
                    here.tick();
                    std::thread::sleep(Duration::from_millis(LOOKS_MS.0));
                }
            }
        }
        offer.clear();
        outcome
    }

    /// Until every task has ended, or the client is told to.
    fn follow(&self, offer: &Offer, request: &Request, here: &mut Tasks) -> Result<i32, Stop> {
        let clock = Clock::start();
        let mut to = Sinks { out: io::stdout(), err: io::stderr() };
        for task in request.tasks.iter().filter(|task| task.node == self.setting.node) {
            here.begin(&offer.name, request, *task, false)?;
        }
        let mut watch = Watch::new(&self.setting, self.options, &offer.name, &request.tasks);
        loop {
            let elapsed = clock.steady_ms();
            watch.look(&mut to, elapsed / 1000 >= self.options.timeout)?;
            if watch.is_over() {
                return Ok(watch.status());
            }
            let wait = Duration::from_millis((elapsed / 20).clamp(LOOKS_MS.0, LOOKS_MS.1));
            match self.events.recv_timeout(wait) {
                Ok(Event::Signal(signal)) => return Err(Stop::Signal(signal)),
                Ok(Event::Ended) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }
}
