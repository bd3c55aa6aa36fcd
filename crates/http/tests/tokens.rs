//! Tokens that are refused, each with its code, and those that are accepted (P9).

#![allow(clippy::unwrap_used, reason = "a helper that fails should stop its test")]

mod support;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use soca_domain::{Code, Timestamp};
use std::{sync::atomic::Ordering, time::Duration};
use support::{CLIENT, NOW, claims, sign, token, verifier, with};

async fn refusal(token: &str) -> Code {
    verifier().0.verify(token, NOW).await.unwrap_err().fault().code
}

#[tokio::test]
async fn access_and_id_tokens_of_our_client_are_accepted() {
    let (verifier, asked) = verifier();
    let caller = verifier.verify(&token("alice"), NOW).await.unwrap();
    assert_eq!((caller.user.as_str(), caller.admin), ("alice", false));
    let admin = with(claims("root"), "cognito:groups", json!(["soca-admins"]));
    assert!(verifier.verify(&sign(&admin, "ours", "key-1"), NOW).await.unwrap().admin);
    let id = json!({
        "iss": support::ISSUER, "exp": NOW.seconds() + 1, "token_use": "id", "aud": CLIENT, "cognito:username": "bob",
    });
    assert_eq!(verifier.verify(&sign(&id, "ours", "key-1"), NOW).await.unwrap().user.as_str(), "bob");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "keys are fetched once");
}

#[tokio::test]
async fn expired_tokens_are_refused() {
    let old = with(claims("alice"), "exp", json!(NOW.seconds()));
    assert_eq!(refusal(&sign(&old, "ours", "key-1")).await, Code::TokenExpired);
    let mut endless = claims("alice");
    endless.as_object_mut().unwrap().remove("exp");
    assert_eq!(refusal(&sign(&endless, "ours", "key-1")).await, Code::TokenExpired);
}

#[tokio::test]
async fn tokens_for_others_are_refused() {
    let wrong = [
        ("iss", json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other")),
        ("client_id", json!("client-2")),
        ("token_use", json!("refresh")),
    ];
    for (name, value) in wrong {
        let token = sign(&with(claims("alice"), name, value), "ours", "key-1");
        assert_eq!(refusal(&token).await, Code::TokenForeign, "{name}");
    }
    let id_for_other = json!({
        "iss": support::ISSUER, "exp": NOW.seconds() + 1, "token_use": "id", "aud": "client-2", "cognito:username": "bob",
    });
    assert_eq!(refusal(&sign(&id_for_other, "ours", "key-1")).await, Code::TokenForeign);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    assert_eq!(
        refusal(&sign(&claims("alice"), "stranger", "key-1")).await,
        Code::TokenInvalid,
        "another key"
    );
    assert_eq!(
        refusal(&sign(&claims("alice"), "ours", "key-9")).await,
        Code::TokenInvalid,
        "an unknown key id"
    );
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", part(json!({ "alg": "none", "typ": "JWT" })), part(claims("alice")));
    assert_eq!(refusal(&none).await, Code::TokenInvalid, "alg none");
    let header = Header { kid: Some("key-1".into()), ..Header::new(Algorithm::HS256) };
    let hmac = encode(&header, &claims("alice"), &EncodingKey::from_secret(b"public key as secret")).unwrap();
    assert_eq!(refusal(&hmac).await, Code::TokenInvalid, "HS256");
    let mut tampered = token("alice");
    tampered.pop();
    for broken in ["", "x", "a.b.c", &tampered] {
        assert_eq!(refusal(broken).await, Code::TokenInvalid, "{broken}");
    }
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_us_fetch_at_every_request() {
    let (verifier, asked) = verifier();
    let stranger = sign(&claims("alice"), "stranger", "key-9");
    for _ in 0..5 {
        assert!(verifier.verify(&stranger, NOW).await.is_err());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let later: Timestamp = NOW.plus(Duration::from_secs(61));
    assert!(verifier.verify(&stranger, later).await.is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 2, "a minute later it may be a new key of the pool");
}
