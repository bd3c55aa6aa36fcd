//! Where the configuration lies on this machine.

use crate::{failure::Failure, world::World};
use std::path::PathBuf;

/// `$SOCA_CONFIG_DIR`, or `~/.config/soca`.
///
/// # Errors
/// There is no home directory.
pub fn directory(world: &World<'_>) -> Result<PathBuf, Failure> {
    let given = world.variable("SOCA_CONFIG_DIR").map(PathBuf::from);
    let home = || world.variable("HOME").map(|home| PathBuf::from(home).join(".config").join("soca"));
    given.or_else(home).ok_or_else(|| {
        Failure::new(
            "NO_HOME",
            "There is no home directory to keep credentials in.",
            "Set HOME or SOCA_CONFIG_DIR.",
        )
    })
}
