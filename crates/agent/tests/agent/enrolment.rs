//! The node's first call.

use super::node::Node;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

/// An instance metadata service, version 2: it gives nothing without its token.
fn metadata_service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let headers: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            let headers = headers.join("\n").to_ascii_lowercase();
            let trusted = headers.contains("x-aws-ec2-metadata-token: of-the-service");
            let (status, body) = match first.split(' ').take(2).collect::<Vec<_>>().as_slice() {
                ["PUT", "/latest/api/token"] if headers.contains("-ttl-seconds:") => (200, "of-the-service"),
                ["GET", "/latest/meta-data/instance-id"] if trusted => (200, "i-0abc"),
                ["GET", "/latest/meta-data/local-ipv4"] if trusted => (200, "10.1.2.3"),
                ["GET", "/latest/meta-data/instance-type"] if trusted => (200, "hpc7a.96xlarge"),
                _ => (401, ""),
            };
            let head =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
        }
    });
    endpoint
}

#[test]
fn an_instance_asks_its_metadata_service_who_it_is() {
    let mut node = Node::new();
    let mut command = node.bare_command();
    command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata_service());
    node.start_as(command);
    node.plane.wait("the enrolment", |state| state.node.is_some());
    node.plane.with(|state| {
        let request = state.node.as_ref().unwrap();
        let found = [&request.instance, &request.address, &request.instance_type, &request.stack];
        assert_eq!(found, ["i-0abc", "10.1.2.3", "hpc7a.96xlarge", "job-1-1"]);
        assert!(request.cpus > 0 && request.memory_mib > 0 && !request.hostname.is_empty());
    });
}

#[test]
fn a_used_join_token_ends_the_agent_for_good() {
    let mut node = Node::new();
    node.plane.with(|state| state.session = Some("f".repeat(64)));
    node.start();
    assert_eq!(node.agent_exit().code(), Some(2));
    assert!(
        node.log().contains("event=agent.stopped error.message=\"JOIN_TOKEN_USED: No. None.\""),
        "{}",
        node.log()
    );
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_token_p6() {
    let mut node = Node::new();
    node.plane.with(|state| state.lose = 1);
    node.start();
    node.plane.wait("the first sync", |state| state.syncs > 0);
    node.plane.with(|state| assert_eq!(state.enrolments, 2));
    let token = node.state().join("session.json");
    assert_eq!(std::fs::metadata(&token).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(node.state()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn an_enrolment_has_a_deadline_if_one_is_given() {
    let mut node = Node::new();
    node.plane.go_away();
    let mut command = node.command();
    command.args(["--enroll-deadline", "1"]);
    node.start_as(command);
    assert_eq!(node.agent_exit().code(), Some(1));
}

#[test]
fn a_second_agent_on_the_same_state_is_refused() {
    let mut node = Node::started();
    node.plane.wait("the first sync", |state| state.syncs > 0);
    let output = node.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another agent uses this state directory"));
    assert!(node.agent_lives());
}

#[test]
fn an_idle_agent_is_small_and_quiet() {
    let node = Node::quick();
    node.plane.wait("some syncs", |state| state.syncs > 20);
    let resident = node.resident_kib();
    assert!(resident < 20 * 1024, "{resident} KiB");
}
