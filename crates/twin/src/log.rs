//! The machine room's own log: one line per event on standard error, with the seconds since its start.

use std::{io::Write, sync::OnceLock, time::Instant};

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// Writes a line.
pub fn line(text: &str) {
    let seconds = BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64();
    // Nobody is left to tell when this fails.
    let _ = std::io::stderr().write_all(format!("{seconds:9.3} {}\n", text.replace('\n', " ")).as_bytes());
}
