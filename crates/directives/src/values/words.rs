//! Words with a fixed choice, and paths.

use super::bad;
use soca_domain::{
    Fault,
    instance_type::nearest,
    request::{BaseOs, Join, SpotStrategy},
};

/// The longest path, in bytes: Linux's own limit.
const MAX_PATH: usize = 4_096;

/// Reads yes or no in SOCA's spellings, in any case; anything else is refused, never guessed.
pub(crate) fn yes_no(text: &str, name: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" => Ok(true),
        "false" | "no" | "n" | "off" => Ok(false),
        _ => Err(bad(name, text, "Write yes or no; true, on, y and false, off, n are understood as well.")),
    }
}

/// Reads `oe`, `eo` or `n`.
pub(crate) fn join(text: &str, name: &str) -> Result<Join, Fault> {
    match text {
        "oe" => Ok(Join::IntoStdout),
        "eo" => Ok(Join::IntoStderr),
        "n" => Ok(Join::Separate),
        _ => Err(bad(
            name,
            text,
            "Write oe for both in the output file, eo for both in the error file, n for two files.",
        )),
    }
}

/// Reads an operating system's name.
pub(crate) fn base_os(text: &str, name: &str) -> Result<BaseOs, Fault> {
    let wanted = text.to_ascii_lowercase();
    let names = || BaseOs::ALL.iter().map(|(name, _)| *name);
    BaseOs::ALL.iter().find(|(known, _)| *known == wanted).map(|(_, os)| *os).ok_or_else(|| {
        let near = if wanted.len() > 64 { Vec::new() } else { nearest(&wanted, names(), 1) };
        let guess = near.first().map_or(String::new(), |near| format!("Did you mean {near}? "));
        bad(name, text, format!("{guess}Known are {}.", names().collect::<Vec<_>>().join(", ")))
    })
}

/// Reads a spot allocation strategy in EC2's or SOCA's spelling.
pub(crate) fn spot_strategy(text: &str, name: &str) -> Result<SpotStrategy, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "lowest-price" | "lowestprice" => Ok(SpotStrategy::LowestPrice),
        "diversified" => Ok(SpotStrategy::Diversified),
        "capacity-optimized" | "capacityoptimized" | "optimized" => Ok(SpotStrategy::CapacityOptimized),
        _ => Err(bad(name, text, "Write lowest-price, diversified or capacity-optimized.")),
    }
}

/// Reads a path; whether it may be used is for those to say who know the file system.
pub(crate) fn path(text: &str, name: &str) -> Result<String, Fault> {
    if text.is_empty() || text.len() > MAX_PATH || text.chars().any(char::is_control) {
        return Err(bad(
            name,
            text,
            format!("Write a path of at most {MAX_PATH} bytes without control characters."),
        ));
    }
    Ok(text.to_owned())
}

/// Reads an interpreter as a `#!` line has it: an absolute path, then perhaps arguments.
pub(crate) fn shell(text: &str, name: &str) -> Result<String, Fault> {
    let text = text.trim();
    if !text.starts_with('/') {
        return Err(bad(
            name,
            text,
            "Write the interpreter's whole path, for example /bin/bash or /usr/bin/env python3.",
        ));
    }
    path(text, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use soca_domain::Code;

    #[test]
    fn yes_and_no_have_socas_spellings_and_no_others() {
        for yes in ["true", "YES", "y", "On"] {
            assert_eq!(yes_no(yes, "ht_support"), Ok(true), "{yes}");
        }
        for no in ["false", "No", "N", "off"] {
            assert_eq!(yes_no(no, "ht_support"), Ok(false), "{no}");
        }
        for bad in ["", "1", "0", "t", "ja", "truee"] {
            assert_eq!(yes_no(bad, "ht_support").unwrap_err().code, Code::BadValue, "{bad}");
        }
    }

    #[test]
    fn systems_are_suggested_and_strategies_have_aliases() {
        assert_eq!(base_os("Rocky9", "base_os"), Ok(BaseOs::Rocky9));
        assert!(
            base_os("amazonlinux3", "base_os").unwrap_err().remedy.starts_with("Did you mean amazonlinux2? ")
        );
        assert_eq!(spot_strategy("Optimized", "x"), Ok(SpotStrategy::CapacityOptimized));
        assert!(spot_strategy("cheapest", "x").is_err());
    }

    #[test]
    fn interpreters_are_absolute() {
        assert_eq!(shell(" /bin/bash -l ", "-S").as_deref(), Ok("/bin/bash -l"));
        for bad in ["", "bash", "./x", "/bin/sh\u{7}"] {
            assert!(shell(bad, "-S").is_err(), "{bad}");
        }
        assert!(path(&"x".repeat(5_000), "-o").is_err());
    }
}
