//! Puts a script and what lies beside it where a user's submit directory would be: on the shared file system.

use crate::fault::{Fault, Outcome};
use std::{
    fs,
    path::{Path, PathBuf},
};

const MOST_FILES: usize = 200;
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A script on the shared file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// The submit directory.
    pub directory: PathBuf,
    /// The script's name in it.
    pub script: PathBuf,
    /// What was done.
    pub note: String,
}

/// Copies a script with its directory, or alone if that is too much, into a directory of the same name in a home.
pub fn stage(script: &Path, home: &Path) -> Outcome<Staged> {
    let script = script.canonicalize().map_err(|e| Fault::machine(script.display(), e))?;
    let (Some(source), Some(name)) = (script.parent(), script.file_name()) else {
        return Err(Fault::machine(script.display(), "it is in no directory"));
    };
    let fallback = std::ffi::OsStr::new("run");
    let directory = home.join(source.file_name().unwrap_or(fallback));
    let all = files(source);
    let (chosen, note) = match &all {
        Some(all) => (all.clone(), format!("{} files staged in {}", all.len(), directory.display())),
        None => {
            let what = "the rest of its directory is more than 200 files or 64 MiB, or no regular files";
            (vec![PathBuf::from(name)], format!("only {} staged: {what}", script.display()))
        }
    };
    for file in &chosen {
        copy(&source.join(file), &directory.join(file)).map_err(|e| Fault::machine(file.display(), e))?;
    }
    Ok(Staged { directory, script: PathBuf::from(name), note })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).map(drop)
}

/// The regular files below a directory; `None` when they are too many, too large, or something else is among them.
fn files(root: &Path) -> Option<Vec<PathBuf>> {
    let (mut found, mut bytes, mut open) = (Vec::new(), 0, vec![PathBuf::new()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(root.join(&directory)).ok()? {
            let entry = entry.ok()?;
            let (path, kind) = (directory.join(entry.file_name()), entry.file_type().ok()?);
            if kind.is_dir() {
                open.push(path);
                continue;
            }
            bytes += entry.metadata().ok()?.len();
            found.push(path);
            if !kind.is_file() || found.len() > MOST_FILES || bytes > MOST_BYTES {
                return None;
            }
        }
    }
    found.sort();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_comes_along_unless_it_is_too_much() {
        let place = tempfile::tempdir().unwrap();
        let (source, home) = (place.path().join("case"), place.path().join("home"));
        fs::create_dir_all(source.join("mesh")).unwrap();
        fs::write(source.join("run.pbs"), "true").unwrap();
        fs::write(source.join("mesh/a"), "1").unwrap();
        let staged = stage(&source.join("run.pbs"), &home).unwrap();
        assert_eq!((staged.directory.clone(), staged.script), (home.join("case"), "run.pbs".into()));
        assert_eq!(fs::read_to_string(home.join("case/mesh/a")).unwrap(), "1");
        for number in 0..200 {
            fs::write(source.join(number.to_string()), "").unwrap();
        }
        fs::remove_dir_all(&home).unwrap();
        let staged = stage(&source.join("run.pbs"), &home).unwrap();
        assert!(staged.note.starts_with("only"), "{}", staged.note);
        assert_eq!(fs::read_dir(home.join("case")).unwrap().count(), 1);
    }
}
