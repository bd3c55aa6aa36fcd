//! Queues over the API: who may change them, what is refused, and that what is set is what is shown.

#![allow(clippy::unwrap_used, reason = "a helper that fails should stop its test")]

mod support;

use serde_json::{Value, json};
use soca_app::ports::Store;
use support::{
    claims, sign, token, with,
    world::{World, world},
};

fn root() -> String {
    sign(&with(claims("root"), "cognito:groups", json!(["soca-admins"])), "ours", "key-1")
}

async fn put(world: &World, name: &str, body: &Value) -> (u16, Value) {
    let path = format!("/v1/queues/{name}");
    let (status, reply) = world.call("PUT", &path, Some(&root()), body.to_string()).await;
    (status.as_u16(), reply)
}

fn told(status: u16, body: &Value) -> String {
    let text = |body: &Value| {
        let word = |field: &str| body[field].as_str().unwrap_or("-").to_owned();
        format!("{}: {} | {}", word("code"), word("message"), word("remedy"))
    };
    let more = body["more"].as_array().into_iter().flatten().map(|fault| format!("\n    {}", text(fault)));
    format!("{status} {}{}", text(body), more.collect::<String>())
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name_and_nothing_is_written_p11() {
    let world = world();
    let mut lines = Vec::new();
    for body in [
        json!([]),
        json!({}),
        json!({"name": "fast"}),
        json!({"name": "nights", "max_runing_jobs": 4}),
        json!({"name": "nights", "max_running_jobs": -4}),
        json!({"name": "nights", "per_user": {"runing_jobs": 4}}),
        json!({"name": "nights", "queue_mode": "lifo", "allowed_users": ["Ann B"]}),
        json!({"name": "nights", "scaling_mode": "multiple_jobs", "terminate_when_idle": 3}),
        json!({"name": "nights", "scaling_mode": "multiple_jobs"}),
        json!({"name": "nights", "terminate_when_idle": 3}),
        json!({"name": "nights", "start_windows": ["mon-fri 7-19"]}),
        json!({"name": "nights", "restricted_parameters": ["instance_tpye"]}),
        json!({"name": "nights", "allowed_security_group_ids": ["web"], "allowed_instance_profiles": ["a b"]}),
        json!({"name": "nights", "defaults": {"instance_type": "c6i", "fsx_lustre": "true", "queue": "x"}}),
        json!({"name": "nights", "defaults": {"instance_type": "m5.large"}, "allowed_instance_types": ["c6i"]}),
        json!({"name": "nights", "defaults": {"walltime": "03:00:00"}, "max_walltime": "02:00:00"}),
        json!({"name": "nights", "max_provisioned_instances": 4, "reservations": [
            {"group": "cfd", "instances": 5, "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"},
            {"group": "cfd", "instances": 0, "from": "2026-12-03T00:00:00Z", "to": "2026-12-02T00:00:00Z"},
        ]}),
    ] {
        let (status, reply) = put(&world, "nights", &body).await;
        lines.push(format!("{body}\n  -> {}", told(status, &reply)));
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert!(world.store.queues().await.unwrap().iter().all(|queue| queue.name.as_str() != "nights"));
}

#[tokio::test]
async fn what_is_set_is_what_is_shown_to_everybody() {
    let world = world();
    let sent = json!({
        "name": "nights", "description": "After hours.", "priority": 5, "queue_mode": "fairshare",
        "scaling_mode": "single_job", "terminate_when_idle": null,
        "max_running_jobs": 8, "max_provisioned_instances": 16, "max_vcpus": null,
        "max_hourly_cost_micro_usd": 4_000_000,
        "per_user": {"running_jobs": 4, "provisioned_instances": null, "vcpus": null, "hourly_cost_micro_usd": null},
        "per_group": {"running_jobs": null, "provisioned_instances": 8, "vcpus": null, "hourly_cost_micro_usd": null},
        "per_project": {"running_jobs": null, "provisioned_instances": null, "vcpus": 64, "hourly_cost_micro_usd": null},
        "allowed_users": ["alice", "group:cfd"], "excluded_users": ["*"],
        "allowed_instance_types": ["c6i"], "excluded_instance_types": ["c6i.32xlarge"],
        "restricted_parameters": ["instance_ami"],
        "allowed_security_group_ids": ["sg-0123abcd"], "allowed_instance_profiles": ["cfd"],
        "max_walltime": "12:00:00", "start_windows": ["mon,tue,wed,thu,fri 19:00-07:00"],
        "reservations": [{
            "group": "cfd", "instances": 4, "from": "2026-12-01T00:00:00.000Z", "to": "2026-12-24T00:00:00.000Z"
        }],
        "defaults": {"instance_type": "c6i.large+c6i.xlarge", "walltime": "01:00:00"}
    });
    let (status, reply) = put(&world, "nights", &sent).await;
    assert_eq!((status, &reply), (200, &sent));
    let (_, shown) = world.call("GET", "/v1/queues/nights", Some(&token("alice")), "").await;
    assert_eq!(shown, sent);
    let (_, list) = world.call("GET", "/v1/queues", Some(&token("alice")), "").await;
    let names: Vec<&Value> = list["queues"].as_array().unwrap().iter().map(|queue| &queue["name"]).collect();
    assert_eq!(names, ["nights", "normal", "test"], "a new cluster's own queues are there as well");
    let (status, reply) = put(&world, "nights", &json!({"name": "nights"})).await;
    assert_eq!(
        (status, &reply["defaults"], &reply["max_vcpus"]),
        (200, &json!({}), &Value::Null),
        "all replaced"
    );
}

#[tokio::test]
async fn queues_are_removed_when_nothing_is_in_them_and_never_the_last() {
    let world = world();
    let alice = token("alice");
    let remove = async |name: &str| {
        let (status, body) = world.call("DELETE", &format!("/v1/queues/{name}"), Some(&root()), "").await;
        (status.as_u16(), body)
    };
    assert_eq!(remove("nowhere").await.1["code"], "UNKNOWN_QUEUE");
    world.submit("alice", "#PBS -l walltime=1:0\necho hello\n").await;
    let (status, body) = remove("normal").await;
    assert_eq!((status, &body["code"]), (409, &json!("QUEUE_IN_USE")));
    world.call("POST", "/v1/jobs/1/hold", Some(&alice), "").await;
    assert_eq!(remove("normal").await.0, 409, "a held job counts");
    world.call("DELETE", "/v1/jobs/1", Some(&alice), "").await;
    let (status, body) = remove("normal").await;
    assert_eq!((status, &body["name"]), (200, &json!("normal")));
    let (status, body) = remove("test").await;
    assert_eq!((status, &body["code"]), (409, &json!("QUEUE_IN_USE")));
    let (_, body) = world.call("GET", "/v1/queues", Some(&alice), "").await;
    let names: Vec<_> = body["queues"].as_array().unwrap().iter().map(|queue| &queue["name"]).collect();
    assert_eq!(names, [&json!("test")]);
}
