//! The real program against a control plane in the test: what it runs, what it reports, and what it survives.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod arrays;
mod dsh;
mod dsh_endings;
mod endings;
mod enrolment;
mod full_disks;
mod node;
mod plane;
mod scripts;
mod stack;
mod survival;
mod users;
mod wire;

use std::time::{Duration, Instant};

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until the condition holds; for what tells nobody when it changes (files, processes).
fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process with this text in its command line lives.
fn runs(text: &str) -> bool {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.into_iter().any(|line| String::from_utf8_lossy(&line).replace('\0', " ").contains(text))
}

/// A number that no other test has, for `sleep`.
fn unique_seconds() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("4{:07}.{:04}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
