//! Our `init` against real processes: nothing outlives it, and a crashed program comes back.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

fn init(place: &Path, options: &[&str], script: &str) -> Child {
    let mut init = Command::new(env!("CARGO_BIN_EXE_soca-twin"));
    init.arg("init").arg("--log").arg(place.join("log")).args(options).args(["--", "bash", "-c", script]);
    init.current_dir(place).stdin(Stdio::piped()).spawn().expect("soca-twin init")
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

/// Each writes its id; the second has left its parent and its session.
const FAMILY: &str = "echo $$ >> pids; setsid bash -c 'echo $$ >> pids; exec sleep 600' & sleep 600; true";

#[test]
fn the_end_of_the_leash_is_the_end_of_everything() {
    let place = tempfile::tempdir().unwrap();
    let pids = place.path().join("pids");
    let mut init = init(place.path(), &[], FAMILY);
    until("both run", || lines(&pids).len() == 2);
    drop(init.stdin.take());
    init.wait().unwrap();
    for pid in lines(&pids) {
        assert!(!is_alive(&pid), "{pid} is alive");
    }
}

#[test]
fn the_end_of_the_program_is_the_end_of_its_children_and_its_status_is_told() {
    let place = tempfile::tempdir().unwrap();
    let pids = place.path().join("pids");
    let script = "(echo $BASHPID >> pids; exec sleep 600) & until [ -s pids ]; do sleep 0.01; done; exit 7";
    let mut init = init(place.path(), &[], script);
    let leash = init.stdin.take();
    assert_eq!(init.wait().unwrap().code(), Some(7));
    drop(leash);
    assert!(!is_alive(&lines(&pids)[0]));
}

#[test]
fn a_program_that_fails_is_started_again_and_words_stop_and_start_it() {
    let place = tempfile::tempdir().unwrap();
    let starts = place.path().join("starts");
    let script = "echo $$ >> starts; [ $(wc -l < starts) = 1 ] && exit 1; exec sleep 600";
    let mut init = init(place.path(), &["--restart"], script);
    until("it came back", || lines(&starts).len() == 2);
    let mut leash = init.stdin.take().unwrap();
    writeln!(leash, "stop").unwrap();
    until("it is gone", || !is_alive(&lines(&starts)[1]));
    // A witness that fails now comes back when the pause before a restart is over.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut witness = self::init(elsewhere.path(), &["--restart"], script);
    until("the witness came back", || lines(&elsewhere.path().join("starts")).len() == 2);
    assert_eq!(lines(&starts).len(), 2, "a stopped program stays stopped");
    drop(witness.stdin.take());
    witness.wait().unwrap();
    writeln!(leash, "start").unwrap();
    until("it is there again", || lines(&starts).len() == 3);
    drop(leash);
    init.wait().unwrap();
    assert!(!is_alive(&lines(&starts)[2]));
}
