//! A pool of our own for tests: keys, tokens and their wrong kin.

#![allow(dead_code, reason = "each suite uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]

pub(crate) mod world;

use async_trait::async_trait;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet},
};
use serde_json::{Value, json};
use soca_domain::Timestamp;
use soca_http::auth::{FetchKeys, KeyError, Pool, Verifier};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

pub(crate) const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool";
pub(crate) const CLIENT: &str = "client-1";
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// The key of our pool, and one of somebody else's. Both exist for these tests only.
pub(crate) fn key(name: &str) -> EncodingKey {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    EncodingKey::from_rsa_pem(&std::fs::read(path).unwrap()).unwrap()
}

/// The pool's key endpoint, with a count of how often it was asked.
pub(crate) struct Keys(pub(crate) Arc<AtomicU32>);

#[async_trait]
impl FetchKeys for Keys {
    async fn fetch(&self) -> Result<JwkSet, KeyError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let mut jwk = Jwk::from_encoding_key(&key("ours"), Algorithm::RS256).unwrap();
        jwk.common.key_id = Some("key-1".into());
        Ok(JwkSet { keys: vec![jwk] })
    }
}

pub(crate) fn verifier() -> (Verifier, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let pool = Pool { issuer: ISSUER.into(), client_id: CLIENT.into() };
    (Verifier::new(pool, Keys(Arc::clone(&asked))), asked)
}

/// A good access token's claims.
pub(crate) fn claims(user: &str) -> Value {
    json!({
        "iss": ISSUER, "exp": NOW.seconds() + 600, "token_use": "access", "client_id": CLIENT, "username": user,
    })
}

pub(crate) fn sign(claims: &Value, key_name: &str, kid: &str) -> String {
    let header = Header { kid: Some(kid.into()), ..Header::new(Algorithm::RS256) };
    encode(&header, claims, &key(key_name)).unwrap()
}

/// A good token.
pub(crate) fn token(user: &str) -> String {
    sign(&claims(user), "ours", "key-1")
}

pub(crate) fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}
