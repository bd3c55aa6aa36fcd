//! From the script's pipe into the user's file, at once, and into the copy that is shipped.

use crate::fault::Fault;
use crate::wake::Bell;
use soca_wire::agent::MAX_SHIPPED_BYTES;
use std::fs::File;
use std::io::{self, Read, Write};

/// The most that is moved at a time.
const PIECE: usize = 64 * 1024;

/// Where a stream goes.
#[derive(Debug)]
pub(super) struct Sink {
    user: File,
    /// `None` once it cannot be written: what is shipped ends there.
    copy: Option<File>,
    copied: u64,
}

impl Sink {
    pub(super) fn new(user: File, copy: File) -> Sink {
        Sink { user, copy: Some(copy), copied: 0 }
    }

    /// Writes a piece; an error is one of the user's file.
    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.user.write_all(piece)?;
        let room = usize::try_from(MAX_SHIPPED_BYTES - self.copied).unwrap_or(usize::MAX);
        let piece = &piece[..piece.len().min(room)];
        if let Some(copy) = &mut self.copy {
            match copy.write_all(piece) {
                Ok(()) => self.copied += piece.len() as u64,
                Err(_) => self.copy = None,
            }
        }
        Ok(())
    }

    /// File systems over the network may say only now that there was no room.
    fn finish(&mut self) -> io::Result<()> {
        match self.user.sync_data() {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            other => other,
        }
    }
}

/// Moves everything until the script and all its children have closed the pipe. After the first failed write it goes
/// on reading, so that nobody hangs; `broken` is told once.
pub(super) fn pump(mut from: impl Read, mut sink: Sink, mut bell: Bell, mut broken: impl FnMut(Fault)) {
    let mut buffer = vec![0; PIECE];
    let mut failed = false;
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        if failed {
            continue;
        }
        match sink.write(&buffer[..length]) {
            Ok(()) => bell.ring(),
            Err(error) => {
                failed = true;
                broken(Fault::output("The output could not be written", &error));
            }
        }
    }
    if !failed && let Err(error) = sink.finish() {
        broken(Fault::output("The output could not be stored", &error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn pumped(user: File, text: &[u8], copy: &Path) -> Vec<Fault> {
        let mut faults = Vec::new();
        let sink = Sink::new(user, File::create(copy).unwrap());
        pump(text, sink, Bell::new(Path::new("/nonexistent/bell")), |fault| faults.push(fault));
        faults
    }

    #[test]
    fn both_files_get_everything() {
        let dir = tempfile::tempdir().unwrap();
        let (user, copy) = (dir.path().join("user"), dir.path().join("copy"));
        let text = vec![7; PIECE * 3 + 1];
        assert_eq!(pumped(File::create(&user).unwrap(), &text, &copy), []);
        assert_eq!(std::fs::read(user).unwrap(), text);
        assert_eq!(std::fs::read(copy).unwrap(), text);
    }

    #[test]
    fn a_full_disk_is_told_once_and_everything_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let faults = pumped(full, &vec![7; PIECE * 3], &dir.path().join("copy"));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].code, crate::fault::Code::DiskFull);
    }

    #[test]
    fn a_copy_that_cannot_be_written_disturbs_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let user = dir.path().join("user");
        assert_eq!(pumped(File::create(&user).unwrap(), b"text", Path::new("/dev/full")), []);
        assert_eq!(std::fs::read(user).unwrap(), b"text");
    }
}
