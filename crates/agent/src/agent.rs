//! Starting the agent: who it is, its enrolment, and the threads that wake its loop.

use crate::clock::Clock;
use crate::core::{Core, retry_ms};
use crate::enroll::{self, NotEnrolled};
use crate::http::ControlPlane;
use crate::identity::Identity;
use crate::options::RunOptions;
use crate::runner::{Event, Runner};
use crate::session::SessionToken;
use crate::store::Store;
use crate::syncer::Caller;
use crate::units::{Context, Runs};
use crate::{files, identity, log, wake};
use nix::sys::signal::{SigSet, Signal};
use soca_wire::bootstrap::AgentConfig;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Stack of a thread that mostly waits.
const SMALL_STACK: usize = 256 * 1024;

/// So often the metadata service is asked again.
const IDENTITY_TRIES: u32 = 8;
/// How long, and how often, the lock of the state directory is tried.
const LOCK_MS: u64 = 3000;
const LOCK_AGAIN: Duration = Duration::from_millis(50);

/// Why the agent could not work.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The control plane does not want this node.
    #[error("{0}")]
    NotEnrolled(#[from] NotEnrolled),
    /// The configuration or the identity is not there.
    #[error("{0}")]
    Setup(String),
    /// The state directory or a thread failed at the start.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Runs the agent until it is told to end: by the control plane, or by a signal (scripts then go on).
pub fn run(options: &RunOptions) -> Result<(), Stopped> {
    files::private_dir(&options.state)?;
    let state = &options.state.canonicalize()?;
    let _alone = lock_state(state)?;
    let config = read_config(&options.config)?;
    let identity = identify(options)?;
    let token = SessionToken::load_or_choose(state)?;
    let plane = ControlPlane::new(&config.endpoint);
    let enrolled = enroll::enroll(&plane, &config, &identity, &token, state, options.enroll_deadline)?;
    log::info(
        "node.enrolled",
        &[
            ("node.stack", &config.stack),
            ("node.instance", &identity.instance),
            ("node.index", &enrolled.node_index),
        ],
    );

    let runs = Runs::of(state);
    let (sender, receiver) = mpsc::channel();
    let signals = block_signals()?;
    let terminated = sender.clone();
    waiter("signals", move || {
        let _ = signals.wait();
        let _ = terminated.send(Event::Terminated);
    })?;
    let (bell, rung) = (state.join("wake"), sender.clone());
    let pipe = wake::open_pipe(&bell)?;
    waiter("bell", move || wake::listen(pipe, || rung.send(Event::Bell).is_ok()))?;
    let answered = sender.clone();
    let (stack, instance) = (config.stack, identity.instance);
    let caller =
        Caller { plane, token, stack: stack.clone(), instance: instance.clone(), runs: runs.clone() };
    let calls = caller.start(move |answer| answered.send(Event::Answer(answer)).is_ok())?;

    let context = Context {
        cluster: config.cluster,
        shared_root: config.shared_root.into(),
        stack,
        instance,
        instance_type: identity.instance_type,
        node_index: enrolled.node_index,
        unknown_user: options.unknown_user(),
        bell,
    };
    let (store, journal) = Store::open(state)?;
    let (buried, going) = runs.scan()?;
    let clock = Clock::start();
    let (core, effects) = Core::new(journal, buried, clock.steady_ms() + enrolled.first_sync_ms);
    let served = Runs::served(state);
    let mut runner =
        Runner { clock, core, store, runs, served, context, calls, events: sender, unremoved: Vec::new() };
    runner.resume(going, effects);
    runner.turn(&receiver);
    Ok(())
}

/// A node that boots may be faster than its metadata service.
fn identify(options: &RunOptions) -> Result<Identity, Stopped> {
    let mut failures = 0;
    loop {
        match identity::identify(&options.given) {
            Ok(identity) => return Ok(identity),
            Err(problem) if failures == IDENTITY_TRIES => return Err(Stopped::Setup(problem)),
            Err(problem) => log::warn("node.unidentified", &[("error.message", &problem)]),
        }
        failures += 1;
        thread::sleep(Duration::from_millis(retry_ms(failures, rand::random_range(0..=1000))));
    }
}

fn read_config(path: &Path) -> Result<AgentConfig, Stopped> {
    match files::read_json(path) {
        Ok(Some(config)) => Ok(config),
        Ok(None) => Err(Stopped::Setup(format!("{}: there is no such file", path.display()))),
        Err(error) => Err(Stopped::Setup(format!("{}: {error}", path.display()))),
    }
}

/// Two agents on one state directory would take each other's numbers. What a killed agent had just forked holds its lock
/// for a moment longer.
fn lock_state(state: &Path) -> Result<File, Stopped> {
    let file = File::create(state.join("agent.lock"))?;
    let clock = Clock::start();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if clock.steady_ms() < LOCK_MS => thread::sleep(LOCK_AGAIN),
            Err(TryLockError::WouldBlock) => {
                let path = state.display();
                return Err(Stopped::Setup(format!("{path}: another agent uses this state directory")));
            }
        }
    }
}

/// From here on the signals that end a process are events. A file size limit is an error of the write, not a death.
fn block_signals() -> Result<SigSet, Stopped> {
    let ending: SigSet = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().collect();
    let mut blocked = ending;
    blocked.add(Signal::SIGXFSZ);
    blocked.thread_block().map_err(io::Error::from)?;
    Ok(ending)
}

/// Starts a thread that mostly waits.
pub(crate) fn waiter(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).stack_size(SMALL_STACK).spawn(body).map(drop)
}
