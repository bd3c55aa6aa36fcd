//! The lock of a unit: made once and for all, held while the supervisor lives.
//!
//! It appears locked: it is written and locked under another name and then linked, which fails if it is there already.
//! So "it exists" means that the attempt was begun, and "it exists and is free" that its supervisor is gone.

use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Who holds, or held, a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The supervisor's process, which leads a session of the same number.
    pub pid: i32,
    /// The boot in which the number means something.
    pub boot: String,
}

impl Holder {
    fn own() -> Holder {
        Holder { pid: Pid::this().as_raw(), boot: boot() }
    }

    /// Who wrote the lock in this unit's directory, if it was in this boot.
    pub fn of(unit: &Path) -> Option<Holder> {
        let holder: Holder = crate::files::read_json(&unit.join("lock")).ok()??;
        (holder.boot == boot()).then_some(holder)
    }
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// A lock that is held; the kernel frees it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a unit. `None`: it was taken before, perhaps long ago.
    pub fn take(unit: &Path) -> io::Result<Option<Lock>> {
        let holder = Holder::own();
        let beside = unit.join(format!("lock.{}", holder.pid));
        let taken = (|| {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            file.lock()?;
            file.write_all(&serde_json::to_vec(&holder)?)?;
            file.sync_all()?;
            match fs::hard_link(&beside, unit.join("lock")) {
                Ok(()) => Ok(Some(Lock { _file: file })),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
                Err(error) => Err(error),
            }
        })();
        let _ = fs::remove_file(&beside);
        let _ = crate::files::sync_parent(&beside);
        taken
    }

    /// Whether the unit was ever begun.
    pub fn exists(unit: &Path) -> bool {
        unit.join("lock").exists()
    }

    /// Waits until nobody holds the lock; an error if it was never taken.
    pub fn wait_until_free(unit: &Path) -> io::Result<()> {
        let file = File::open(unit.join("lock"))?;
        loop {
            match file.lock_shared() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Whether somebody holds it.
    pub fn is_held(unit: &Path) -> bool {
        let Ok(file) = File::open(unit.join("lock")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_taken_once_for_all_p2() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!Lock::exists(dir.path()));
        let first = Lock::take(dir.path()).unwrap().unwrap();
        assert!(Lock::is_held(dir.path()));
        assert!(Lock::take(dir.path()).unwrap().is_none());
        drop(first);
        assert!(!Lock::is_held(dir.path()));
        assert!(Lock::take(dir.path()).unwrap().is_none(), "free, but begun");
        Lock::wait_until_free(dir.path()).unwrap();
        assert_eq!(Holder::of(dir.path()).unwrap().pid, Pid::this().as_raw());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
