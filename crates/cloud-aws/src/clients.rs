//! SDK clients, all from one configuration that the SDK reads from its environment.

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use std::time::Duration;

/// How long one attempt of one call may take before the SDK tries again.
const ATTEMPT: Duration = Duration::from_secs(30);

/// The region whose Pricing endpoint serves the lists of all regions
/// (<https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html>).
const PRICING_REGION: Region = Region::from_static("us-east-1");

/// Makes clients. Each function makes only those it needs.
#[derive(Clone, Debug)]
pub struct Clients {
    config: SdkConfig,
}

impl Clients {
    /// Reads region, credentials and endpoints from where the SDK always looks for them.
    pub async fn load() -> Self {
        Self::on(aws_config::load_defaults(BehaviorVersion::latest()).await)
    }

    /// Clients on a configuration that the caller has loaded already.
    pub fn on(config: SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
        Self { config: config.into_builder().timeout_config(timeouts).build() }
    }

    /// The region's name, if the environment has one.
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(Region::as_ref)
    }

    /// EC2.
    pub fn ec2(&self) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&self.config)
    }

    /// CloudFormation.
    pub fn cloud_formation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config)
    }

    /// Service Quotas.
    pub fn service_quotas(&self) -> aws_sdk_servicequotas::Client {
        aws_sdk_servicequotas::Client::new(&self.config)
    }

    /// Pricing, which has an endpoint in few regions only.
    pub fn pricing(&self) -> aws_sdk_pricing::Client {
        let config = aws_sdk_pricing::config::Builder::from(&self.config).region(PRICING_REGION).build();
        aws_sdk_pricing::Client::from_conf(config)
    }

    /// S3.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }

    /// Step Functions.
    pub fn step_functions(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::new(&self.config)
    }

    /// EventBridge.
    pub fn event_bridge(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.config)
    }
}
