//! The job's user, as the machine's user directory knows them.
//!
//! The directory is asked through `getent` and `id`: the agent is one static file, and name services (LDAP, SSSD) are
//! loaded at run time only by programs that are not.

use crate::fault::Fault;
use crate::log;
use crate::options::UnknownUser;
use nix::unistd::{Gid, Uid, getgroups, setegid, seteuid, setgroups};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The longest user name.
const LONGEST_NAME: usize = 64;

/// A user other than the supervisor's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) groups: Vec<u32>,
    pub(crate) home: PathBuf,
    pub(crate) shell: PathBuf,
}

/// Whom the script runs as; `None` is the supervisor's own user.
pub(super) fn account_for(owner: &str, policy: UnknownUser) -> Result<Option<Account>, Fault> {
    if !Uid::effective().is_root() {
        log::info("script.user_kept", &[("user.name", &owner), ("reason", &"the agent is not root")]);
        return Ok(None);
    }
    let known = if is_name(owner) { look_up(owner)? } else { None };
    match (known, policy) {
        (Some(account), _) => Ok(Some(account)),
        (None, UnknownUser::Agent) => {
            log::warn(
                "script.user_kept",
                &[("user.name", &owner), ("reason", &"the node does not know them")],
            );
            Ok(None)
        }
        (None, UnknownUser::Refuse) => {
            Err(Fault::cannot_start(format!("The node does not know the user {owner:?}.")))
        }
    }
}

/// Whether it can be a user's name, and neither an option nor a number.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let rest = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte));
    first && rest && text.len() <= LONGEST_NAME
}

fn look_up(name: &str) -> Result<Option<Account>, Fault> {
    let failed = |error: io::Error| Fault::from_io("The node's user directory does not answer", &error);
    let line = match output("getent", &["passwd", name]) {
        Ok(line) => line,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::read_to_string("/etc/passwd").map_err(failed)?
        }
        Err(error) => return Err(failed(error)),
    };
    let Some(mut account) = line.lines().find_map(|line| parse_passwd(line, name)) else { return Ok(None) };
    let groups = output("id", &["-G", name]).map_err(failed)?;
    account.groups = groups.split_ascii_whitespace().filter_map(|id| id.parse().ok()).collect();
    Ok(Some(account))
}

fn output(program: &str, words: &[&str]) -> io::Result<String> {
    let output = Command::new(program).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn parse_passwd(line: &str, name: &str) -> Option<Account> {
    let fields: Vec<_> = line.split(':').collect();
    let &[found, _, uid, gid, _, home, shell] = fields.as_slice() else { return None };
    let (uid, gid) = (uid.parse().ok()?, gid.parse().ok()?);
    let account = Account { uid, gid, groups: vec![gid], home: home.into(), shell: shell.into() };
    (found == name).then_some(account)
}

/// Does something with the user's rights, as far as files are concerned. Only while this process has one thread.
pub(super) fn as_user<T>(account: Option<&Account>, body: impl FnOnce() -> T) -> Result<T, Fault> {
    let Some(account) = account else { return Ok(body()) };
    let failed =
        |error: nix::errno::Errno| Fault::from_io("The supervisor cannot act as the user", &error.into());
    let (own, own_group, own_groups) = (Uid::effective(), Gid::effective(), getgroups().map_err(failed)?);
    let groups: Vec<_> = account.groups.iter().copied().map(Gid::from_raw).collect();
    setgroups(&groups).map_err(failed)?;
    setegid(Gid::from_raw(account.gid)).map_err(failed)?;
    let entered = seteuid(Uid::from_raw(account.uid));
    let value = entered.is_ok().then(body);
    seteuid(own).and_then(|()| setegid(own_group)).and_then(|()| setgroups(&own_groups)).map_err(failed)?;
    value.ok_or_else(|| Fault::cannot_start("The supervisor cannot act as the user."))
}

/// The home directory: the account's, else where the shared file system would have it.
pub(super) fn home(account: Option<&Account>, owner: &str, shared_root: &Path) -> PathBuf {
    match account {
        Some(account) => account.home.clone(),
        None if is_name(owner) => shared_root.join("home").join(owner),
        None => shared_root.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_is_never_looked_up_p10() {
        for bad in ["", "-G", "0", "1000", "a b", "a:b", "../x", "a\n", "$(id)", "é"] {
            assert!(!is_name(bad), "{bad:?}");
        }
        assert!(is_name("alice.smith-2@example"));
    }

    #[test]
    fn an_account_is_read() {
        let account = parse_passwd("alice:x:1001:1002:A,B:/data/home/alice:/bin/zsh", "alice").unwrap();
        assert_eq!((account.uid, account.gid, account.home), (1001, 1002, "/data/home/alice".into()));
        assert_eq!(parse_passwd("alicex:x:1:1::/:/bin/sh", "alice"), None);
        assert_eq!(parse_passwd("alice:x:1", "alice"), None);
    }
}
