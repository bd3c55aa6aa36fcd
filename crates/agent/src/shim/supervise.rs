//! Starting the script and watching it until nothing of it is left.

use super::Unit;
use super::machine::{Action, Event, Machine, Outcome};
use super::outputs;
use super::plan::Prepared;
use super::pump::{Sink, pump};
use super::stage::StagePlan;
use super::start::start;
use crate::fault::Fault;
use crate::units::StartedFile;
use crate::wake::Bell;
use crate::{files, log, processes};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use soca_wire::agent::{End, RunDirective, Stream};
use std::io::{self, PipeReader, Read};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// Once nothing of the script is left, its pipes have so long to run dry.
const DRAIN: Duration = Duration::from_secs(30);
/// The longest wait without a look at the clock.
const LONGEST_WAIT_MS: u64 = 60_000;

/// Runs the prepared script to its end.
pub(super) fn supervise(unit: &Unit<'_>, prepared: Prepared, bell: &mut Bell) -> Result<End, Fault> {
    let Prepared { plan, files: user, place: _, server } = prepared;
    let broken = |error: &io::Error| Fault::from_io("The script cannot be started", error);
    let stdout = outputs::sink(unit.directory, Stream::Stdout, user.stdout)?;
    let stderr = user.stderr.map(|file| outputs::sink(unit.directory, Stream::Stderr, file)).transpose()?;
    let (out_reader, out_writer) = io::pipe().map_err(|error| broken(&error))?;
    let (error_reader, error_writer) = match &stderr {
        None => (None, out_writer.try_clone().map_err(|error| broken(&error))?),
        Some(_) => {
            io::pipe().map(|(reader, writer)| (Some(reader), writer)).map_err(|error| broken(&error))?
        }
    };

    // Every thread is there before the script is: once it runs, nothing may fail.
    let (sender, receiver) = mpsc::channel();
    let (dry_sender, dry) = mpsc::channel::<Never>();
    let mut pumps = vec![(out_reader, stdout)];
    pumps.extend(error_reader.zip(stderr));
    for (reader, sink) in pumps {
        let pumping = (Bell::new(&unit.run.context.bell), sender.clone(), dry_sender.clone());
        start_pump(reader, sink, pumping).map_err(|error| broken(&error))?;
    }
    drop(dry_sender);
    listen_to_agent(unit, sender.clone()).map_err(|error| broken(&error))?;
    let (begun, script_pid) = mpsc::channel();
    thread::Builder::new()
        .spawn(move || script_pid.recv().map(|pid| reap(pid, &sender)))
        .map_err(|error| broken(&error))?;

    let script = start(&plan, out_writer, error_writer).map_err(|error| broken(&error))?;
    let _ = begun.send(script.pid);
    let refused = script.sentence();
    start_server(unit, server.as_ref());
    if refused.is_none() {
        note_start(unit, bell);
    }
    let directive = &unit.run.directive;
    let limit = limit_ms(directive, unit.clock.wall_ms());
    let warn_ms = directive.warning.map(|warning| warning.before_seconds.saturating_mul(1000));
    let machine = Machine::new(unit.clock.steady_ms(), limit, directive.grace_seconds, warn_ms);
    let machine = watch(unit, machine, script.pid, &receiver);
    let end = drain(unit, machine, &dry, &receiver);
    match refused {
        Some(sentence) => Err(Fault::cannot_start(sentence)),
        None => Ok(end),
    }
}

/// How long a script that starts now may run: for its walltime, and not beyond the moment at which the job must be over.
fn limit_ms(directive: &RunDirective, wall_ms: i64) -> Option<u64> {
    let walltime = directive.walltime_seconds.map(|seconds| seconds.saturating_mul(1000));
    let left = directive.end_by_ms.map(|end| u64::try_from(end.saturating_sub(wall_ms)).unwrap_or(0));
    walltime.into_iter().chain(left).min()
}

/// Nothing is ever sent: the channel only tells that its senders are gone.
enum Never {}

/// Starts the server of node 0. A job whose script needs none loses nothing if it cannot be started.
fn start_server(unit: &Unit<'_>, server: Option<&StagePlan>) {
    let Some(plan) = server else { return };
    if let Err(error) = start(plan, Stdio::null(), Stdio::null()) {
        log::warn("dsh.not_served", &[("job.id", &unit.key), ("error.message", &error)]);
    }
}

fn note_start(unit: &Unit<'_>, bell: &mut Bell) {
    let started = StartedFile { at_ms: unit.clock.wall_ms() };
    if let Err(error) = files::write_json(&unit.directory.join("started.json"), &started) {
        log::warn("script.start_not_noted", &[("job.id", &unit.key), ("error.message", &error)]);
    }
    bell.ring();
}

fn start_pump(from: PipeReader, sink: Sink, with: (Bell, Sender<Event>, Sender<Never>)) -> io::Result<()> {
    let body = move || {
        let (bell, events, _dry) = with;
        pump(from, sink, bell, |fault| {
            let _ = events.send(Event::Broken(fault));
        });
    };
    thread::Builder::new().spawn(body).map(drop)
}

/// What the agent asks for. What it asked for before anyone listened is in a file.
fn listen_to_agent(unit: &Unit<'_>, events: Sender<Event>) -> io::Result<()> {
    let mut control = unit.control.try_clone()?;
    let asked = std::fs::read(unit.directory.join("cancel")).ok();
    if let Some(bytes) = asked {
        let _ = events.send(request(bytes.first().copied().unwrap_or(b'c')));
    }
    let body = move || {
        let mut byte = [0];
        while control.read_exact(&mut byte).is_ok() && events.send(request(byte[0])).is_ok() {}
    };
    thread::Builder::new().spawn(body).map(drop)
}

fn request(byte: u8) -> Event {
    match byte {
        b'k' => Event::Kill,
        b'w' => Event::Warn,
        _ => Event::Cancel,
    }
}

/// Waits for every process of the script, adopted ones included, until there is none.
fn reap(script: Pid, events: &Sender<Event>) {
    loop {
        let outcome = match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, status)) if pid == script => Some(Outcome::Exited(status)),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == script => {
                Some(Outcome::Signalled(signal as i32))
            }
            Ok(_) | Err(Errno::EINTR) => None,
            Err(_) => break,
        };
        if let Some(outcome) = outcome {
            let _ = events.send(Event::ScriptEnded(outcome));
        }
    }
    let _ = events.send(Event::NoneLeft);
}

/// Until nothing of the script is left.
fn watch(unit: &Unit<'_>, mut machine: Machine, script: Pid, events: &Receiver<Event>) -> Machine {
    while !machine.is_over() {
        let now = unit.clock.steady_ms();
        let wait = machine.due().map_or(LONGEST_WAIT_MS, |at| at.saturating_sub(now).min(LONGEST_WAIT_MS));
        let event = match events.recv_timeout(Duration::from_millis(wait)) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => Event::Tick,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let found = || processes::descendants(Pid::this());
        match machine.step(unit.clock.steady_ms(), event) {
            None => {}
            Some(Action::Warn) => warn(&unit.run.directive, script),
            Some(Action::TerminateGroup) => {
                let _ = killpg(script, Signal::SIGTERM);
                let _ = killpg(script, Signal::SIGCONT);
            }
            Some(Action::TerminateAll) => {
                let left = found();
                processes::signal(&left, Signal::SIGTERM);
                processes::signal(&left, Signal::SIGCONT);
            }
            Some(Action::KillAll) => {
                processes::kill_all(found);
            }
        }
    }
    machine
}

/// Sends what the job asked for, to all of its process group or to the script's own process.
fn warn(directive: &RunDirective, script: Pid) {
    let Some(warning) = directive.warning else { return };
    let Ok(signal) = Signal::try_from(warning.signal) else { return };
    let sent = if warning.shell_only { kill(script, signal) } else { killpg(script, signal) };
    let error = sent.err().map_or_else(String::new, |error| error.to_string());
    log::info("script.warned", &[("signal", &signal.as_str()), ("error.message", &error)]);
}

/// Waits for the pumps: their last words may be that the output was lost.
fn drain(unit: &Unit<'_>, mut machine: Machine, dry: &Receiver<Never>, events: &Receiver<Event>) -> End {
    match dry.recv_timeout(DRAIN) {
        Ok(never) => match never {},
        Err(RecvTimeoutError::Disconnected) => {}
        Err(RecvTimeoutError::Timeout) => log::warn("script.output_held_open", &[("job.id", &unit.key)]),
    }
    while let Ok(event) = events.try_recv() {
        machine.step(unit.clock.steady_ms(), event);
    }
    machine.end()
}
