//! Progress on standard error: each step with its seconds.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

/// A step that takes longer is worth a line even where little is to be shown.
const LONG: Duration = Duration::from_millis(500);

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Nothing.
    Nothing,
    /// Steps that take long.
    Long,
    /// Every step, and how to go on.
    All,
}

/// Shows steps as they are done.
#[derive(Debug)]
pub struct Progress {
    show: Show,
    began: Instant,
}

impl Progress {
    /// Begins counting.
    pub fn new(show: Show) -> Progress {
        Progress { show, began: Instant::now() }
    }

    /// Does a step and tells how long it took.
    pub fn step<T, E>(&self, name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let early = self.show == Show::All;
        if early {
            self.write(&format!("  {name:<44}"));
        }
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        let mark = if result.is_ok() { "" } else { "  failed" };
        let end = format!("{:>6.1} s{mark}\n", took.as_secs_f64());
        match early {
            true => self.write(&end),
            false if took > LONG || result.is_err() => self.write(&format!("  {name:<44}{end}")),
            false => {}
        }
        result
    }

    /// Seconds since the beginning.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// A line.
    pub fn line(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    fn write(&self, text: &str) {
        if self.show != Show::Nothing {
            // Nobody is left to tell when this fails.
            let _ = io::stderr().write_all(text.as_bytes());
            let _ = io::stderr().flush();
        }
    }
}
