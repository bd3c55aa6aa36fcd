//! Composition: what every function's `main` puts together from its environment.
//!
//! Each method makes one adapter and reads only that adapter's variables, so that a function needs to be given no
//! more than what it uses. The variables are set in `template.yaml`; a test compares the two.

mod cluster;
mod step;

use aws_config::{BehaviorVersion, SdkConfig};
use soca_app::{Settings, transition::Mover};
use soca_cloud_aws::{
    ArtifactsAws, BusAws, CatalogAws, Clients, InstancesAws, OsEntropy, PricesAws, WorkflowAws,
};
use soca_domain::Timestamp;
use soca_runtime::{EnvError, number, required, word};
use soca_store_dynamodb::DynamoStore;
use std::time::Duration;

pub use cluster::cluster;
pub use step::{StepInput, failure};

/// A function's connections.
pub struct Shell {
    config: SdkConfig,
    clients: Clients,
}

/// Table, state machine and bus: what moving jobs needs.
pub struct MoverParts {
    store: DynamoStore,
    workflow: WorkflowAws,
    bus: BusAws,
}

impl MoverParts {
    /// As the use cases take it.
    pub fn mover(&self) -> Mover<'_> {
        Mover { store: &self.store, workflow: &self.workflow, bus: &self.bus }
    }
}

impl Shell {
    /// Starts logging and reads region, credentials and endpoints as the SDK does.
    pub async fn load() -> Self {
        soca_runtime::start_logs();
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
        let clients = Clients::on(config.clone());
        Self { config, clients }
    }

    /// SDK clients, for adapters with needs of their own.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// The region.
    pub fn region(&self) -> String {
        self.clients.region().unwrap_or("us-east-1").to_owned()
    }

    /// `TABLE_NAME`
    pub fn store(&self) -> Result<DynamoStore, EnvError> {
        Ok(DynamoStore::new(aws_sdk_dynamodb::Client::new(&self.config), required("TABLE_NAME")?))
    }

    /// `STATE_MACHINE_ARN`
    pub fn workflow(&self) -> Result<WorkflowAws, EnvError> {
        Ok(WorkflowAws::new(self.clients.step_functions(), required("STATE_MACHINE_ARN")?))
    }

    /// `BUS_NAME`
    pub fn bus(&self) -> Result<BusAws, EnvError> {
        Ok(BusAws::new(self.clients.event_bridge(), required("BUS_NAME")?))
    }

    /// `BUCKET_NAME`
    pub fn artifacts(&self) -> Result<ArtifactsAws, EnvError> {
        Ok(ArtifactsAws::new(self.clients.s3(), required("BUCKET_NAME")?))
    }

    /// `CLUSTER_ID`
    pub fn instances(&self) -> Result<InstancesAws, EnvError> {
        Ok(InstancesAws::new(self.clients.ec2(), required("CLUSTER_ID")?))
    }

    /// Instance types.
    pub fn catalog(&self) -> CatalogAws {
        CatalogAws::new(self.clients.ec2())
    }

    /// Prices of this region.
    pub fn prices(&self) -> PricesAws {
        PricesAws::new(self.clients.pricing(), self.region())
    }

    /// Randomness.
    pub fn entropy(&self) -> OsEntropy {
        OsEntropy
    }

    /// Table, state machine and bus.
    pub fn mover(&self) -> Result<MoverParts, EnvError> {
        Ok(MoverParts { store: self.store()?, workflow: self.workflow()?, bus: self.bus()? })
    }
}

/// The cluster's settings.
pub fn settings() -> Result<Settings, EnvError> {
    Ok(Settings {
        shared_root: required("SHARED_ROOT")?,
        boot_deadline: Duration::from_secs(number("BOOT_SECONDS")?),
        retry_delay: Duration::from_secs(number("RETRY_SECONDS")?),
        silence: Duration::from_secs(number("SILENCE_SECONDS")?),
        project_rule: word("PROJECT_RULE")?,
        max_running_jobs: number("MAX_RUNNING_JOBS")?,
        max_provisioned_instances: number("MAX_INSTANCES")?,
    })
}

/// The clock.
pub fn now() -> Timestamp {
    Timestamp(soca_runtime::now_ms())
}
