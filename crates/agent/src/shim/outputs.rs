//! Where a script's output goes: the user's files, and the copy that is shipped.

use super::paths;
use super::pump::Sink;
use crate::fault::Fault;
use crate::units::RunFile;
use soca_wire::agent::Stream;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The user's files. `stderr` is `None` when it is joined into `stdout`.
pub(super) struct UserFiles {
    pub(super) stdout: File,
    pub(super) stderr: Option<File>,
}

/// Opens the user's files; call it with the user's rights.
pub(super) fn open_user_files(run: &RunFile, element: Option<u32>) -> Result<UserFiles, Fault> {
    let open = |path: &str| paths::open_output(&run.context.shared_root, &paths::of_element(path, element));
    let stdout = open(&run.directive.stdout)?;
    let stderr = if run.directive.joined { None } else { Some(open(&run.directive.stderr)?) };
    Ok(UserFiles { stdout, stderr })
}

/// Puts the copy beside a user's file.
pub(super) fn sink(unit: &Path, stream: Stream, user: File) -> Result<Sink, Fault> {
    let path = unit.join(stream.as_str());
    let copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let copy =
        copy.map_err(|error| Fault::from_io("The script's state cannot be stored on the node", &error))?;
    Ok(Sink::new(user, copy))
}
