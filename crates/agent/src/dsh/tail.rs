//! What a task writes, as it comes to the client: whole lines, so that those of two nodes do not mix.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// The most that is moved at a time.
const PIECE: usize = 64 * 1024;
/// So many pieces of one task before the next one has its turn.
const TURN: usize = 16;

/// How far one file was read.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    offset: u64,
    /// The beginning of a line.
    rest: Vec<u8>,
}

impl Tail {
    /// Nothing of this file was read.
    pub(super) fn new(path: PathBuf) -> Tail {
        Tail { path, offset: 0, rest: Vec::new() }
    }

    /// Moves what is new; at the end all of it, even if the last line has no end.
    pub(super) fn pour(&mut self, into: &mut impl Write, at_end: bool) -> io::Result<()> {
        let Ok(mut file) = File::open(&self.path) else { return Ok(()) };
        file.seek(SeekFrom::Start(self.offset))?;
        let mut buffer = vec![0; PIECE];
        let mut turn = 0;
        while at_end || turn < TURN {
            let length = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.offset += length as u64;
            self.rest.extend_from_slice(&buffer[..length]);
            let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let whole = if self.rest.len() > PIECE { self.rest.len() } else { whole };
            into.write_all(&self.rest[..whole])?;
            self.rest.drain(..whole);
            turn += 1;
        }
        if at_end {
            into.write_all(&std::mem::take(&mut self.rest))?;
        }
        into.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_and_the_end_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        let mut tail = Tail::new(path.clone());
        let poured = |tail: &mut Tail, at_end| {
            let mut text = Vec::new();
            tail.pour(&mut text, at_end).unwrap();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(poured(&mut tail, false), "", "it is not there yet");
        std::fs::write(&path, "one\ntw").unwrap();
        assert_eq!(poured(&mut tail, false), "one\n");
        std::fs::write(&path, "one\ntwo\nthree").unwrap();
        assert_eq!(poured(&mut tail, false), "two\n");
        assert_eq!(poured(&mut tail, true), "three");
        assert_eq!(poured(&mut tail, true), "");
    }

    #[test]
    fn a_line_without_end_is_not_kept_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        std::fs::write(&path, vec![b'x'; PIECE * 3]).unwrap();
        let mut text = Vec::new();
        Tail::new(path).pour(&mut text, false).unwrap();
        assert!(text.len() > PIECE);
    }
}
