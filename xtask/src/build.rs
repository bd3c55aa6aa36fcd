//! Builds everything that the twin needs: our programs with cargo, and beside it the emulators' environment.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, status, told},
    venv::Venv,
};
use std::{process::Stdio, thread, time::Instant};

/// Builds, showing cargo's own progress. The whole workspace always: with parts of it, features would differ.
pub fn build(repo: &Repo) -> Outcome<()> {
    let venv = Venv::of_the_twin(repo);
    let began = Instant::now();
    if !venv.is_ready() {
        eprintln!("  Python environment for the emulators is being made (once) …");
    }
    let making = thread::spawn(move || venv.make());
    let mut cargo = repo.cargo();
    let built = status(cargo.args(["build", "--workspace", "--locked"]).stdout(Stdio::null())).and_then(told);
    let seconds = began.elapsed().as_secs_f64();
    if built.is_ok() && seconds > 3.0 {
        eprintln!("  {:<44}{seconds:>6.1} s", "programs built");
    }
    let made = making.join().map_err(|_| Fault::machine("The Python environment", "its thread ended"))?;
    built?;
    if made? {
        eprintln!("  {:<44}{:>6.1} s", "Python environment made", began.elapsed().as_secs_f64());
    }
    Ok(())
}
