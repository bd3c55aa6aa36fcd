//! The ports: what use cases need of the world, in the domain's words.
//!
//! Each trait is as narrow as one concern of one function's permissions. Adapters are `soca-store-dynamodb`,
//! `soca-cloud-aws` and `soca-fakes`; one contract suite per port runs on every adapter.

pub mod cloud;
pub mod store;
pub mod workflow;

pub use cloud::{Artifacts, Catalog, CloudError, ComputeStacks, Instances, LaunchChecks, Prices};
pub use store::{Store, StoreError, Write};
pub use workflow::{Bus, BusEvent, Workflow};

/// Where chance comes from: ids of tokens. Adapters use the operating system; tests a seed.
pub trait Entropy: Send + Sync {
    /// 32 random bytes.
    fn bytes(&self) -> [u8; 32];
}
