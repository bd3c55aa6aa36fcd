//! Where the cluster is and who speaks: the flags, the environment and the credentials file, in that order.

pub mod credentials;
pub mod place;

use crate::{failure::Failure, world::World};
use credentials::{Cluster, Store};

/// What the command line says about the session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// `--endpoint`
    pub endpoint: Option<String>,
}

/// The cluster that a command speaks to, and with which right.
#[derive(Clone, Debug)]
pub struct Session {
    /// The API's address, without a slash at its end.
    pub endpoint: String,
    /// `SOCA_TOKEN`, used as it is.
    pub token: Option<String>,
    /// What signing in left behind.
    pub signed_in: Option<Cluster>,
    /// Where that is kept.
    pub store: Option<Store>,
}

impl Session {
    /// Finds out from flags, environment and file.
    ///
    /// # Errors
    /// No endpoint is known, or the credentials file cannot be read.
    pub fn open(wish: &Wish, world: &World<'_>) -> Result<Session, Failure> {
        let token = world.variable("SOCA_TOKEN").map(str::to_owned);
        let store = match (Store::find(world), &token) {
            (Err(_), Some(_)) => None,
            (store, _) => Some(store?),
        };
        let kept = store.as_ref().map(Store::read).transpose()?.unwrap_or_default();
        let endpoint = match named(wish, world)? {
            Some(endpoint) => endpoint,
            None => kept.current.clone().ok_or_else(no_endpoint)?,
        };
        let signed_in = kept.clusters.get(&endpoint).cloned();
        Ok(Session { endpoint, token, signed_in, store })
    }
}

/// The endpoint that the command line or the environment names.
///
/// # Errors
/// It is not a web address.
pub fn named(wish: &Wish, world: &World<'_>) -> Result<Option<String>, Failure> {
    let text = wish.endpoint.as_deref().or(world.variable("SOCA_ENDPOINT"));
    text.map(address).transpose()
}

/// An address without the slashes at its end, so that one cluster has one name.
fn address(text: &str) -> Result<String, Failure> {
    let text = text.trim().trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if host
        .is_some_and(|host| !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control()))
    {
        return Ok(text.to_owned());
    }
    Err(Failure::usage(
        format!("\"{}\" is not a web address.", soca_domain::id::shorten(text)),
        "Give the whole address, for example --endpoint https://soca.example.org",
    ))
}

fn no_endpoint() -> Failure {
    Failure::new(
        "NO_ENDPOINT",
        "It is not known which cluster to speak to.",
        "Sign in first: soca login --endpoint URL. Your administrator knows the URL.",
    )
}
