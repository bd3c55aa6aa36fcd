//! DynamoDB for tests: an emulator in this process, or whatever `SOCA_TEST_DYNAMODB_ENDPOINT` names.

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use soca_store_dynamodb::{DynamoStore, create_table};
use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::net::TcpListener;

/// A table of its own for one test.
pub(crate) struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// Creates it.
    pub(crate) async fn create() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let endpoint = match env::var("SOCA_TEST_DYNAMODB_ENDPOINT") {
            Ok(endpoint) => endpoint,
            Err(_) => emulator().await,
        };
        let client = Client::from_conf(config(&endpoint).build());
        let name = format!("soca-contract-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        create_table(&client, &name).await.expect("the table can be created");
        Self { client, name }
    }

    /// A store on it.
    pub(crate) fn store(&self) -> DynamoStore {
        DynamoStore::new(self.client.clone(), &self.name)
    }

    /// Removes it.
    pub(crate) async fn drop(self) {
        self.client.delete_table().table_name(self.name).send().await.expect("the table can be dropped");
    }
}

/// An emulator that lives as long as the test's runtime.
async fn emulator() -> String {
    let database = dynoxide::Database::memory().expect("an empty database");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    format!("http://{address}")
}

fn config(endpoint: &str) -> Builder {
    let variable = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let (id, secret) = (variable("AWS_ACCESS_KEY_ID", "test"), variable("AWS_SECRET_ACCESS_KEY", "test"));
    let session = env::var("AWS_SESSION_TOKEN").ok();
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION", "us-east-1")))
        .credentials_provider(Credentials::new(id, secret, session, None, "test"))
        .endpoint_url(endpoint)
}
