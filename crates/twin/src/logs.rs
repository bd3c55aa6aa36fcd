//! `logs`: the lines that parts of the twin wrote, and more of them as they come.

use crate::{
    fault::{Fault, Kind, Outcome},
    files,
    layout::Layout,
    twin_file::TwinFile,
};
use clap::Args;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::PathBuf,
    thread,
    time::Duration,
};

/// Options of `logs`.
#[derive(Clone, Debug, Args)]
pub struct LogOptions {
    /// A function's folder, machine-room, serverless-plane, compute-plane, an instance's id, or agent for all nodes;
    /// without it, the names that there are.
    pub name: Option<String>,
    /// Go on as lines come.
    #[arg(short, long)]
    pub follow: bool,
    /// At most so many lines of what is there.
    #[arg(short = 'n', long, default_value_t = 200)]
    pub lines: usize,
}

/// Shows logs.
pub fn run(layout: &Layout, options: &LogOptions, out: &mut dyn Write) -> Outcome<()> {
    let all = known(layout);
    let Some(name) = &options.name else {
        for (name, path) in &all {
            let size = fs::metadata(path).map(|file| file.len()).unwrap_or_default();
            show(out, &format!("{name:<24} {size:>9} B  {}\n", path.display()))?;
        }
        return Ok(());
    };
    let wanted = |known: &str| known == name || (name == "agent" && known.starts_with("i-"));
    let mut places: BTreeMap<PathBuf, u64> = BTreeMap::new();
    let found: Vec<PathBuf> =
        all.into_iter().filter(|(known, _)| wanted(known)).map(|(_, path)| path).collect();
    if found.is_empty() && !options.follow {
        let message = format!("There is no log of {name}.");
        return Err(Fault::new(Kind::Order, message, "cargo xtask logs lists the names."));
    }
    for path in found {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let first = text.lines().count().saturating_sub(options.lines);
        let tail: String = text.lines().skip(first).map(|line| format!("{line}\n")).collect();
        show(out, &tail)?;
        places.insert(path, text.len() as u64);
    }
    if !options.follow {
        return Ok(());
    }
    loop {
        thread::sleep(Duration::from_millis(200));
        for (_, path) in known(layout).into_iter().filter(|(known, _)| wanted(known)) {
            let place = places.entry(path.clone()).or_default();
            let new = news(&path, place);
            show(out, &String::from_utf8_lossy(&new))?;
        }
    }
}

fn show(out: &mut dyn Write, text: &str) -> Outcome<()> {
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| Fault::machine("Standard output", e))
}

/// What was appended since; a shorter file was begun anew.
fn news(path: &PathBuf, place: &mut u64) -> Vec<u8> {
    let mut text = Vec::new();
    let Ok(mut file) = File::open(path) else { return text };
    if file.metadata().is_ok_and(|found| found.len() < *place) {
        *place = 0;
    }
    if file.seek(SeekFrom::Start(*place)).is_ok() && file.read_to_end(&mut text).is_ok() {
        *place += text.len() as u64;
    }
    text
}

/// Every log, by the name it is asked for with.
fn known(layout: &Layout) -> BTreeMap<String, PathBuf> {
    let mut all = BTreeMap::new();
    let stem = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let files_of = |directory: PathBuf| {
        fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path())
    };
    for path in files_of(layout.logs()).filter(|path| path.is_file()) {
        all.insert(stem(&path), path);
    }
    let twin: Option<TwinFile> = files::read(&layout.twin_file());
    let folders = twin.map(|twin| twin.functions).unwrap_or_default();
    for path in files_of(layout.function_logs()) {
        let real = stem(&path);
        let folder = folders.iter().find(|(_, name)| **name == real).map(|(folder, _)| folder.clone());
        all.insert(folder.unwrap_or(real), path);
    }
    for directory in files_of(layout.dir.join("nodes")) {
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.insert(name, directory.join("agent.log"));
    }
    all
}
