//! The end of a node without notice: for whoever plays the machine room, and for its tests.

use crate::processes;
use crate::units::{Holder, Lock, Runs};
use nix::unistd::Pid;
use std::io;
use std::path::Path;

/// Kills every supervisor of a state directory with everything below it. Says how many processes it killed.
/// The agent itself is the caller's to kill, first.
pub fn power_off(state: &Path) -> io::Result<usize> {
    Ok(kill_all_of(&Runs::of(state))? + kill_all_of(&Runs::served(state))?)
}

fn kill_all_of(runs: &Runs) -> io::Result<usize> {
    let (_, going) = runs.scan()?;
    let mut killed = 0;
    for unit in going.into_iter().flat_map(|run| runs.units(run)) {
        let directory = runs.unit(unit);
        if let (true, Some(holder)) = (Lock::is_held(&directory), Holder::of(&directory)) {
            let supervisor = Pid::from_raw(holder.pid);
            killed += processes::kill_all(|| {
                let mut all = processes::descendants(supervisor);
                all.push(supervisor);
                all
            });
            Lock::wait_until_free(&directory)?;
        }
        if let Ok(place) = std::fs::read_to_string(directory.join("place")) {
            let _ = std::fs::remove_dir_all(place);
        }
    }
    Ok(killed)
}
