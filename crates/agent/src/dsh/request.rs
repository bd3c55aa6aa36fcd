//! A request of a client: what it says, how its files are called, and whom it is believed from.

use nix::unistd::Uid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The largest request that is read.
const LARGEST: u64 = 8 * 1024 * 1024;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    /// The program and its arguments.
    pub(super) command: Vec<String>,
    /// The client's environment, as far as it is passed on.
    pub(super) environment: BTreeMap<String, String>,
    /// The client's directory.
    pub(super) workdir: PathBuf,
    /// The client's node.
    pub(super) from: u32,
    /// Whether the client waits; if not, its death means nothing.
    pub(super) waited: bool,
    /// Whether the client holds a lock on the file.
    pub(super) locked: bool,
    /// Where to run it.
    pub(super) tasks: Vec<Task>,
}

/// One process to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    /// From 1, in the order of the client.
    pub(super) number: u32,
    /// On which node.
    pub(super) node: u32,
}

/// How a task ended: the content of its `exit` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Exit {
    pub(super) status: i32,
}

/// The files of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Claim,
    Out,
    Err,
    Exit,
}

impl Part {
    fn suffix(self) -> &'static str {
        match self {
            Part::Claim => "claim",
            Part::Out => "out",
            Part::Err => "err",
            Part::Exit => "exit",
        }
    }
}

/// The common beginning of the names of a request's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(String);

impl Name {
    /// A name that no other request has.
    pub(super) fn fresh(unit: &str) -> Name {
        Name(format!("{unit}-{:016x}", rand::random::<u64>()))
    }

    /// The request of this file name, if it is one of this script's, or of any script.
    pub(super) fn parse(file: &str, unit: Option<&str>) -> Option<Name> {
        let name = file.strip_suffix(".json")?;
        let (of, id) = name.rsplit_once('-')?;
        let hexadecimal = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let ours = unit.is_none_or(|unit| unit == of) && !of.starts_with('.');
        (hexadecimal && ours).then(|| Name(name.to_owned()))
    }

    /// The request's file.
    pub(super) fn file(&self) -> String {
        format!("{}.json", self.0)
    }

    /// A file of a task.
    pub(super) fn part(&self, number: u32, part: Part) -> String {
        format!("{}.{number}.{}", self.0, part.suffix())
    }

    /// What the processes of a task are known by.
    pub(super) fn mark(&self, number: u32) -> String {
        format!("{}.{number}", self.0)
    }

    /// Whether the file belongs to the request.
    pub(super) fn owns(&self, file: &str) -> bool {
        file.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Reads a request if it is a plain file of this process's own user.
pub(super) fn read(directory: &Path, name: &Name) -> io::Result<(File, Request)> {
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(directory.join(name.file()))?;
    let found = file.metadata()?;
    if !found.is_file() || found.uid() != Uid::effective().as_raw() || found.len() > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is not a request of the job's owner",
        ));
    }
    let mut bytes = Vec::new();
    (&file).take(LARGEST).read_to_end(&mut bytes)?;
    Ok((file, serde_json::from_slice(&bytes)?))
}

/// The names in a directory, fresh from its file server.
pub(super) fn list(directory: &Path) -> io::Result<std::collections::BTreeSet<String>> {
    let mut names = std::collections::BTreeSet::new();
    for entry in fs::read_dir(directory)? {
        names.extend(entry?.file_name().into_string());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_nothing_else_is_a_request_p10() {
        let name = Name::fresh("job");
        assert_eq!(Name::parse(&name.file(), None), Some(name.clone()));
        assert_eq!(Name::parse(&name.file(), Some("job")), Some(name.clone()));
        assert_eq!(Name::parse(&name.file(), Some("17")), None);
        assert!(name.owns(&name.part(12, Part::Claim)) && name.owns(&name.file()));
        assert!(!name.owns(&Name::fresh("job").file()));
        for other in ["", ".json", "job-1.json", "job-00000000000000zz.json", ".job-0000000000000000.json"] {
            assert_eq!(Name::parse(other, None), None, "{other}");
        }
    }

    #[test]
    fn a_link_is_no_request_p10() {
        let dir = tempfile::tempdir().unwrap();
        let name = Name::fresh("job");
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join(name.file())).unwrap();
        assert!(read(dir.path(), &name).is_err());
    }
}
