//! The ports to EC2, CloudFormation, Service Quotas, Pricing and S3.

use async_trait::async_trait;
use soca_domain::{
    Fault, InstanceId, MicroUsd, StackId, Timestamp,
    instance_type::{InstanceType, InstanceTypeName},
    launch::LaunchSpec,
    offer::Offer,
    price::InstanceUse,
};
use std::collections::BTreeMap;

/// What can go wrong with the cloud. Adapters translate error codes into this; nobody else sees one.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The cloud says no, for a reason a person can act on (or that more attempts may overcome).
    #[error("{0}")]
    Refused(Fault),
    /// It did not answer, or throttled; the call may be repeated.
    #[error("{service} is unavailable")]
    Unavailable {
        /// Which service.
        service: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// What EC2 offers.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// One type, or `None` when the region has no such type.
    async fn instance_type(&self, name: &InstanceTypeName) -> Result<Option<InstanceType>, CloudError>;
    /// Every type's name in the region; slow, for the error path.
    async fn instance_type_names(&self) -> Result<Vec<String>, CloudError>;
    /// Every type that jobs can run on, without prices; slow, for the daily list.
    async fn offers(&self) -> Result<Vec<Offer>, CloudError>;
}

/// What EC2 would say to a launch, without launching.
#[async_trait]
pub trait LaunchChecks: Send + Sync {
    /// Checks image, subnets, launch permission (EC2's own dry run) and vCPU quota for a launch.
    ///
    /// # Errors
    /// [`CloudError::Refused`] with `IMAGE_UNUSABLE`, `SUBNET_UNUSABLE`, `DRY_RUN_REFUSED`, `QUOTA_TOO_SMALL`,
    /// `QUOTA_IN_USE` or `CAPACITY_UNAVAILABLE`.
    async fn check_launch(&self, spec: &LaunchSpec, types: &[InstanceType]) -> Result<(), CloudError>;
}

/// Everything a compute stack's template is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPlan {
    /// The stack's id, which is also the call's idempotency token.
    pub stack: StackId,
    /// Capacity.
    pub launch: LaunchSpec,
    /// What EC2 says of `launch.instance_types`, in the same order.
    pub types: Vec<InstanceType>,
    /// For the tags.
    pub job_name: String,
    /// For the tags.
    pub owner: String,
    /// For the tags.
    pub queue: String,
    /// For the tags.
    pub project: Option<String>,
    /// The nodes' join token; it goes into the user data only.
    pub join_token: String,
}

/// How a compute stack stands in CloudFormation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudStackState {
    /// There is none.
    Absent,
    /// It is being made.
    Creating,
    /// It is there.
    Created,
    /// It could not be made, or not be deleted.
    Failed(String),
    /// It is being deleted.
    Deleting,
}

/// Compute stacks.
#[async_trait]
pub trait ComputeStacks: Send + Sync {
    /// Makes the stack; does nothing when it exists.
    async fn create(&self, plan: &StackPlan) -> Result<(), CloudError>;
    /// How it stands.
    async fn state(&self, stack: &StackId) -> Result<CloudStackState, CloudError>;
    /// Asks for its deletion; does nothing when it is absent or being deleted.
    async fn delete(&self, stack: &StackId) -> Result<(), CloudError>;
    /// Every compute stack of this cluster that is not deleted, with the time of its creation.
    async fn list(&self) -> Result<Vec<(StackId, Timestamp)>, CloudError>;
}

/// One instance as EC2 knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudInstance {
    /// Its life so far.
    pub used: InstanceUse,
    /// The stack its tag names.
    pub stack: Option<StackId>,
    /// Pending, running, stopping or stopped: it still exists.
    pub alive: bool,
}

/// Instances of this cluster.
#[async_trait]
pub trait Instances: Send + Sync {
    /// A stack's instances, the terminated ones included as long as EC2 remembers them.
    async fn of_stack(&self, stack: &StackId) -> Result<Vec<CloudInstance>, CloudError>;
    /// One instance, if it is this cluster's.
    async fn instance(&self, id: &InstanceId) -> Result<Option<CloudInstance>, CloudError>;
    /// All living instances of the cluster.
    async fn alive(&self) -> Result<Vec<CloudInstance>, CloudError>;
    /// Ends instances; those that are gone already do not matter.
    async fn terminate(&self, ids: &[InstanceId]) -> Result<(), CloudError>;
}

/// Prices.
#[async_trait]
pub trait Prices: Send + Sync {
    /// The on-demand Linux price per hour in this region; `None` when no list has it.
    async fn on_demand(&self, name: &InstanceTypeName) -> Result<Option<MicroUsd>, CloudError>;
    /// The same of every type that the list has; slow, for the daily list.
    async fn all_on_demand(&self) -> Result<BTreeMap<InstanceTypeName, MicroUsd>, CloudError>;
}

/// Scripts and output, in S3.
#[async_trait]
pub trait Artifacts: Send + Sync {
    /// Stores an object; storing the same key again replaces it.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), CloudError>;
    /// An object, or `None`.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CloudError>;
    /// The keys with a prefix that come at or after `from`, in order, at most `limit`.
    async fn list(&self, prefix: &str, from: &str, limit: u32) -> Result<Vec<String>, CloudError>;
}
