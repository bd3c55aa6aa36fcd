//! The call itself, against a peer that misbehaves.

use soca_agent::http::{Answer, ControlPlane};
use soca_wire::agent::SyncRequest;
use std::io::{Read, Write};
use std::net::TcpListener;

/// What the agent makes of this answer.
fn answer_to(raw: String) -> Answer<soca_wire::agent::SyncReply> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let peer = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        let length = stream.read(&mut bytes).unwrap();
        stream.write_all(raw.as_bytes()).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    });
    let request = SyncRequest { stack: "s".into(), instance: "i".into(), sequence: 0, reports: Vec::new() };
    let answer = ControlPlane::new(&endpoint).sync("secret", &request);
    let sent = peer.join().unwrap();
    assert!(sent.starts_with("POST /agent/v1/sync HTTP/1.1"), "{sent}");
    assert!(sent.to_ascii_lowercase().contains("authorization: bearer secret"), "{sent}");
    answer
}

#[test]
fn only_an_answer_of_the_protocol_counts() {
    let done = answer_to(with_body("200 OK", r#"{"acknowledged":4,"directives":[],"interval_ms":1000}"#));
    assert!(matches!(done, Answer::Done(reply) if reply.acknowledged == 4));
    let refused = answer_to(with_body("403 No", r#"{"code":"X","message":"m","remedy":"r"}"#));
    assert!(matches!(refused, Answer::Refused(refusal) if refusal.code == "X"));
    for raw in [
        String::new(),
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}".into(),
        with_body("200 OK", "hello"),
        with_body("502 Bad", r#"{"code":"X","message":"m","remedy":"r"}"#),
        with_body("403 No", r#"{"message":"Forbidden"}"#),
        with_body("302 Go\r\nlocation: http://127.0.0.1:1/", ""),
        "not http at all\r\n\r\n".into(),
    ] {
        let answer = answer_to(raw.clone());
        assert!(matches!(answer, Answer::Failed(_)), "{answer:?} to {raw:?}");
    }
}

fn with_body(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
