//! AWS clients of the serverless plane, as its administrator.

use crate::fault::{Fault, Kind};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::{Credentials, RequestChecksumCalculation};
use std::{error::Error, fmt::Write as _};

/// The clients.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Object storage.
    pub s3: aws_sdk_s3::Client,
    /// Stacks.
    pub stacks: aws_sdk_cloudformation::Client,
    /// People.
    pub people: aws_sdk_cognitoidentityprovider::Client,
}

impl Aws {
    /// Clients of the plane at an address.
    pub async fn connect(endpoint: &str) -> Aws {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::from_static(crate::room::events::REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "twin"))
            .load()
            .await;
        let storage = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Aws {
            s3: aws_sdk_s3::Client::from_conf(storage),
            stacks: aws_sdk_cloudformation::Client::new(&config),
            people: aws_sdk_cognitoidentityprovider::Client::new(&config),
        }
    }
}

/// An SDK's error with everything it knows.
pub fn failed(what: &str, error: impl Error) -> Fault {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let _ = write!(text, ": {inner}");
        source = inner.source();
    }
    Fault::new(
        Kind::Deploy,
        format!("{what} failed: {text}."),
        "Look into the logs: cargo xtask logs serverless-plane",
    )
}
