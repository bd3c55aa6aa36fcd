//! AWS's identifiers: images, subnets, security groups, reservations, profiles, instance types.

use super::{bad, number::out_of_range};
use soca_domain::{Code, Fault, id::shorten, instance_type::InstanceTypeName, request::SubnetChoice};

/// The most security groups besides the cluster's own: EC2 allows five on an interface.
const MAX_SECURITY_GROUPS: usize = 4;
/// The most instance types one Auto Scaling group takes.
const MAX_INSTANCE_TYPES: usize = 40;
/// The most subnets a job may spread over; no region has more zones.
const MAX_SUBNETS: u32 = 16;

/// Reads an image id.
pub(crate) fn ami(text: &str, name: &str) -> Result<String, Fault> {
    id(text, name, "ami-")
}

/// Reads a capacity reservation id.
pub(crate) fn capacity_reservation(text: &str, name: &str) -> Result<String, Fault> {
    id(text, name, "cr-")
}

/// Reads `sg-a+sg-b`.
pub(crate) fn security_groups(text: &str, name: &str) -> Result<Vec<String>, Fault> {
    plus_list(text, name, MAX_SECURITY_GROUPS, |part| id(part, name, "sg-"))
}

/// Reads `c6i.large+c5.large`, first choice first.
pub(crate) fn instance_types(text: &str, name: &str) -> Result<Vec<InstanceTypeName>, Fault> {
    plus_list(text, name, MAX_INSTANCE_TYPES, str::parse)
}

/// Reads a number of subnets, or `subnet-a+subnet-b`.
pub(crate) fn subnets(text: &str, name: &str) -> Result<SubnetChoice, Fault> {
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        let number = text.parse().ok().filter(|n| (1..=MAX_SUBNETS).contains(n));
        return number.map(SubnetChoice::Any).ok_or_else(|| out_of_range(text, name, MAX_SUBNETS));
    }
    let most = MAX_SUBNETS as usize;
    plus_list(text, name, most, |part| id(part, name, "subnet-")).map(SubnetChoice::Named)
}

/// Reads an instance profile's name or ARN.
pub(crate) fn instance_profile(text: &str, name: &str) -> Result<String, Fault> {
    let well_formed = |part: &str, most: usize, extra: &str| {
        (1..=most).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
    };
    let arn = |text: &str| {
        let (head, path) = text.split_once(":instance-profile/")?;
        let (partition, account) = head.strip_prefix("arn:")?.split_once(":iam::")?;
        let right = well_formed(partition, 20, "-")
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit());
        (right && well_formed(path, 640, "+=,.@-_/") && !path.ends_with('/')).then_some(())
    };
    if well_formed(text, 128, "+=,.@-_") || arn(text).is_some() {
        return Ok(text.to_owned());
    }
    Err(bad(
        name,
        text,
        "Write the profile's name, or its ARN as in arn:aws:iam::111122223333:instance-profile/name.",
    ))
}

/// A prefix and 8 to 17 hexadecimal digits.
fn id(text: &str, name: &str, prefix: &str) -> Result<String, Fault> {
    let hex =
        |h: &str| (8..=17).contains(&h.len()) && h.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if text.strip_prefix(prefix).is_some_and(hex) {
        return Ok(text.to_owned());
    }
    Err(bad(name, text, format!("Write an id as AWS shows it, for example {prefix}0123456789abcdef0.")))
}

/// Reads parts between plus signs, each of them once.
fn plus_list<T: PartialEq>(
    text: &str,
    name: &str,
    most: usize,
    read: impl Fn(&str) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut found = Vec::new();
    for part in text.split('+') {
        let item = read(part)?;
        if found.contains(&item) {
            let what = format!("{} names {} twice.", shorten(name), shorten(part));
            return Err(Fault::new(Code::BadValue, what, "Name each of them once, with a plus between two."));
        }
        if found.len() == most {
            let what = format!("{} names too many.", shorten(name));
            return Err(Fault::new(Code::BadValue, what, format!("Name {most} at most.")));
        }
        found.push(item);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_prefix_and_hexadecimal_digits_p11() {
        assert!(ami("ami-0123456789abcdef0", "instance_ami").is_ok());
        assert!(ami("ami-1a2b3c4d", "instance_ami").is_ok());
        for bad in [
            "",
            "ami-",
            "ami-xyz12345",
            "0123456789abcdef0",
            "ami-0123456789ABCDEF0",
            "ami-01234567;ls",
            "ami-1 a2b3c4d",
        ] {
            assert!(ami(bad, "instance_ami").is_err(), "{bad}");
        }
        assert!(capacity_reservation("cr-0123456789abcdef0", "capacity_reservation_id").is_ok());
    }

    #[test]
    fn lists_name_each_once_and_not_too_many() {
        let four = "sg-11111111+sg-22222222+sg-33333333+sg-44444444";
        assert_eq!(security_groups(four, "security_groups").unwrap().len(), 4);
        assert!(security_groups(&format!("{four}+sg-55555555"), "security_groups").is_err());
        assert!(instance_types("c5.large+c5.large", "instance_type").is_err());
        assert!(instance_types("c5.large+", "instance_type").is_err());
        assert_eq!(instance_types("c6i.large+c5.large", "instance_type").unwrap()[0].as_str(), "c6i.large");
    }

    #[test]
    fn subnets_are_a_number_or_names() {
        assert_eq!(subnets("2", "subnet_id"), Ok(SubnetChoice::Any(2)));
        let named = subnets("subnet-1a2b3c4d+subnet-1a2b3c4e", "subnet_id").unwrap();
        assert!(matches!(named, SubnetChoice::Named(names) if names.len() == 2));
        for bad in ["0", "-1", "17", "2x"] {
            assert_eq!(subnets(bad, "subnet_id").unwrap_err().code, Code::BadCount, "{bad}");
        }
        assert_eq!(subnets("vpc-1a2b3c4d", "subnet_id").unwrap_err().code, Code::BadValue);
    }

    #[test]
    fn profiles_are_names_or_arns() {
        for good in [
            "soca-Compute_1",
            "arn:aws:iam::111122223333:instance-profile/team/x",
            "arn:aws-cn:iam::111122223333:instance-profile/x",
        ] {
            assert!(instance_profile(good, "instance_profile").is_ok(), "{good}");
        }
        for bad in
            ["", "a b", "a/b", "arn:aws:iam::1:instance-profile/x", "arn:aws:iam::111122223333:role/x", "x'y"]
        {
            assert!(instance_profile(bad, "instance_profile").is_err(), "{bad}");
        }
    }
}
