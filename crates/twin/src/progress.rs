//! Progress on standard error: each step with its seconds.

use std::{
    io::{self, Write},
    time::Instant,
};

/// Shows steps as they are done.
#[derive(Debug)]
pub struct Progress {
    quiet: bool,
    began: Instant,
}

impl Progress {
    /// Begins counting; a quiet one shows nothing.
    pub fn new(quiet: bool) -> Progress {
        Progress { quiet, began: Instant::now() }
    }

    /// Does a step and tells how long it took.
    pub fn step<T, E>(&self, name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.show(&format!("  {name:<44}"));
        let began = Instant::now();
        let result = work();
        let mark = if result.is_ok() { "" } else { "  failed" };
        self.show(&format!("{:>6.1} s{mark}\n", began.elapsed().as_secs_f64()));
        result
    }

    /// Seconds since the beginning.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// A line.
    pub fn line(&self, text: &str) {
        self.show(&format!("{text}\n"));
    }

    fn show(&self, text: &str) {
        if !self.quiet {
            // Nobody is left to tell when this fails.
            let _ = io::stderr().write_all(text.as_bytes());
            let _ = io::stderr().flush();
        }
    }
}
