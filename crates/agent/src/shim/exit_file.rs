//! `exit.json`, written into space that was set aside, so that a disk that became full cannot swallow the result.

use crate::files::{beside, sync_parent};
use crate::log;
use crate::units::ExitFile;
use soca_wire::agent::End;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Room for any result.
const ROOM: usize = 4096;
/// A result that cannot be written is tried again so often, for ever: the lock is held meanwhile.
const AGAIN: Duration = Duration::from_secs(1);

/// The reserved space.
#[derive(Debug)]
pub(super) struct ExitSlot {
    file: File,
    path: PathBuf,
}

impl ExitSlot {
    /// Reserves the space.
    pub(super) fn reserve(unit: &Path) -> io::Result<ExitSlot> {
        let path = unit.join("exit.json");
        let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
        let mut file = options.open(beside(&path))?;
        file.write_all(&[b' '; ROOM])?;
        file.sync_all()?;
        Ok(ExitSlot { file, path })
    }

    /// Writes the result and gives the file its name; returns when it is done.
    pub(super) fn fill(self, at_ms: i64, end: End) {
        while let Err(error) = self.try_fill(&ExitFile { at_ms, end: end.clone() }) {
            log::error(
                "script.result_unwritten",
                &[("file.path", &self.path.display()), ("error.message", &error)],
            );
            std::thread::sleep(AGAIN);
        }
    }

    fn try_fill(&self, exit: &ExitFile) -> io::Result<()> {
        // What is left of the reserved blanks is white space after the JSON.
        self.file.write_all_at(&serde_json::to_vec(exit)?, 0)?;
        self.file.sync_all()?;
        fs::rename(beside(&self.path), &self.path)?;
        sync_parent(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_read_from_between_the_blanks() {
        let dir = tempfile::tempdir().unwrap();
        let end = End::Broken { code: "DISK_FULL".into(), message: "x".repeat(300) };
        ExitSlot::reserve(dir.path()).unwrap().fill(5, end.clone());
        let read: Option<ExitFile> = crate::files::read_json(&dir.path().join("exit.json")).unwrap();
        assert_eq!(read, Some(ExitFile { at_ms: 5, end }));
    }
}
