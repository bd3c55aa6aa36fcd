//! The script's own temporary directory: the script, the node file, `TMPDIR`, and `pbsdsh`. Removed at the end.

use super::account::Account;
use crate::dsh;
use crate::fault::Fault;
use crate::files::write_atomically;
use crate::keys::UnitKey;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown, symlink};
use std::path::{Path, PathBuf};

/// Where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    directory: PathBuf,
}

impl Place {
    /// A place at this path, whether or not it was made.
    pub(super) fn at(directory: PathBuf) -> Place {
        Place { directory }
    }

    /// The directory itself.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The script.
    pub(super) fn script(&self) -> PathBuf {
        self.directory.join("script")
    }

    /// `PBS_NODEFILE`
    pub(super) fn node_file(&self) -> PathBuf {
        self.directory.join("nodefile")
    }

    /// `TMPDIR`
    pub(super) fn temporary(&self) -> PathBuf {
        self.directory.join("tmp")
    }

    /// Programs that the script finds besides the node's.
    pub(super) fn programs(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// Where a job of one node keeps what the nodes of others share.
    pub(super) fn meeting(&self) -> PathBuf {
        self.directory.join("dsh")
    }

    /// Makes the place for a unit, and notes first where it will be, so that it is found after a crash.
    pub(super) fn make(
        unit: UnitKey,
        unit_directory: &Path,
        account: Option<&Account>,
        script: &str,
        nodes: &str,
    ) -> Result<Place, Fault> {
        let name = format!("soca-{}.{}-{:016x}", unit.run, unit.directory(), rand::random::<u64>());
        let place = Place { directory: std::env::temp_dir().join(name) };
        let made =
            write_atomically(&unit_directory.join("place"), place.directory.as_os_str().as_encoded_bytes())
                .and_then(|()| place.fill(account, script, nodes));
        made.map_err(|error| {
            let _ = fs::remove_dir_all(&place.directory);
            Fault::from_io("The script's temporary directory cannot be made", &error)
        })?;
        Ok(place)
    }

    fn fill(&self, account: Option<&Account>, script: &str, nodes: &str) -> io::Result<()> {
        let give =
            |path: &Path| account.map_or(Ok(()), |account| chown(path, Some(account.uid), Some(account.gid)));
        for directory in [self.directory(), &self.temporary(), &self.programs(), &self.meeting()] {
            DirBuilder::new().mode(0o700).create(directory)?;
        }
        symlink(own_program()?, self.programs().join(dsh::CLIENT))?;
        for (path, mode, content) in [(self.script(), 0o500, script), (self.node_file(), 0o400, nodes)] {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
            file.write_all(content.as_bytes())?;
            give(&path)?;
        }
        give(&self.temporary())?;
        give(&self.programs())?;
        give(&self.meeting())?;
        give(&self.directory)
    }
}

/// This program's file. If it was replaced since it started, the new one.
fn own_program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let text = path.to_string_lossy();
    Ok(text.strip_suffix(" (deleted)").map_or_else(|| path.clone(), PathBuf::from))
}

/// The entry of the environment by which the processes of a script are known.
pub fn mark(place: &Path) -> String {
    format!("PBS_NODEFILE={}", Place::at(place.to_owned()).node_file().display())
}
