//! The machine room: the process behind an "up" twin. Starts the planes, leads the instances, takes orders.

pub mod control;
pub mod events;
pub mod feed;
pub mod lead;
pub mod machine;
pub mod orders;

use crate::{
    fault::{Fault, Outcome},
    files,
    layout::Layout,
    log,
    planes::{PlaneOptions, Planes},
    ports::{PortOptions, Ports},
};
use clap::Args;
use nix::sys::signal::{SigSet, Signal};
use serde::{Deserialize, Serialize};
use std::{sync::mpsc, thread, time::Duration};

/// Options of the machine room.
#[derive(Clone, Debug, Args)]
pub struct RoomOptions {
    /// Which ports to use.
    #[command(flatten)]
    pub ports: PortOptions,
    /// Seconds an instance takes to boot.
    #[arg(long, default_value_t = 2.0)]
    pub boot_delay: f64,
    /// Seconds an Auto Scaling group rests after a refused launch, at first.
    #[arg(long, default_value_t = 5.0)]
    pub group_retry: f64,
}

/// What the machine room tells about itself, in a private file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomFile {
    /// Its process.
    pub pid: u32,
    /// Which ports are in use.
    pub ports: Ports,
    /// Bearer token for orders.
    pub token: String,
    /// The planes' shared secret.
    pub secret: String,
    /// Whether the planes serve.
    pub ready: bool,
    /// Why it gave up.
    pub failure: Option<Fault>,
}

/// Random hexadecimal digits.
pub fn random_hex(bytes: usize) -> String {
    (0..bytes).map(|_| format!("{:02x}", rand::random::<u8>())).collect()
}

/// Runs the machine room until it is told to end.
pub fn run(layout: &Layout, options: &RoomOptions) -> Outcome<()> {
    // It outlives the terminal it was started from.
    let _ = nix::unistd::setsid();
    let ports = options.ports.wanted().unwrap_or_default();
    let (token, secret) = (random_hex(24), random_hex(24));
    let mut file = RoomFile { pid: std::process::id(), ports, token, secret, ready: false, failure: None };
    files::write(&layout.room_file(), &file)?;
    let outcome = serve(layout, options, &mut file);
    if let Err(fault) = &outcome {
        log::line(&format!("the machine room gave up: {fault}"));
        file.failure = Some(fault.clone());
        files::write(&layout.room_file(), &file)?;
    }
    outcome
}

fn serve(layout: &Layout, options: &RoomOptions, file: &mut RoomFile) -> Outcome<()> {
    let signals = block_signals()?;
    let plane_options = PlaneOptions {
        ports: file.ports,
        secret: file.secret.clone(),
        group_retry_seconds: options.group_retry,
    };
    let planes = Planes::start(layout, &plane_options)?;
    let listener = Ports::listen(file.ports.room)?;
    let (sender, inbox) = mpsc::channel();
    let stop = sender.clone();
    thread::spawn(move || {
        let signal = signals.wait();
        log::line(&format!("told to end by {signal:?}"));
        let _ = stop.send(lead::Message::End);
    });
    feed::follow(file.clone(), sender.clone());
    control::serve(listener, layout.clone(), file.clone(), sender)?;
    let boot = Duration::from_secs_f64(options.boot_delay.max(0.0));
    let room = lead::Room::new(layout.clone(), file, planes, boot);
    file.ready = true;
    files::write(&layout.room_file(), file)?;
    log::line("ready");
    room.run(&inbox);
    Ok(())
}

/// The signals that end a process become a message. Programs we start get none of this.
fn block_signals() -> Outcome<SigSet> {
    let ending: SigSet = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().collect();
    ending.thread_block().map_err(|e| Fault::machine("Blocking signals", e))?;
    Ok(ending)
}
