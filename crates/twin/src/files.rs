//! Small JSON files that only their owner may read, replaced as a whole.

use crate::fault::{Fault, Outcome};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Reads a file; `None` if there is none, or nothing that can be understood.
pub fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Replaces a file.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Outcome<()> {
    let text = serde_json::to_vec_pretty(value).map_err(|e| Fault::machine(path.display(), e))?;
    replace(path, &text).map_err(|e| Fault::machine(path.display(), e))
}

/// Makes a directory and those above it.
pub fn directory(path: &Path) -> Outcome<()> {
    fs::create_dir_all(path).map_err(|e| Fault::machine(path.display(), e))
}

/// Removes a directory and all in it, if it is there.
pub fn remove_directory(path: &Path) -> Outcome<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Fault::machine(path.display(), error)),
        _ => Ok(()),
    }
}

/// A log file, for appending.
pub fn log(path: &Path) -> Outcome<File> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|e| Fault::machine(path.display(), e))
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(text)?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn files_are_private_and_read_back() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.json");
        assert_eq!(read::<Vec<u8>>(&path), None);
        write(&path, &[1, 2]).unwrap();
        write(&path, &[3]).unwrap();
        assert_eq!(read(&path), Some(vec![3]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
