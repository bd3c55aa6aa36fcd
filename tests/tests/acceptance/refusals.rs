//! Wrong input against the deployed product: a code, a sentence, a remedy, and nothing written (P9, P11).

use crate::twin::{Twin, text_of};
use serde_json::{Value, json};
use std::fs;

fn http(method: &str, url: &str, token: Option<&str>, body: Option<Value>) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let authorization = token.map(|t| format!("Bearer {t}")).unwrap_or_default();
    let mut reply = match (method, body) {
        ("GET", _) => {
            let mut request = agent.get(url);
            if token.is_some() {
                request = request.header("authorization", &authorization);
            }
            request.call().unwrap()
        }
        (_, body) => {
            let mut request = agent.post(url);
            if token.is_some() {
                request = request.header("authorization", &authorization);
            }
            request.send_json(body.unwrap_or(Value::Null)).unwrap()
        }
    };
    let status = reply.status().as_u16();
    (status, reply.body_mut().read_json().unwrap_or(Value::Null))
}

#[test]
fn tokens_that_are_missing_or_forged_are_refused_p9() {
    let twin = Twin::get();
    let url = format!("{}/v1/jobs", twin.text("/endpoint"));
    let (status, body) = http("GET", &url, None, None);
    assert_eq!((status, body["code"].as_str()), (401, Some("TOKEN_MISSING")), "{body}");
    let none = "eyJhbGciOiJub25lIn0.eyJ1c2VybmFtZSI6ImFsaWNlIn0.";
    for forged in ["x", none] {
        let (status, body) = http("GET", &url, Some(forged), None);
        assert_eq!((status, body["code"].as_str()), (401, Some("TOKEN_INVALID")), "{body}");
    }
}

#[test]
fn strangers_cannot_join_a_stack_p9() {
    let twin = Twin::get();
    let enroll = json!({
        "stack": "job-1-1", "instance": "i-0123456789abcdef0", "join_token": "guess", "session_token": "0".repeat(64),
        "hostname": "evil", "address": "127.0.0.1", "instance_type": "c6i.large", "cpus": 1, "memory_mib": 1,
        "agent_version": "0",
    });
    let endpoint = twin.text("/endpoint");
    let (status, body) = http("POST", &format!("{endpoint}/agent/v1/enroll"), None, Some(enroll));
    assert_eq!((status, body["code"].as_str()), (401, Some("JOIN_TOKEN_INVALID")), "{body}");
    let sync = json!({ "stack": "job-1-1", "instance": "i-0123456789abcdef0", "sequence": 1, "reports": [] });
    let (status, body) = http("POST", &format!("{endpoint}/agent/v1/sync"), Some("guess"), Some(sync));
    assert_eq!((status, body["code"].as_str()), (401, Some("NODE_SESSION_INVALID")), "{body}");
}

#[test]
fn bad_scripts_are_refused_by_name_and_place_p11() {
    let twin = Twin::get();
    let dir = twin.directory("refusals");
    let before = twin.json(&["list", "--limit", "1"]);
    for (script, code) in [
        ("", "EMPTY_SCRIPT"),
        ("#!/bin/bash\n#PBS -Y\necho\n", "UNKNOWN_DIRECTIVE"),
        ("#!/bin/bash\n#PBS -q nowhere\necho\n", "UNKNOWN_QUEUE"),
        ("#!/bin/bash\n#PBS -l walltime=25:99:99\necho\n", "BAD_WALLTIME"),
        ("#!/bin/bash\n#PBS -l select=-4\necho\n", "BAD_COUNT"),
        ("#!/bin/bash\n#PBS -l instance_type=c6i.lrge\necho\n", "UNKNOWN_INSTANCE_TYPE"),
        ("#!/bin/bash\n#PBS -J 5-1\necho\n", "BAD_ARRAY"),
    ] {
        fs::write(dir.join("bad.pbs"), script).unwrap();
        let output = twin.soca("alice", &dir, &["submit", "bad.pbs"]).output().unwrap();
        let text = text_of(&output);
        assert!(!output.status.success() && text.contains(code) && text.contains("remedy"), "{code}: {text}");
    }
    assert_eq!(twin.json(&["list", "--limit", "1"]), before, "nothing was written");
}

#[test]
fn an_unknown_type_comes_with_its_neighbours() {
    let twin = Twin::get();
    let dir = twin.directory("neighbours");
    fs::write(dir.join("bad.pbs"), "#!/bin/bash\n#PBS -l instance_type=c6i.lrge\necho\n").unwrap();
    let output = twin.soca("alice", &dir, &["submit", "bad.pbs"]).output().unwrap();
    assert!(text_of(&output).contains("c6i.large"), "{}", text_of(&output));
}

#[test]
fn nobody_sees_what_is_somebody_elses_p9() {
    let twin = Twin::get();
    let dir = twin.directory("others");
    fs::write(dir.join("job.pbs"), "#!/bin/bash\n#PBS -h\necho\n").unwrap();
    let output = twin.soca("admin", &dir, &["submit", "job.pbs", "--json"]).output().unwrap();
    let reply: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&output)));
    let id = reply["job"]["id"].to_string();
    let output = twin.soca("alice", &dir, &["status", &id]).output().unwrap();
    assert!(!output.status.success() && text_of(&output).contains("JOB_NOT_FOUND"), "{}", text_of(&output));
    assert!(twin.soca("admin", &dir, &["cancel", &id]).output().unwrap().status.success());
}
