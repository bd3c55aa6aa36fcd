//! The bell: a named pipe on which the supervisors of scripts wake the agent. Nobody listening is no error.

use nix::errno::Errno;
use nix::sys::stat::Mode;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// After it rang the bell is deaf for so long: a talkative script costs at most so many looks.
const DEAF: Duration = Duration::from_millis(200);

/// Makes the pipe unless it is there, and opens it so that it never ends.
pub fn open_pipe(path: &Path) -> io::Result<File> {
    match nix::unistd::mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR) {
        Ok(()) | Err(Errno::EEXIST) => {}
        Err(error) => return Err(error.into()),
    }
    OpenOptions::new().read(true).write(true).open(path)
}

/// Writes one byte into the pipe if somebody has it open.
pub fn ring(path: &Path, byte: u8) {
    let pipe = OpenOptions::new().write(true).custom_flags(nix::libc::O_NONBLOCK).open(path);
    let _ = pipe.and_then(|mut pipe| pipe.write_all(&[byte]));
}

/// Calls `heard` whenever the bell rang, until it says `false`.
pub fn listen(mut pipe: File, mut heard: impl FnMut() -> bool) {
    let mut bytes = [0; 4096];
    loop {
        match pipe.read(&mut bytes) {
            Ok(0) => return,
            Ok(_) if !heard() => return,
            Ok(_) => std::thread::sleep(DEAF),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// A bell kept open for ringing it often.
#[derive(Debug)]
pub struct Bell {
    path: PathBuf,
    pipe: Option<File>,
}

impl Bell {
    /// The bell at this path, whether or not it is there.
    pub fn new(path: &Path) -> Bell {
        Bell { path: path.to_owned(), pipe: None }
    }

    /// Rings; a full pipe means that it has been rung already.
    pub fn ring(&mut self) {
        if self.pipe.is_none() {
            let options = OpenOptions::new().write(true).custom_flags(nix::libc::O_NONBLOCK).open(&self.path);
            self.pipe = options.ok();
        }
        let rung = self.pipe.as_mut().map(|pipe| pipe.write(b"w"));
        if let Some(Err(error)) = rung
            && error.kind() != io::ErrorKind::WouldBlock
        {
            self.pipe = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_bell_without_anyone_is_silent_and_works_later() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wake");
        let mut bell = Bell::new(&path);
        bell.ring();
        let pipe = open_pipe(&path).unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || listen(pipe, || sender.send(()).is_ok()));
        bell.ring();
        assert!(receiver.recv_timeout(Duration::from_secs(10)).is_ok());
    }
}
