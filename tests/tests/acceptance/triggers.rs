//! Every file in `events/` is handed to its function through Lambda's own invoke API, in the function's own role.

use crate::twin::Twin;
use aws_sdk_lambda::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    primitives::Blob,
};
use serde_json::Value;
use std::{fs, path::Path};

#[tokio::test]
async fn every_sample_event_is_answered_by_its_function() {
    let twin = Twin::get();
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(twin.text("/serverless"))
        .credentials_provider(Credentials::new("test", "test", None, None, "the twin's administrator"))
        .build();
    let client = Client::from_conf(config);
    let mut seen = 0;
    for folder in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")).unwrap().map(Result::unwrap)
    {
        let function = twin.text(&format!("/functions/{}", folder.file_name().to_string_lossy()));
        for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            let payload = fs::read(file.path()).unwrap();
            let reply =
                client.invoke().function_name(&function).payload(Blob::new(payload)).send().await.unwrap();
            let body: Value = serde_json::from_slice(reply.payload().map(Blob::as_ref).unwrap_or(b"null"))
                .unwrap_or_default();
            check(&file.path(), reply.function_error(), &body);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} events");
}

/// A function answers, or refuses with one of our codes; it never crashes, and is never denied by its role.
fn check(file: &Path, error: Option<&str>, body: &Value) {
    let text = body.to_string();
    assert!(!text.contains("AccessDenied"), "{}: {text}", file.display());
    if error.is_some() {
        let code = body["errorType"].as_str().unwrap_or_default();
        assert!(code.parse::<soca_domain::Code>().is_ok(), "{}: {text}", file.display());
    }
}
