//! The journal on disk, on a disk that may be full.
//!
//! A ballast file holds some room: when a save finds none, the ballast is given up and the save tried again. If that
//! fails too the agent goes on from memory, and the save is tried again later.

use crate::core::Journal;
use crate::fault::is_full;
use crate::{files, log};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Room that is kept for the journal.
const BALLAST_BYTES: usize = 1024 * 1024;

/// Where the journal is kept.
#[derive(Debug)]
pub struct Store {
    journal: PathBuf,
    ballast: PathBuf,
    ballast_held: bool,
    saved: bool,
}

impl Store {
    /// The store in a state directory, and what was last saved in it.
    pub fn open(state: &Path) -> io::Result<(Store, Journal)> {
        let (journal, ballast) = (state.join("journal.json"), state.join("ballast"));
        let loaded = files::read_json(&journal)?.unwrap_or_default();
        let mut store = Store { journal, ballast, ballast_held: false, saved: true };
        store.hold_ballast();
        Ok((store, loaded))
    }

    /// Saves, and says whether it could.
    pub fn save(&mut self, journal: &Journal) -> bool {
        let outcome = files::write_json(&self.journal, journal).or_else(|error| {
            if !is_full(&error) || !self.ballast_held {
                return Err(error);
            }
            self.ballast_held = false;
            fs::remove_file(&self.ballast)?;
            files::write_json(&self.journal, journal)
        });
        match &outcome {
            Ok(()) if !self.saved => log::info("journal.saved_again", &[]),
            Err(error) if self.saved => log::error("journal.unsaved", &[("error.message", error)]),
            Ok(()) | Err(_) => {}
        }
        self.saved = outcome.is_ok();
        if self.saved {
            self.hold_ballast();
        }
        self.saved
    }

    /// Whether the last save succeeded.
    pub fn is_saved(&self) -> bool {
        self.saved
    }

    fn hold_ballast(&mut self) {
        if self.ballast_held {
            return;
        }
        let held = fs::metadata(&self.ballast).is_ok_and(|found| found.len() == BALLAST_BYTES as u64);
        self.ballast_held = held || write_ballast(&self.ballast).is_ok();
        if !self.ballast_held {
            let _ = fs::remove_file(&self.ballast);
        }
    }
}

fn write_ballast(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    for _ in 0..BALLAST_BYTES / 4096 {
        file.write_all(&[0xba; 4096])?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_journal_is_loaded_again() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, empty) = Store::open(dir.path()).unwrap();
        assert_eq!(empty, Journal::default());
        let journal = Journal { acknowledged: 7, ..Journal::default() };
        assert!(store.save(&journal));
        assert_eq!(Store::open(dir.path()).unwrap().1, journal);
    }

    #[test]
    fn a_save_that_fails_is_no_end() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, journal) = Store::open(dir.path()).unwrap();
        fs::create_dir(dir.path().join("journal.json")).unwrap();
        assert!(!store.save(&journal));
        fs::remove_dir(dir.path().join("journal.json")).unwrap();
        assert!(store.save(&journal));
    }
}
