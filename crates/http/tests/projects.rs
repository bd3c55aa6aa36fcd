//! Projects over the API: who may change them, what is refused, and that what is set is what is shown.

#![allow(clippy::unwrap_used, reason = "a helper that fails should stop its test")]

mod support;

use serde_json::{Value, json};
use support::{
    claims, sign, token, with,
    world::{World, world},
};

fn root() -> String {
    sign(&with(claims("root"), "cognito:groups", json!(["soca-admins"])), "ours", "key-1")
}

async fn put(world: &World, who: &str, body: &Value) -> (u16, Value) {
    let (status, reply) = world.call("PUT", "/v1/projects/wing", Some(who), body.to_string()).await;
    (status.as_u16(), reply)
}

async fn get(world: &World, path: &str) -> (u16, Value) {
    let (status, reply) = world.call("GET", path, Some(&token("alice")), "").await;
    (status.as_u16(), reply)
}

#[tokio::test]
async fn what_cannot_be_a_project_is_refused_and_nothing_is_written_p9_p11() {
    let world = world();
    let refused = [
        (json!([]), "BAD_BODY"),
        (json!({"name": "hull"}), "BAD_BODY"),
        (json!({"name": "wing", "bugdet": {"amount_micro_usd": 5}}), "BAD_BODY"),
        (json!({"name": "wing", "budget": {"amount_micro_usd": -5}}), "BAD_BODY"),
        (json!({"name": "wing", "budget": {"amount_micro_usd": 0}}), "BAD_VALUE"),
        (json!({"name": "wing", "shares": 0}), "BAD_VALUE"),
        (json!({"name": "wing", "members": ["Ann B"]}), "BAD_NAME"),
    ];
    for (body, code) in refused {
        let (status, reply) = put(&world, &root(), &body).await;
        assert_eq!((status, &reply["code"]), (400, &json!(code)), "{body}: {reply}");
        assert!(
            !reply["message"].as_str().unwrap().is_empty() && !reply["remedy"].as_str().unwrap().is_empty()
        );
    }
    let (status, reply) = put(&world, &token("alice"), &json!({"name": "wing"})).await;
    assert_eq!((status, &reply["code"]), (403, &json!("ADMIN_ONLY")), "{reply}");
    assert_eq!(get(&world, "/v1/projects").await.1, json!({"projects": []}));
    assert_eq!(get(&world, "/v1/projects/wing").await.1["code"], "UNKNOWN_PROJECT");
}

#[tokio::test]
async fn what_is_set_is_shown_until_it_is_removed() {
    let world = world();
    let body = json!({
        "name": "wing", "description": "The new wing", "shares": 2, "members": ["ada", "group:cfd"],
        "budget": {"amount_micro_usd": 500_000_000, "hard": true}
    });
    let (status, reply) = put(&world, &root(), &body).await;
    assert_eq!((status, &reply["settings"]), (200, &body), "{reply}");
    assert_eq!(get(&world, "/v1/projects/wing").await, (200, reply.clone()));
    assert_eq!((&reply["left_micro_usd"], &reply["spent_micro_usd"]), (&json!(500_000_000), &json!(0)));
    let (_, was) = world.call("DELETE", "/v1/projects/wing", Some(&root()), "").await;
    assert_eq!(was, reply);
    assert_eq!(get(&world, "/v1/projects").await.1, json!({"projects": []}));
}
