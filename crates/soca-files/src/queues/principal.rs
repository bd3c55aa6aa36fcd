//! Who may use a queue, or may not.

use soca_domain::{Code, Fault, UserName, id::shorten};

/// An entry of `allowed_users` or `excluded_users`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// `*`: everybody.
    Everyone,
    /// A user.
    User(UserName),
    /// `cn=group,ou=Group,dc=…`: everybody in this group of the directory.
    Group {
        /// The group's name: what `cn` is.
        name: String,
        /// The whole distinguished name, as written.
        dn: String,
    },
}

impl Principal {
    /// Reads an entry. A distinguished name (RFC 4514) is known by its `cn=`, in either case; a comma or an equals
    /// sign of the group's own name has a backslash before it.
    pub(super) fn read(text: &str) -> Result<Principal, Fault> {
        if text == "*" {
            return Ok(Principal::Everyone);
        }
        if !text.contains('=') {
            return text.parse().map(Principal::User);
        }
        match common_name(text) {
            Some(name) => Ok(Principal::Group { name, dn: text.to_owned() }),
            None => Err(Fault::new(
                Code::BadName,
                format!("\"{}\" is neither a user nor a group.", shorten(text)),
                "Write a user's name, or a group as cn=name,ou=Group,… as the directory has it.",
            )),
        }
    }
}

/// The value of a leading `cn=`, without its backslashes.
fn common_name(dn: &str) -> Option<String> {
    let (key, rest) = dn.split_once('=')?;
    if !key.trim().eq_ignore_ascii_case("cn") {
        return None;
    }
    let mut name = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            ',' => break,
            '\\' => name.push(chars.next()?),
            c if c.is_control() => return None,
            c => name.push(c),
        }
    }
    let name = name.trim();
    (!name.is_empty() && name.len() <= 256).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_user_nor_group_is_refused() {
        for bad in
            ["", "Ann", "a b", "cn=", "cn= ,ou=Group", "ou=Group,cn=x", "uid=ann", "=", "cn=a\\", "cn=a\u{7}"]
        {
            assert_eq!(Principal::read(bad).unwrap_err().code, Code::BadName, "{bad:?}");
        }
    }

    #[test]
    fn groups_are_named_by_their_common_name() {
        let name = |dn| match Principal::read(dn) {
            Ok(Principal::Group { name, .. }) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name("cn=cfd,ou=Group,dc=soca,dc=local"), "cfd");
        assert_eq!(name("CN=Wing\\, Left , OU=Group"), "Wing, Left");
        assert_eq!(Principal::read("*"), Ok(Principal::Everyone));
        assert_eq!(Principal::read("ann"), Ok(Principal::User("ann".parse().unwrap())));
    }
}
