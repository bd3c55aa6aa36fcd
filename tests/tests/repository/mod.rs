//! The repository as files: where it is, which files it has, what they say.

#![allow(dead_code, reason = "each suite uses its part")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Directories that hold nothing of ours.
const SKIPPED: &[&str] = &["target", ".git", "node_modules", "__pycache__", "dist"];

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository").to_owned()
}

/// A file's text.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file under a folder of the repository whose name ends so, as paths from the root, in order.
pub(crate) fn files(under: &str, ends: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    collect(&root().join(under), &mut found);
    let root = root();
    let relative =
        |path: PathBuf| path.strip_prefix(&root).expect("found there").to_string_lossy().into_owned();
    let mut found: Vec<String> = found.into_iter().map(relative).collect();
    found.retain(|path| ends.iter().any(|end| path.ends_with(end)));
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !SKIPPED.contains(&name.as_str()) {
            collect(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// The folders directly under a folder, in order.
pub(crate) fn folders(under: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(under)).unwrap_or_else(|error| panic!("{under}: {error}"));
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The words after each `mark` in a text, up to the first character that is not of a Rust name.
pub(crate) fn names_after(text: &str, mark: &str) -> Vec<String> {
    let name =
        |rest: &str| -> String { rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    text.split(mark).skip(1).map(name).filter(|name| !name.is_empty()).collect()
}

/// Fails with one line for each thing that is wrong.
#[track_caller]
pub(crate) fn none(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}
