//! The cloud's ports on AWS: EC2, CloudFormation, Step Functions, EventBridge, S3, Pricing, Service Quotas.
//!
//! One file per port. [`template`] renders compute stacks and is pure; `errors` is the only place that
//! knows the cloud's error codes. Endpoints come from the SDKs' own environment variables, so nothing here differs
//! between AWS and a local emulation of it.

mod artifacts;
mod bus;
mod catalog;
mod clients;
mod cluster;
mod compute_stacks;
mod ec2;
mod entropy;
mod errors;
mod image;
mod incidents;
mod instances;
mod launch_checks;
mod memo;
mod names;
mod prices;
mod quota;
mod tags;
pub mod template;
mod workflow;

pub use artifacts::ArtifactsAws;
pub use bus::BusAws;
pub use catalog::CatalogAws;
pub use clients::Clients;
pub use cluster::{Cluster, UserData};
pub use compute_stacks::ComputeStacksAws;
pub use entropy::OsEntropy;
pub use image::Image;
pub use incidents::incident_of;
pub use instances::InstancesAws;
pub use launch_checks::LaunchChecksAws;
pub use names::{cloud_name, stack_of};
pub use prices::PricesAws;
pub use workflow::WorkflowAws;
