//! `cargo xtask doctor`: one line for everything that building and running the twin needs, with a remedy.

use crate::{
    fault::Outcome,
    repo::{Repo, output},
    venv::{self, OLDEST, Venv},
};
use std::{fs, net::TcpListener, process::Command};

const GIB: u64 = 1024 * 1024 * 1024;
const LEAST_DISK_GIB: u64 = 12;
const LEAST_MEMORY_GIB: u64 = 4;

/// One thing that was looked at.
struct Check {
    name: &'static str,
    /// `None`: it is only good to have.
    good: Option<bool>,
    found: String,
    remedy: &'static str,
}

/// Looks at everything; the exit status is 0 when nothing is missing.
pub fn run(repo: &Repo) -> Outcome<u8> {
    let checks = [
        rust(repo),
        python(),
        venv_module(),
        emulators(repo),
        linker(),
        disk(repo),
        memory(),
        cores(),
        ports(),
        nextest(repo),
        node(),
    ];
    for check in &checks {
        let mark = match check.good {
            Some(true) => "ok  ",
            Some(false) => "bad ",
            None => "note",
        };
        println!("{mark}  {:<12} {}", check.name, check.found);
        if check.good != Some(true) && !check.remedy.is_empty() {
            println!("      remedy: {}", check.remedy);
        }
    }
    Ok(u8::from(checks.iter().any(|check| check.good == Some(false))))
}

fn said(command: &mut Command) -> Option<String> {
    let output = output(command).ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

/// The two first numbers in `cargo 1.95.0 (…)`.
fn numbers(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split_whitespace().nth(1)?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn rust(repo: &Repo) -> Check {
    let manifest = fs::read_to_string(repo.at("Cargo.toml")).unwrap_or_default();
    let wanted = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .map(|it| it.trim_matches('"').to_owned());
    let wanted = wanted.unwrap_or_default();
    let found = said(repo.cargo().arg("--version"));
    let enough = found.as_deref().and_then(numbers) >= numbers(&format!("cargo {wanted}.0"));
    let found = format!("{} (wanted: {wanted} or later)", found.unwrap_or_else(|| "none".into()));
    Check { name: "rust", good: Some(enough), found, remedy: "rustup update stable" }
}

fn python() -> Check {
    let found = venv::find();
    let version = found.as_deref().and_then(venv::version);
    let text = version.map_or("none".into(), |(major, minor)| format!("{major}.{minor}"));
    let found = format!("{text} (wanted: {}.{} or later)", OLDEST.0, OLDEST.1);
    Check { name: "python", good: Some(version.is_some()), found, remedy: "Install Python 3.11 or later." }
}

fn venv_module() -> Check {
    let good = venv::find()
        .and_then(|python| said(Command::new(python).args(["-c", "import venv, ensurepip; print('there')"])));
    let remedy = "On Debian and Ubuntu: apt install python3-venv";
    Check {
        name: "venv",
        good: Some(good.is_some()),
        found: good.unwrap_or_else(|| "missing".into()),
        remedy,
    }
}

fn emulators(repo: &Repo) -> Check {
    let ready = Venv::of_the_twin(repo).is_ready();
    let found = if ready { "installed" } else { "not yet installed (190 MB, once)" };
    Check {
        name: "emulators",
        good: ready.then_some(true),
        found: found.into(),
        remedy: "cargo xtask up installs them.",
    }
}

fn linker() -> Check {
    let found = said(Command::new("cc").arg("--version"));
    let remedy = "Install a C compiler; on Debian and Ubuntu: apt install build-essential cmake";
    Check {
        name: "linker",
        good: Some(found.is_some()),
        found: found.unwrap_or_else(|| "no cc".into()),
        remedy,
    }
}

fn disk(repo: &Repo) -> Check {
    let text = output(Command::new("df").args(["-Pk"]).arg(&repo.target)).ok();
    let text = text.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    let free = free.unwrap_or_default() * 1024 / GIB;
    let found = format!("{free} GiB free (wanted: {LEAST_DISK_GIB})");
    Check {
        name: "disk",
        good: Some(free >= LEAST_DISK_GIB),
        found,
        remedy: "Free some, or set CARGO_TARGET_DIR.",
    }
}

fn memory() -> Check {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let free = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    let free = free.unwrap_or_default() * 1024 / GIB;
    let found = format!("{free} GiB available (wanted: {LEAST_MEMORY_GIB})");
    Check {
        name: "memory",
        good: Some(free >= LEAST_MEMORY_GIB),
        found,
        remedy: "Build with fewer jobs: CARGO_BUILD_JOBS=1",
    }
}

fn cores() -> Check {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let remedy = "The first build takes minutes on few cores; later ones do not.";
    Check { name: "cores", good: (cores > 2).then_some(true), found: cores.to_string(), remedy }
}

fn ports() -> Check {
    let taken: Vec<String> = [4566_u16, 5005, 5006]
        .into_iter()
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_err())
        .map(|port| port.to_string())
        .collect();
    let good = taken.is_empty().then_some(true);
    let found = if taken.is_empty() {
        "4566, 5005, 5006 are free".into()
    } else {
        format!("in use: {}", taken.join(", "))
    };
    Check { name: "ports", good, found, remedy: "By the twin itself, or set SOCA_TWIN_PORTS=A,B,C" }
}

fn nextest(repo: &Repo) -> Check {
    let found = said(repo.cargo().args(["nextest", "--version"]));
    let remedy = "Tests run faster with it: cargo install cargo-nextest --locked";
    Check {
        name: "nextest",
        good: found.is_some().then_some(true),
        found: found.unwrap_or_else(|| "none".into()),
        remedy,
    }
}

fn node() -> Check {
    let found = said(Command::new("node").arg("--version"));
    let remedy = "Only needed to validate state machines: install Node.js 20 or later.";
    Check {
        name: "node",
        good: found.is_some().then_some(true),
        found: found.unwrap_or_else(|| "none".into()),
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(numbers("cargo 1.95.0 (f2d3ce0bd 2026-03-21)"), Some((1, 95)));
        assert!(numbers("cargo 1.100.0") > numbers("cargo 1.95.0"));
    }
}
