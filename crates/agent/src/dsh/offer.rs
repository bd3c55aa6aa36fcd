//! A request in the meeting's directory, from the client's side.

use super::request::{Name, Request, list};
use super::setting::Setting;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// A request that the nodes can see. Its lock tells this node's server that the client lives.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) name: Name,
    directory: PathBuf,
    _lock: File,
}

impl Offer {
    /// Writes the request, whole and locked before it has its name.
    pub(super) fn make(setting: &Setting, mut request: Request) -> io::Result<(Offer, Request)> {
        let name = Name::fresh(&setting.unit);
        let beside = setting.directory.join(format!(".{}", name.file()));
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
            request.locked = file.try_lock().is_ok();
            file.write_all(&serde_json::to_vec(&request)?)?;
            file.sync_all()?;
            fs::rename(&beside, setting.directory.join(name.file()))?;
            Ok(file)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written.map(|lock| (Offer { name, directory: setting.directory.clone(), _lock: lock }, request))
    }

    /// Takes the request back: nobody begins it any more, and what runs of it is ended.
    pub(super) fn withdraw(&self) {
        let _ = fs::remove_file(self.directory.join(self.name.file()));
    }

    /// Takes it back and removes everything that came of it.
    pub(super) fn clear(&self) {
        self.withdraw();
        let names = list(&self.directory).unwrap_or_default();
        for name in names.iter().filter(|name| self.name.owns(name)) {
            let _ = fs::remove_file(self.directory.join(name));
        }
    }
}
