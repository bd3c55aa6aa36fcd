//! The pool's public keys, fetched once and again only when a token names one we do not have.

use async_trait::async_trait;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use soca_domain::Timestamp;
use std::{sync::Mutex, time::Duration};

/// The keys could not be had.
#[derive(Debug, thiserror::Error)]
#[error("the pool's keys could not be fetched: {0}")]
pub struct KeyError(pub String);

/// Where keys come from.
#[async_trait]
pub trait FetchKeys: Send + Sync {
    /// The pool's key set now.
    async fn fetch(&self) -> Result<JwkSet, KeyError>;
}

/// Keys from the pool's own address.
pub struct HttpKeys {
    /// `…/.well-known/jwks.json`
    pub url: String,
}

#[async_trait]
impl FetchKeys for HttpKeys {
    async fn fetch(&self) -> Result<JwkSet, KeyError> {
        let url = self.url.clone();
        let get = move || -> Result<JwkSet, KeyError> {
            let agent: ureq::Agent =
                ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
            let mut reply = agent.get(&url).call().map_err(|e| KeyError(e.to_string()))?;
            reply.body_mut().with_config().limit(256 * 1024).read_json().map_err(|e| KeyError(e.to_string()))
        };
        tokio::task::spawn_blocking(get).await.map_err(|e| KeyError(e.to_string()))?
    }
}

/// A stranger's token with an invented key id must not make us fetch at every request.
const REFETCH_EVERY: Duration = Duration::from_secs(60);

/// The keys we have.
#[derive(Default)]
pub(super) struct KeyCache {
    known: Mutex<Option<(JwkSet, Timestamp)>>,
}

impl KeyCache {
    /// The key with this id, fetched if we do not have it and have not just looked.
    pub(super) async fn key(
        &self,
        source: &dyn FetchKeys,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Jwk>, KeyError> {
        let (found, fresh) = self.look(id, now);
        if found.is_some() || fresh {
            return Ok(found);
        }
        let set = source.fetch().await?;
        let found = set.find(id).cloned();
        *self.known.lock().expect("no thread panics while it holds the keys") = Some((set, now));
        Ok(found)
    }

    fn look(&self, id: &str, now: Timestamp) -> (Option<Jwk>, bool) {
        let known = self.known.lock().expect("no thread panics while it holds the keys");
        match &*known {
            None => (None, false),
            Some((set, at)) => (set.find(id).cloned(), now.since(*at) < REFETCH_EVERY),
        }
    }
}
