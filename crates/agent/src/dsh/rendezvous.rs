//! The directory in which the nodes of an attempt meet: made for the job's owner, removed with the job.
//!
//! All but the last of its path belongs to the agent, and no part of it may be a link: what is made or removed here with
//! the agent's rights lies where nobody else can lead it (P10).

use crate::keys::UnitKey;
use crate::log;
use crate::units::RunFile;
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::Uid;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

/// Where the meetings of all attempts are.
const MEETINGS: [&str; 2] = [".soca", "dsh"];

/// The meeting's path.
pub(crate) fn directory(shared_root: &Path, stack: &str) -> PathBuf {
    let root = shared_root.canonicalize().unwrap_or_else(|_| shared_root.to_owned());
    root.join(MEETINGS[0]).join(MEETINGS[1]).join(stack)
}

/// Makes the meeting of a stack for this user and group; `None` is the agent's own.
pub(crate) fn make(shared_root: &Path, stack: &str, owner: Option<(u32, u32)>) -> io::Result<PathBuf> {
    let refused = |why: &str| io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned());
    if !is_name(stack) {
        return Err(refused("the stack's name cannot be a directory's"));
    }
    let meetings = open_meetings(shared_root, true)?;
    let meeting = enter(&meetings, stack, true)?;
    let (own, found) = (Uid::effective().as_raw(), meeting.metadata()?.uid());
    let wanted = owner.map_or(own, |(uid, _)| uid);
    if found != own && found != wanted {
        return Err(refused("the directory is somebody else's"));
    }
    meeting.set_permissions(Permissions::from_mode(0o700))?;
    if let Some((uid, gid)) = owner {
        fchown(&meeting, Some(uid), Some(gid))?;
    }
    Ok(directory(shared_root, stack))
}

/// After the end of a unit, or of its node's serving: everything of a plain job's, or what is an element's.
pub(crate) fn leave(run: &RunFile, key: UnitKey) {
    if run.directive.nodes.len() < 2 || !is_name(&run.context.stack) {
        return;
    }
    let unit = key.element.map(|_| key.directory());
    let removed = remove(&run.context.shared_root, &run.context.stack, unit.as_deref());
    if let Err(error) = removed
        && error.kind() != io::ErrorKind::NotFound
    {
        log::warn("dsh.meeting_left", &[("job.id", &key), ("error.message", &error)]);
    }
}

fn remove(shared_root: &Path, stack: &str, unit: Option<&str>) -> io::Result<()> {
    let meetings = open_meetings(shared_root, false)?;
    let meeting = PathBuf::from(format!("/proc/self/fd/{}/{stack}", meetings.as_raw_fd()));
    let Some(unit) = unit else { return fs::remove_dir_all(meeting) };
    for entry in fs::read_dir(&meeting)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().trim_start_matches('.').starts_with(&format!("{unit}-")) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Opens the directory of all meetings, which must be the agent's alone.
fn open_meetings(shared_root: &Path, make: bool) -> io::Result<File> {
    let mut at = File::open(shared_root)?;
    for name in MEETINGS {
        at = enter(&at, name, make)?;
        let found = at.metadata()?;
        if found.uid() != Uid::effective().as_raw() || found.mode() & 0o022 != 0 {
            let why = format!("{name} on the shared file system is not the agent's alone");
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        if make && found.mode() & 0o777 != 0o755 {
            at.set_permissions(Permissions::from_mode(0o755))?;
        }
    }
    Ok(at)
}

fn enter(at: &File, name: &str, make: bool) -> io::Result<File> {
    if make {
        match mkdirat(at, name, Mode::S_IRWXU) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_RDONLY;
    Ok(File::from(openat(at, name, flags, Mode::empty())?))
}

/// Whether it is the name of a directory and nothing else.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty() && !text.starts_with('.') && text.len() <= 128 && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_meeting_is_made_for_one_user_and_removed() {
        let root = tempfile::tempdir().unwrap();
        let made = make(root.path(), "job-1-1", None).unwrap();
        assert_eq!(make(root.path(), "job-1-1", None).unwrap(), made, "again");
        assert_eq!(fs::metadata(&made).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(made.parent().unwrap()).unwrap().mode() & 0o777, 0o755);
        for name in ["1-a.json", ".1-a.json", "1-a.1.out", "12-a.json"] {
            fs::write(made.join(name), "").unwrap();
        }
        remove(root.path(), "job-1-1", Some("1")).unwrap();
        assert_eq!(fs::read_dir(&made).unwrap().count(), 1, "12 is another element");
        remove(root.path(), "job-1-1", None).unwrap();
        assert!(!made.exists());
    }

    #[test]
    fn no_meeting_leads_elsewhere_p10() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for bad in ["", ".", "..", "a/b", ".hidden"] {
            assert!(make(root.path(), bad, None).is_err(), "{bad}");
        }
        symlink(outside.path(), root.path().join(".soca")).unwrap();
        assert!(make(root.path(), "job-1-1", None).is_err());
        fs::remove_file(root.path().join(".soca")).unwrap();
        fs::create_dir_all(root.path().join(".soca/dsh")).unwrap();
        symlink(outside.path(), root.path().join(".soca/dsh/job-1-1")).unwrap();
        assert!(make(root.path(), "job-1-1", None).is_err());
        fs::write(outside.path().join("kept"), "").unwrap();
        let _ = remove(root.path(), "job-1-1", None);
        assert!(outside.path().join("kept").exists());
        fs::set_permissions(root.path().join(".soca"), Permissions::from_mode(0o777)).unwrap();
        assert!(make(root.path(), "job-2-1", None).is_err(), "anybody could exchange what is in it");
    }
}
