//! How a type is chosen that nobody names: the architecture, and which that fits comes first.

use super::bad;
use soca_domain::{Fault, instance_type::Architecture, offer::Selection};

/// Reads an architecture in EC2's or the kernel's spelling.
pub(crate) fn architecture(text: &str, name: &str) -> Result<Architecture, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "x86_64" | "amd64" => Ok(Architecture::X86_64),
        "arm64" | "aarch64" => Ok(Architecture::Arm64),
        _ => Err(bad(name, text, "Write x86_64 (Intel and AMD) or arm64 (Graviton).")),
    }
}

/// Reads which of the types that fit is tried first.
pub(crate) fn selection(text: &str, name: &str) -> Result<Selection, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "cheapest" => Ok(Selection::Cheapest),
        "fastest" => Ok(Selection::Fastest),
        _ => Err(bad(name, text, "Write cheapest or fastest.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_fixed_choice_p11() {
        assert_eq!(architecture("AArch64", "arch"), Ok(Architecture::Arm64));
        assert_eq!(selection("fastest", "instance_selection"), Ok(Selection::Fastest));
        for bad in ["", "linux", "x86", "i386", "arm64,x86_64"] {
            assert!(architecture(bad, "arch").is_err(), "{bad}");
        }
        assert!(selection("best", "instance_selection").is_err());
    }
}
