//! The session token: chosen here, stored before anyone hears of it.

use crate::files;
use rand::TryRngCore;
use std::fmt::Write;
use std::io;
use std::path::Path;

/// The agent's bearer token, 64 hexadecimal digits. It does not show in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

impl SessionToken {
    /// The stored token, or a new one that is stored now.
    pub fn load_or_choose(state: &Path) -> io::Result<SessionToken> {
        let path = state.join("session.json");
        if let Some(SessionToken(token)) = files::read_json::<String>(&path)?.and_then(SessionToken::parse) {
            return Ok(SessionToken(token));
        }
        let mut bits = [0u8; 32];
        rand::rngs::OsRng.try_fill_bytes(&mut bits).map_err(io::Error::other)?;
        let mut token = String::with_capacity(64);
        for byte in bits {
            let _ = write!(token, "{byte:02x}");
        }
        files::write_json(&path, &token)?;
        Ok(SessionToken(token))
    }

    fn parse(text: String) -> Option<SessionToken> {
        let whole = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then_some(SessionToken(text))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_token_is_chosen_once_and_closed_to_others() {
        let dir = tempfile::tempdir().unwrap();
        let first = SessionToken::load_or_choose(dir.path()).unwrap();
        assert_eq!(first.as_str().len(), 64);
        assert_eq!(SessionToken::load_or_choose(dir.path()).unwrap(), first);
        let mode = std::fs::metadata(dir.path().join("session.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(first.as_str()));
    }
}
