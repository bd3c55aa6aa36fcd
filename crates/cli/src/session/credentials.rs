//! The credentials file: one entry per cluster, for its owner's eyes only, replaced as a whole.

use super::place;
use crate::{failure::Failure, world::World};
use serde::{Deserialize, Serialize};
use soca_domain::Timestamp;
use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

/// A token is renewed so long before its end, so that it does not end on its way.
const MARGIN: Duration = Duration::from_secs(60);

/// Everything in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The endpoint of the last sign-in: used when no other is named.
    pub current: Option<String>,
    /// By endpoint.
    #[serde(default)]
    pub clusters: BTreeMap<String, Cluster>,
}

/// What signing in to one cluster left behind. Its `Debug` shows no token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Who signed in.
    pub user: String,
    /// Where tokens are renewed.
    pub cognito_endpoint: String,
    /// For which app client.
    pub client_id: String,
    /// The bearer token.
    pub access_token: String,
    /// What renews it.
    pub refresh_token: Option<String>,
    /// When the bearer token ends, in milliseconds since 1970.
    pub expires_at_ms: i64,
    /// Where the cluster's shared file system is mounted.
    #[serde(default)]
    pub shared_root: Option<String>,
}

impl Cluster {
    /// Whether the bearer token is over, or will be in a moment.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.plus(MARGIN).0 >= self.expires_at_ms
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("user", &self.user)
            .field("expires_at_ms", &self.expires_at_ms)
            .finish_non_exhaustive()
    }
}

/// The file's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its path.
    pub path: PathBuf,
}

impl Store {
    /// The user's own.
    ///
    /// # Errors
    /// There is no home directory.
    pub fn find(world: &World<'_>) -> Result<Store, Failure> {
        Ok(Store { path: place::directory(world)?.join("credentials.json") })
    }

    /// What the file holds; nothing if there is none.
    ///
    /// # Errors
    /// It cannot be read or understood.
    pub fn read(&self) -> Result<Kept, Failure> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| self.broken("cannot be understood")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kept::default()),
            Err(error) => Err(self.broken(&format!("cannot be read: {error}"))),
        }
    }

    /// Keeps a cluster's credentials, and makes it the current one.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn keep(&self, endpoint: &str, cluster: Cluster) -> Result<(), Failure> {
        // Signing in must mend a file that is broken.
        let mut kept = self.read().unwrap_or_default();
        kept.clusters.insert(endpoint.to_owned(), cluster);
        kept.current = Some(endpoint.to_owned());
        self.write(&kept)
    }

    /// Replaces a cluster's tokens without changing which one is current.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn renew(&self, endpoint: &str, cluster: &Cluster) -> Result<(), Failure> {
        let mut kept = self.read()?;
        kept.clusters.insert(endpoint.to_owned(), cluster.clone());
        self.write(&kept)
    }

    /// Forgets a cluster's tokens; its address is remembered for the next sign-in.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn forget(&self, endpoint: &str) -> Result<(), Failure> {
        let mut kept = self.read()?;
        kept.clusters.remove(endpoint);
        self.write(&kept)
    }

    fn write(&self, kept: &Kept) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(kept).unwrap_or_default();
        replace(&self.path, &text).map_err(|error| self.broken(&format!("cannot be written: {error}")))
    }

    fn broken(&self, what: &str) -> Failure {
        Failure::new(
            "CREDENTIALS_FILE",
            format!("{} {what}.", self.path.display()),
            "Remove the file and sign in again with soca login.",
        )
    }
}

/// Writes a private file beside and renames it, so that no reader ever sees half of it or a wrong mode.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    let beside = parent.join(format!(".credentials.{}", std::process::id()));
    let written = write_new(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn cluster(token: &str) -> Cluster {
        Cluster {
            user: "alice".into(),
            cognito_endpoint: "https://c".into(),
            client_id: "id".into(),
            access_token: token.into(),
            refresh_token: Some("r".into()),
            expires_at_ms: 1_000_000,
            shared_root: None,
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_file_is_its_owners_alone_even_if_it_was_not_before() {
        let home = tempfile::tempdir().unwrap();
        let store = Store { path: home.path().join("a/b/credentials.json") };
        store.keep("https://x", cluster("t")).unwrap();
        assert_eq!((mode(&store.path), mode(store.path.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&store.path, fs::Permissions::from_mode(0o644)).unwrap();
        store.renew("https://x", &cluster("u")).unwrap();
        assert_eq!(mode(&store.path), 0o600);
        assert_eq!(fs::read_dir(store.path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn clusters_are_kept_apart() {
        let home = tempfile::tempdir().unwrap();
        let store = Store { path: home.path().join("credentials.json") };
        store.keep("https://x", cluster("t")).unwrap();
        store.keep("https://y", cluster("u")).unwrap();
        store.forget("https://y").unwrap();
        let kept = store.read().unwrap();
        assert_eq!((kept.current.as_deref(), kept.clusters.len()), (Some("https://y"), 1));
        assert_eq!(kept.clusters["https://x"].access_token, "t");
    }

    #[test]
    fn a_broken_file_is_named_and_signing_in_mends_it() {
        let home = tempfile::tempdir().unwrap();
        let store = Store { path: home.path().join("credentials.json") };
        fs::write(&store.path, "{").unwrap();
        assert_eq!(store.read().unwrap_err().code(), "CREDENTIALS_FILE");
        store.keep("https://x", cluster("t")).unwrap();
        assert!(store.read().is_ok());
    }

    #[test]
    fn tokens_are_stale_a_minute_early_and_never_shown() {
        assert!(!cluster("t").is_stale(Timestamp(939_999)));
        assert!(cluster("t").is_stale(Timestamp(940_000)));
        assert!(!format!("{:?}", cluster("hush")).contains("hush"));
    }
}
