//! Amounts of memory as job scripts write them.

use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An amount of memory in MiB, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemoryMib(pub u64);

/// More than any machine has: 1 PiB. Above it, a size is a slip.
const MAX_MIB: u64 = 1 << 30;

impl FromStr for MemoryMib {
    type Err = Fault;

    /// Reads PBS sizes: a number and `b kb mb gb tb` (powers of 1,024, any case, `b` optional); none means bytes.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let bad = || {
            Fault::new(
                Code::BadMemory,
                format!("The memory size \"{}\" cannot be used.", crate::id::shorten(text)),
                "Write a number above zero and a unit, for example 16gb or 500mb.",
            )
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| bad())?;
        let shift = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" => 10,
            "m" | "mb" => 20,
            "g" | "gb" => 30,
            "t" | "tb" => 40,
            _ => return Err(bad()),
        };
        let bytes = u128::from(number) << shift;
        let mib = bytes.div_ceil(1 << 20);
        if mib == 0 || mib > u128::from(MAX_MIB) {
            return Err(bad());
        }
        Ok(Self(u64::try_from(mib).expect("at most 1 PiB")))
    }
}

impl fmt::Display for MemoryMib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1024) { write!(f, "{}gb", self.0 / 1024) } else { write!(f, "{}mb", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_pbs_reads_them() {
        for (text, mib) in
            [("16gb", 16_384), ("500mb", 500), ("1048576kb", 1024), ("1", 1), ("2T", 2 << 20), ("3GB", 3072)]
        {
            assert_eq!(text.parse::<MemoryMib>().unwrap(), MemoryMib(mib), "{text}");
        }
        for bad in ["", "gb", "0gb", "-1gb", "1.5gb", "1pb", "99999999999gb", "16 gb"] {
            assert_eq!(bad.parse::<MemoryMib>().unwrap_err().code, Code::BadMemory, "{bad}");
        }
    }
}
