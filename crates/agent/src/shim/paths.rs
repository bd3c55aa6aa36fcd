//! Paths of the user's, kept within the shared file system: neither `..` nor a symbolic link leads out of it (P10).
//!
//! Everything here happens with the user's rights, so a race against a change of the directories wins a user nothing
//! that they could not do themselves.

use crate::fault::Fault;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

/// The one path outside that output may go to: nowhere.
pub(super) const NOWHERE: &str = "/dev/null";

/// The real place of a path whose last parts may not exist yet.
pub(super) fn resolve(root: &Path, wanted: &Path) -> Result<PathBuf, Fault> {
    let refused = |why: &str| Err(Fault::cannot_start(format!("The path {} {why}.", wanted.display())));
    let sane = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    if !wanted.is_absolute() || !wanted.components().all(sane) || has_nul(wanted) {
        return refused("is not an absolute path without \"..\"");
    }
    let root =
        root.canonicalize().map_err(|error| Fault::from_io("The shared file system is not there", &error))?;
    let mut existing = wanted;
    let mut missing = Vec::new();
    while let Err(error) = existing.symlink_metadata() {
        match (error.kind(), existing.parent(), existing.file_name()) {
            (io::ErrorKind::NotFound, Some(parent), Some(name)) => {
                missing.push(name.to_owned());
                existing = parent;
            }
            _ => return refused(&format!("cannot be reached: {error}")),
        }
    }
    let Ok(mut real) = existing.canonicalize() else { return refused("leads through a broken link") };
    if !real.starts_with(&root) {
        return refused(&format!("is outside of {}", root.display()));
    }
    real.extend(missing.into_iter().rev());
    Ok(real)
}

fn has_nul(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().contains(&0)
}

/// Makes a directory and its parents as users do.
fn make_directories(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o755).create(path)
}

/// The directory in which the script runs. It is made only below the user's own home.
pub(super) fn working_directory(root: &Path, wanted: &Path, home: &Path) -> Result<PathBuf, Fault> {
    let real = resolve(root, wanted)?;
    if real.is_dir() {
        return Ok(real);
    }
    if !resolve(root, home).is_ok_and(|home| real.starts_with(home)) {
        return Err(Fault::cannot_start(format!("The directory {} does not exist.", wanted.display())));
    }
    make_directories(&real).map_err(|error| {
        Fault::from_io(&format!("The directory {} cannot be made", real.display()), &error)
    })?;
    Ok(real)
}

/// Opens an output file, empty, and makes the directories above it.
pub(super) fn open_output(root: &Path, wanted: &Path) -> Result<File, Fault> {
    let failed = |error: &io::Error| {
        Fault::from_io(&format!("The output file {} cannot be made", wanted.display()), error)
    };
    if wanted == Path::new(NOWHERE) {
        return OpenOptions::new().write(true).open(wanted).map_err(|error| failed(&error));
    }
    let real = resolve(root, wanted)?;
    if let Some(parent) = real.parent() {
        make_directories(parent).map_err(|error| failed(&error))?;
    }
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY;
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o644).custom_flags(flags);
    let file = options.open(&real).map_err(|error| failed(&error))?;
    let kind = file.metadata().map_err(|error| failed(&error))?.file_type();
    if !kind.is_file() {
        let what = if kind.is_fifo() { "a pipe" } else { "no regular file" };
        return Err(Fault::cannot_start(format!("The output file {} is {what}.", wanted.display())));
    }
    file.set_len(0).map_err(|error| failed(&error))?;
    Ok(file)
}

/// An output file's name for an element.
pub(super) fn of_element(path: &str, element: Option<u32>) -> PathBuf {
    match element {
        Some(index) if path != NOWHERE => PathBuf::from(format!("{path}.{index}")),
        Some(_) | None => PathBuf::from(path),
    }
}

/// Whether a directory is there, following links.
pub(super) fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_leads_out_p10() {
        let outside = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("dir")).unwrap();
        symlink(outside.path(), at("out")).unwrap();
        symlink(at("dir"), at("in")).unwrap();
        symlink(outside.path().join("absent"), at("dangling")).unwrap();

        let real = root.path().canonicalize().unwrap();
        assert_eq!(resolve(root.path(), &at("dir/a/b")).unwrap(), real.join("dir/a/b"));
        assert_eq!(resolve(root.path(), &at("in/a")).unwrap(), real.join("dir/a"));
        for bad in ["out/a", "out", "dir/../../etc", "dangling", "dangling/a"] {
            assert!(resolve(root.path(), &at(bad)).is_err(), "{bad}");
        }
        assert!(resolve(root.path(), Path::new("dir/a")).is_err());
        assert!(resolve(root.path(), outside.path()).is_err());
        assert!(open_output(root.path(), &at("dangling")).is_err());
        assert!(!outside.path().join("absent").exists());
    }

    #[test]
    fn output_is_emptied_and_its_directories_are_made() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/out");
        open_output(root.path(), &path).unwrap();
        fs::write(&path, "old").unwrap();
        open_output(root.path(), &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert!(open_output(root.path(), &root.path().join("a")).is_err());
        assert!(open_output(root.path(), Path::new(NOWHERE)).is_ok());
    }

    #[test]
    fn a_working_directory_is_made_only_below_home() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home/alice");
        assert!(working_directory(root.path(), &home.join("case/1"), &home).unwrap().is_dir());
        assert!(working_directory(root.path(), &root.path().join("home/bob"), &home).is_err());
    }

    #[test]
    fn an_element_has_its_own_file() {
        assert_eq!(of_element("/data/o", Some(3)), Path::new("/data/o.3"));
        assert_eq!(of_element("/data/o", None), Path::new("/data/o"));
        assert_eq!(of_element(NOWHERE, Some(3)), Path::new(NOWHERE));
    }
}
