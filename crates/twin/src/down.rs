//! `down`: nothing of the twin runs afterwards, whatever state it was in. Logs and the shared files stay.

use crate::{
    fault::{Fault, Outcome},
    files,
    layout::Layout,
    progress::{Progress, Show},
    room::RoomFile,
    up::is_ours,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use soca_agent::{power, processes};
use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// So long the machine room has to end everything itself.
const GRACE: Duration = Duration::from_secs(15);

/// Ends everything.
pub fn run(layout: &Layout, quiet: bool) -> Outcome<()> {
    let room: Option<RoomFile> = files::read(&layout.room_file());
    let running = room.filter(|room| is_ours(layout, room.pid));
    if let Some(room) = &running {
        end(layout, room.pid);
    }
    let left = clear(layout)?;
    if !quiet {
        let what = if running.is_some() { "The twin is down." } else { "The twin was not up." };
        let more = if left > 0 {
            format!(" {left} processes that were left over have been killed.")
        } else {
            String::new()
        };
        Progress::new(Show::All).line(&format!("{what}{more}"));
    }
    Ok(())
}

fn end(layout: &Layout, pid: u32) {
    let Ok(number) = i32::try_from(pid) else { return };
    let _ = kill(Pid::from_raw(number), Signal::SIGTERM);
    let until = Instant::now() + GRACE;
    while is_ours(layout, pid) && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Kills what a crash has left, and forgets the state of the last time; how many processes that were.
pub fn clear(layout: &Layout) -> Outcome<usize> {
    let mark = layout.mark();
    let mut killed = processes::kill_all(|| processes::left_over(None, Some(&mark)));
    // Scripts have an environment of their own; their supervisors are found through the agents' directories.
    for node in fs::read_dir(layout.dir.join("nodes")).into_iter().flatten().flatten() {
        killed += power::power_off(&node.path().join("state")).unwrap_or_default();
    }
    for path in [layout.room_file(), layout.twin_file()] {
        remove(&path)?;
    }
    for directory in ["planes", "config"] {
        files::remove_directory(&layout.dir.join(directory))?;
    }
    Ok(killed)
}

/// Removes what the last time has left for whoever wanted to look at it: logs, and what nodes wrote.
pub fn forget(layout: &Layout) -> Outcome<()> {
    files::remove_directory(&layout.dir.join("nodes"))?;
    files::remove_directory(&layout.logs())
}

fn remove(path: &Path) -> Outcome<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Fault::machine(path.display(), error))
        }
        _ => Ok(()),
    }
}
