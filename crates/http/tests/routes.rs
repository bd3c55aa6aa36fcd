//! The API's addresses: who may call them, what bad input gets, and that nothing is written then (P9, P11).

#![allow(clippy::unwrap_used, reason = "a helper that fails should stop its test")]

mod support;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use soca_app::ports::Store;
use soca_http::{ACCESS, Access};
use support::{
    claims, sign, token, with,
    world::{World, world},
};

const HELLO: &str = "#!/bin/bash\n#PBS -N hello\n#PBS -l walltime=00:05:00\necho hello\n";

#[tokio::test]
async fn every_address_wants_the_token_its_table_says_p9() {
    let world = world();
    for (method, path, access) in ACCESS {
        let path = path.replace("{id}", "1").replace("{name}", "normal");
        let (status, body) = world.call(method, &path, None, "{}").await;
        match access {
            Access::Public => assert_eq!(status, 200, "{method} {path}"),
            Access::User | Access::Admin => assert_eq!(
                (status.as_u16(), &body["code"]),
                (401, &json!("TOKEN_MISSING")),
                "{method} {path}"
            ),
            Access::Node => assert!([400, 401].contains(&status.as_u16()), "{method} {path}: {status}"),
        }
        if *access == Access::Admin {
            let (status, body) = world.call(method, &path, Some(&token("alice")), "{}").await;
            assert_eq!((status.as_u16(), &body["code"]), (403, &json!("ADMIN_ONLY")), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_submitted_job_is_there_and_belongs_to_its_owner_p1_p9() {
    let world = world();
    let (status, reply) = world.submit("alice", HELLO).await;
    assert_eq!(status, 201, "{reply}");
    assert_eq!((&reply["job"]["id"], &reply["job"]["state"]), (&json!(1), &json!("queued")));
    assert_eq!(reply["quote_micro_usd"], json!(7084));
    assert_eq!(world.bus.drain().len(), 1, "the dispatcher is woken");
    let (status, job) = world.call("GET", "/v1/jobs/1", Some(&token("alice")), "").await;
    assert_eq!((status.as_u16(), &job["wait"]["code"]), (200, &json!("NEXT")));
    for (method, path) in [
        ("GET", "/v1/jobs/1"),
        ("DELETE", "/v1/jobs/1"),
        ("GET", "/v1/jobs/1/logs"),
        ("POST", "/v1/jobs/1/hold"),
    ] {
        let (status, body) = world.call(method, path, Some(&token("mallory")), "").await;
        assert_eq!((status.as_u16(), &body["code"]), (404, &json!("JOB_NOT_FOUND")), "{method} {path}");
    }
    let admin = sign(&with(claims("root"), "cognito:groups", json!(["soca-admins"])), "ours", "key-1");
    let (_, all) = world.call("GET", "/v1/jobs?all=true", Some(&admin), "").await;
    assert_eq!(all["jobs"].as_array().unwrap().len(), 1);
    let (_, none) = world.call("GET", "/v1/jobs?all=true", Some(&token("mallory")), "").await;
    assert_eq!(none["jobs"].as_array().unwrap().len(), 0);
}

async fn refused(world: &World, script: &str) -> String {
    let (status, body) = world.submit("alice", script).await;
    line(status.as_u16(), &body)
}

fn line(status: u16, body: &Value) -> String {
    let place = match &body["place"] {
        Value::Object(p) => format!(" at {}:{}", p["line"], p["column"]),
        _ => String::new(),
    };
    let text = |field: &str| body[field].as_str().unwrap_or("-").to_owned();
    format!("{status} {}{place}: {} | {}", text("code"), text("message"), text("remedy"))
}

/// Every kind of bad script or request: a code, a sentence, a remedy, and nothing written (P11).
#[tokio::test]
async fn bad_input_is_refused_before_anything_is_written_p11() {
    let world = world();
    let run = |directive: &str| format!("#!/bin/bash\n#PBS {directive}\necho hello\n");
    let mut lines = Vec::new();
    for script in [
        String::new(),
        "#!/bin/bash\n# nothing\n".into(),
        "\u{0}\u{1}\u{2}ELF".into(),
        "x".repeat(1_048_577),
        run("-Y nonsense"),
        run("-q nowhere"),
        run("-l walltime=25:99:99"),
        run("-l select=-1"),
        run("-l select=0"),
        run("-l select=99999999"),
        run("-l instance_type=c6i.lrge"),
        run("-l instance_type=c6i.large+c7g.large"),
        run("-l select=1:ncpus=64 -l instance_type=c6i.large"),
        run("-l select=1:mem=900gb -l instance_type=c6i.large"),
        run("-l efa_support=true -l instance_type=c6i.large"),
        run("-l select=4000"),
        run("-J 5-1"),
        run("-W depend=afterok:77"),
        run("-o /etc/passwd"),
        run("-o ../../../etc/x"),
    ] {
        lines.push(refused(&world, &script).await);
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(world.store.jobs(None, 10, None).await.unwrap().items.len(), 0, "nothing was written");
    assert!(world.bus.drain().is_empty(), "nobody was told");
}

#[tokio::test]
async fn bodies_and_parameters_that_cannot_be_read_are_refused_p11() {
    let world = world();
    let alice = token("alice");
    world.submit("alice", HELLO).await;
    let mut lines = Vec::new();
    for (method, path, body) in [
        ("POST", "/v1/jobs", "this is no JSON"),
        ("POST", "/v1/jobs", "[]"),
        ("POST", "/v1/jobs?dry_run=perhaps", r#"{"script":"echo hello"}"#),
        ("POST", "/v1/jobs", r#"{"script":"echo hello","workdir":"/etc"}"#),
        ("GET", "/v1/jobs/first", ""),
        ("GET", "/v1/jobs?limit=many", ""),
        ("GET", "/v1/jobs/1/logs?stream=stdlog", ""),
        ("GET", "/v1/jobs/1/logs?element=3", ""),
        ("GET", "/v1/jobs/1/elements", ""),
        ("GET", "/v1/price?instance_type=c6i.lrge", ""),
        ("GET", "/v1/price?instance_type=c6i.large&nodes=0", ""),
        ("GET", "/v1/nothing", ""),
        ("PATCH", "/v1/jobs/1", ""),
    ] {
        let (status, body) = world.call(method, path, Some(&alice), body.to_owned()).await;
        lines.push(format!("{method} {path} -> {}", line(status.as_u16(), &body)));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn windows_line_ends_are_accepted_with_a_warning() {
    let world = world();
    let (status, reply) = world.submit("alice", &HELLO.replace('\n', "\r\n")).await;
    assert_eq!(status, 201);
    assert!(reply["warnings"].to_string().contains("line end"), "{}", reply["warnings"]);
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_prices() {
    let world = world();
    let body = json!({ "script": HELLO }).to_string();
    let (status, reply) = world.call("POST", "/v1/jobs?dry_run=true", Some(&token("alice")), body).await;
    assert_eq!(
        (status.as_u16(), &reply["job"], &reply["quote_micro_usd"]),
        (200, &Value::Null, &json!(7084))
    );
    assert_eq!(world.store.jobs(None, 10, None).await.unwrap().items.len(), 0);
}

#[tokio::test]
async fn an_idempotency_key_makes_one_job_p1_p6() {
    let world = world();
    let post = |user: &str, key: &str, script: &str| {
        let request = Request::builder().method("POST").uri("/v1/jobs").header("idempotency-key", key);
        let request = request.header("authorization", format!("Bearer {}", token(user)));
        request.body(Body::from(json!({ "script": script }).to_string())).unwrap()
    };
    let (first, job) = world.send(post("alice", "key-1", HELLO)).await;
    let (again, same) = world.send(post("alice", "key-1", HELLO)).await;
    assert_eq!((first.as_u16(), again.as_u16()), (201, 200));
    assert_eq!((&job["job"]["id"], &same["repeated"]), (&same["job"]["id"], &json!(true)));
    let (status, body) = world.send(post("alice", "key-1", "echo other\n")).await;
    assert_eq!((status.as_u16(), &body["code"]), (409, &json!("IDEMPOTENCY_MISMATCH")));
    let (status, _) = world.send(post("bob", "key-1", HELLO)).await;
    assert_eq!(status, 201, "keys are each owner's own");
    let (status, _) = world.send(post("alice", "with space", HELLO)).await;
    assert_eq!(status, 400);
    assert_eq!(world.store.jobs(None, 10, None).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn jobs_are_held_released_and_cancelled() {
    let world = world();
    let alice = token("alice");
    world.submit("alice", HELLO).await;
    let (_, job) = world.call("POST", "/v1/jobs/1/hold", Some(&alice), "").await;
    assert_eq!((&job["state"], &job["wait"]["code"]), (&json!("held"), &json!("HELD")));
    let (_, job) = world.call("POST", "/v1/jobs/1/release", Some(&alice), "").await;
    assert_eq!(job["state"], json!("queued"));
    let (_, job) = world.call("DELETE", "/v1/jobs/1", Some(&alice), "").await;
    assert_eq!((&job["state"], &job["reason"]["code"]), (&json!("cancelled"), &json!("CANCELLED_BY_USER")));
    let (status, body) = world.call("DELETE", "/v1/jobs/1", Some(&alice), "").await;
    assert_eq!((status.as_u16(), &body["code"]), (409, &json!("JOB_ENDED")));
}

#[tokio::test]
async fn large_scripts_are_kept_beside_the_table() {
    let world = world();
    let script = format!("{HELLO}# {}\n", "x".repeat(100_000));
    let (status, _) = world.submit("alice", &script).await;
    assert_eq!(status, 201);
    let job = world.store.job(soca_domain::JobId(1)).await.unwrap().unwrap();
    assert!(matches!(job.run.script, soca_domain::job::ScriptRef::Stored { .. }));
}
