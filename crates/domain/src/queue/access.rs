//! Who may use a queue, and with which instance types: SOCA's lists with the meaning its documentation gives them.
//!
//! A non-empty list of the allowed restricts by itself, which it does not in SOCA 2.6.1; a name in the list of the
//! excluded is refused unless the list of the allowed has it too.

use super::QueuePolicy;
use crate::{
    fault::{Code, Fault},
    id::{GroupName, UserName, shorten},
    instance_type::InstanceTypeName,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Somebody in a list: a user, a group's members, or everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Principal {
    /// `*`
    Everybody,
    /// A user's name.
    User(UserName),
    /// `group:NAME`; SOCA's `cn=NAME,ou=Group,…` is read as well.
    Group(GroupName),
}

impl Principal {
    /// Whether that is, or includes, somebody.
    pub fn is(&self, user: &UserName, groups: &[GroupName]) -> bool {
        match self {
            Principal::Everybody => true,
            Principal::User(name) => name == user,
            Principal::Group(name) => groups.contains(name),
        }
    }
}

impl FromStr for Principal {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let lower = text.to_ascii_lowercase();
        if text == "*" {
            return Ok(Self::Everybody);
        }
        if let Some(name) = text.strip_prefix("group:") {
            return name.parse().map(Self::Group);
        }
        if lower.starts_with("cn=") {
            let name = text[3..].split(',').next().unwrap_or_default();
            return name.parse().map(Self::Group);
        }
        text.parse().map(Self::User)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Everybody => write!(f, "*"),
            Principal::User(name) => write!(f, "{name}"),
            Principal::Group(name) => write!(f, "group:{name}"),
        }
    }
}

/// An instance type, or all of a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TypePattern {
    /// `*`
    Any,
    /// `c6i`
    Family(String),
    /// `c6i.large`
    Type(InstanceTypeName),
}

impl TypePattern {
    fn has(&self, name: &InstanceTypeName) -> bool {
        match self {
            TypePattern::Any => true,
            TypePattern::Family(family) => name.family() == family,
            TypePattern::Type(one) => one == name,
        }
    }
}

impl FromStr for TypePattern {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        if text == "*" {
            return Ok(Self::Any);
        }
        if text.contains('.') {
            return text.parse().map(Self::Type);
        }
        let is_family = |t: &str| {
            !t.is_empty()
                && t.len() <= 20
                && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if is_family(text) {
            return Ok(Self::Family(text.to_owned()));
        }
        Err(Fault::new(
            Code::BadValue,
            format!("\"{}\" is neither an instance type nor a family.", shorten(text)),
            "Write a type (c6i.large), a family (c6i) or * for all.",
        ))
    }
}

impl fmt::Display for TypePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypePattern::Any => write!(f, "*"),
            TypePattern::Family(family) => write!(f, "{family}"),
            TypePattern::Type(name) => write!(f, "{name}"),
        }
    }
}

/// Text and back for types that are written as one word.
macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = Fault;
            fn try_from(text: String) -> Result<Self, Fault> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )*};
}
as_text!(Principal TypePattern);

impl QueuePolicy {
    /// Refuses somebody who may not use the queue.
    ///
    /// # Errors
    /// `QUEUE_NOT_ALLOWED`.
    pub fn admit_user(&self, user: &UserName, groups: &[GroupName]) -> Result<(), Fault> {
        let named = |list: &[Principal]| list.iter().any(|who| who.is(user, groups));
        let allowed = named(&self.allowed_users);
        if allowed || (self.allowed_users.is_empty() && !named(&self.excluded_users)) {
            return Ok(());
        }
        Err(Fault::new(
            Code::QueueNotAllowed,
            format!("Queue {} does not admit {user}.", self.name),
            "Choose another queue (soca queues lists them), or ask your administrator to admit you.",
        ))
    }

    /// Refuses instance types that the queue does not allow; every one of a list is looked at.
    ///
    /// # Errors
    /// `TYPE_NOT_ALLOWED`.
    pub fn admit_types(&self, names: &[InstanceTypeName]) -> Result<(), Fault> {
        let among = |list: &[TypePattern], name| list.iter().any(|pattern| pattern.has(name));
        let refused = names.iter().find(|name| {
            among(&self.excluded_instance_types, name)
                || !(self.allowed_instance_types.is_empty() || among(&self.allowed_instance_types, name))
        });
        let Some(name) = refused else { return Ok(()) };
        let listed: Vec<String> = self.allowed_instance_types.iter().map(ToString::to_string).collect();
        let remedy = match listed[..] {
            [] => "Choose another type, or another queue.".to_owned(),
            _ => format!("Choose among: {}.", listed.join(", ")),
        };
        let message = format!("Queue {} does not allow instance type {name}.", self.name);
        Err(Fault::new(Code::TypeNotAllowed, message, remedy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(allowed: &[&str], excluded: &[&str]) -> QueuePolicy {
        let list = |names: &[&str]| names.iter().map(|n| n.parse().unwrap()).collect();
        QueuePolicy {
            allowed_users: list(allowed),
            excluded_users: list(excluded),
            ..QueuePolicy::open("q".parse().unwrap(), "")
        }
    }

    #[test]
    fn a_list_of_the_allowed_restricts_and_exceptions_are_by_name_p9() {
        let cfd: Vec<GroupName> = vec!["cfd".parse().unwrap()];
        type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a str, &'a [GroupName], bool);
        let cases: [Case<'_>; 9] = [
            (&[], &[], "alice", &[], true),
            (&["bob"], &[], "alice", &[], false),
            (&["alice"], &[], "alice", &[], true),
            (&["cn=cfd,ou=Group,dc=soca"], &[], "alice", &cfd, true),
            (&["group:cfd"], &[], "alice", &[], false),
            (&[], &["alice"], "alice", &[], false),
            (&[], &["group:cfd"], "bob", &cfd, false),
            (&["alice"], &["*"], "alice", &[], true),
            (&[], &["*"], "alice", &[], false),
        ];
        for (allowed, excluded, user, groups, admitted) in cases {
            let outcome = queue(allowed, excluded).admit_user(&user.parse().unwrap(), groups);
            assert_eq!(outcome.is_ok(), admitted, "{allowed:?} {excluded:?} {user}");
        }
    }

    #[test]
    fn every_type_of_a_list_is_looked_at() {
        let mut q = queue(&[], &[]);
        let types = |text: &str| text.split('+').map(|t| t.parse().unwrap()).collect::<Vec<_>>();
        assert!(q.admit_types(&types("c6i.large+p4d.24xlarge")).is_ok());
        q.allowed_instance_types = vec!["c6i".parse().unwrap(), "m5.large".parse().unwrap()];
        q.excluded_instance_types = vec!["c6i.32xlarge".parse().unwrap()];
        assert!(q.admit_types(&types("c6i.large+m5.large")).is_ok());
        for bad in ["c6i.large+m5.xlarge", "c6i.large+c6i.32xlarge", "c6id.large"] {
            let fault = q.admit_types(&types(bad)).unwrap_err();
            assert_eq!(fault.code, Code::TypeNotAllowed, "{bad}");
        }
        assert!("C6i large".parse::<TypePattern>().is_err());
    }
}
