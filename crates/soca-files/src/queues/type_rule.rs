//! Which instance types a queue allows or excludes.

use soca_domain::{Code, Fault, id::shorten, instance_type::InstanceTypeName};

/// An entry of `allowed_instance_types` or `excluded_instance_types`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeRule {
    /// `*`: every type.
    All,
    /// A family, which is what stands before the dot: `c5`.
    Family(String),
    /// One type: `c5.4xlarge`.
    Type(InstanceTypeName),
}

impl TypeRule {
    /// Reads an entry.
    pub(super) fn read(text: &str) -> Result<TypeRule, Fault> {
        if text == "*" {
            return Ok(TypeRule::All);
        }
        if text.contains('.') {
            return text.parse().map(TypeRule::Type);
        }
        let is_family = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !text.is_empty() && text.len() <= 40 && text.bytes().all(is_family) {
            return Ok(TypeRule::Family(text.to_owned()));
        }
        Err(Fault::new(
            Code::BadValue,
            format!("\"{}\" is neither an instance type nor a family.", shorten(text)),
            "Write a type such as c5.4xlarge, a family such as c5, or \"*\" for all.",
        ))
    }

    /// Whether the rule is about this type.
    pub fn covers(&self, name: &InstanceTypeName) -> bool {
        match self {
            TypeRule::All => true,
            TypeRule::Family(family) => name.family() == family,
            TypeRule::Type(own) => own == name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_type_nor_family_is_refused() {
        for bad in ["", "c5.", ".large", "C5", "c5 ", "c5.*", "c5.large+m5.large", "é"] {
            assert_eq!(TypeRule::read(bad).unwrap_err().code, Code::BadValue, "{bad:?}");
        }
    }

    #[test]
    fn a_family_covers_its_types_and_no_longer_names() {
        let covers = |rule, name: &str| TypeRule::read(rule).unwrap().covers(&name.parse().unwrap());
        assert!(covers("c5", "c5.large") && covers("c5.large", "c5.large") && covers("*", "m5.large"));
        assert!(!covers("c5", "c5n.large") && !covers("c5.large", "c5.xlarge"));
    }
}
