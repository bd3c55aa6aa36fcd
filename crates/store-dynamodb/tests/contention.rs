//! What an emulator does not do: cancel transactions for contention, and leave rows out of a batch.

#![allow(clippy::unwrap_used, reason = "this is all tests; clippy sees only the #[test] functions as such")]

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use soca_app::ports::{Store, StoreError, Write};
use soca_domain::{
    JobId, QueueName,
    limit::{CounterScope, Need},
};
use soca_store_dynamodb::DynamoStore;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// The operations and bodies that a server was asked for.
type Log = Arc<Mutex<Vec<(String, String)>>>;

/// A store whose table gives these replies (status and body), one after the other.
async fn scripted(replies: Vec<(u16, String)>) -> (DynamoStore, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let log = Log::default();
    tokio::spawn(serve(listener, replies, log.clone()));
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .build();
    (DynamoStore::new(Client::from_conf(config), "soca"), log)
}

async fn serve(listener: TcpListener, replies: Vec<(u16, String)>, log: Log) {
    for (status, body) in replies {
        let (stream, _) = listener.accept().await.unwrap();
        answer(stream, status, &body, &log).await;
    }
}

/// One request, one reply, and the connection is closed.
async fn answer(stream: TcpStream, status: u16, body: &str, log: &Log) {
    let mut stream = BufReader::new(stream);
    let (mut length, mut operation) = (0, String::new());
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "x-amz-target" => operation = value.rsplit('.').next().unwrap().to_owned(),
            _ => {}
        }
    }
    let mut request = vec![0; length];
    stream.read_exact(&mut request).await.unwrap();
    log.lock().unwrap().push((operation, String::from_utf8(request).unwrap()));
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

fn cancelled(reasons: &[&str]) -> (u16, String) {
    let reasons: Vec<String> = reasons.iter().map(|code| format!(r#"{{"Code":"{code}"}}"#)).collect();
    let body = format!(
        r#"{{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled","CancellationReasons":[{}]}}"#,
        reasons.join(",")
    );
    (400, body)
}

fn failed(kind: &str) -> (u16, String) {
    (400, format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{kind}","message":"no"}}"#))
}

fn give(queue: &str) -> Write {
    let need = Need { instances: 1, ..Need::default() };
    Write::GiveCapacity { scope: CounterScope::Queue(queue.parse().unwrap()), need }
}

fn operations(log: &Log) -> Vec<String> {
    log.lock().unwrap().iter().map(|(operation, _)| operation.clone()).collect()
}

#[tokio::test]
async fn a_transaction_that_met_another_is_tried_again() {
    let replies = vec![
        cancelled(&["TransactionConflict", "None"]),
        cancelled(&["None", "ThrottlingError"]),
        (200, "{}".into()),
    ];
    let (store, log) = scripted(replies).await;
    store.commit(vec![give("a"), give("b")]).await.unwrap();
    assert_eq!(operations(&log), ["TransactWriteItems"; 3]);
}

#[tokio::test]
async fn a_condition_that_fails_beside_contention_is_a_conflict() {
    let (store, log) = scripted(vec![cancelled(&["TransactionConflict", "ConditionalCheckFailed"])]).await;
    let result = store.commit(vec![give("a"), give("b")]).await;
    assert!(matches!(result, Err(StoreError::Conflict { index: 1 })), "{result:?}");
    assert_eq!(operations(&log).len(), 1);
}

#[tokio::test]
async fn a_put_that_met_a_transaction_is_tried_again() {
    let (store, log) = scripted(vec![failed("TransactionConflictException"), (200, "{}".into())]).await;
    let queue = soca_domain::queue::initial_queues(1, 1).remove(0);
    store.commit(vec![Write::CreateQueue(queue)]).await.unwrap();
    assert_eq!(operations(&log), ["PutItem"; 2]);
}

#[tokio::test]
async fn what_will_never_succeed_is_not_tried_again() {
    let (store, log) = scripted(vec![failed("ValidationException")]).await;
    let result = store.commit(vec![give("a")]).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    assert_eq!(operations(&log).len(), 1);
}

/// A queued job's place as the first release wrote it.
fn pointer_v1(id: u64) -> String {
    format!(r#"{{"job":{{"N":"{id}"}},"kind":{{"S":"job_pointer"}},"schema_version":{{"N":"1"}}}}"#)
}

fn pointer(id: u64) -> String {
    format!(
        r#"{{"job":{{"N":"{id}"}},"owner":{{"S":"alice"}},"kind":{{"S":"waiting_pointer"}},"schema_version":{{"N":"1"}}}}"#
    )
}

fn key(id: u64) -> String {
    format!(r#"{{"PK":{{"S":"JOB#{id:020}"}},"SK":{{"S":"META"}}}}"#)
}

/// The fixture of the first release under another number, still queued.
fn row(id: u64) -> String {
    include_str!("rows/v1/job.json")
        .replace("00001042\"", &format!("{id:08}\""))
        .replace("\"1042\"", &format!("\"{id}\""))
}

#[tokio::test]
async fn rows_left_out_of_a_batch_are_asked_for_and_the_order_is_kept_p12() {
    // A job that an older release queued (P12), and three of today, one of them at both places.
    let pointers_v1 = format!(r#"{{"Items":[{}]}}"#, pointer_v1(1));
    let pointers = format!(r#"{{"Items":[{},{},{}]}}"#, pointer(1), pointer(2), pointer(3));
    let part = |rows: &[String], rest: &[String]| {
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(r#""soca":{{"Keys":[{}]}}"#, rest.join(","))
        };
        (200, format!(r#"{{"Responses":{{"soca":[{}]}},"UnprocessedKeys":{{{rest}}}}}"#, rows.join(",")))
    };
    let first = part(&[row(3).replace("wind_tunnel", "third")], &[key(1), key(2)]);
    let nothing = part(&[], &[key(1), key(2)]);
    let second =
        part(&[row(2).replace("wind_tunnel", "second"), row(1).replace("wind_tunnel", "first")], &[]);
    let (store, log) = scripted(vec![(200, pointers_v1), (200, pointers), first, nothing, second]).await;
    let queue: QueueName = "normal".parse().unwrap();
    let jobs = store.queue_heads(&queue, 3, 3).await.unwrap();
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
    let asked: Vec<usize> =
        log.lock().unwrap()[2..].iter().map(|(_, body)| body.matches("META").count()).collect();
    assert_eq!(asked, [3, 2, 2]);
}

#[tokio::test]
async fn reads_are_strongly_consistent() {
    let (store, log) = scripted(vec![(200, "{}".into()), (200, r#"{"Items":[]}"#.into())]).await;
    assert_eq!(store.job(JobId(1)).await.unwrap(), None);
    assert_eq!(store.live_stacks().await.unwrap(), []);
    assert!(log.lock().unwrap().iter().all(|(_, body)| body.contains(r#""ConsistentRead":true"#)));
}
