//! What the routers need: ports, settings and a clock, put together by each function's `main`.

use crate::auth::Verifier;
use soca_app::{
    Settings,
    ports::{Artifacts, Bus, Catalog, Prices, Store, Workflow},
    transition::Mover,
};
use soca_domain::Timestamp;
use std::sync::Arc;

/// The shell's clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything the API needs.
#[derive(Clone)]
#[allow(missing_docs, reason = "the ports are documented where they are declared")]
pub struct ApiState {
    pub store: Arc<dyn Store>,
    pub workflow: Arc<dyn Workflow>,
    pub bus: Arc<dyn Bus>,
    pub catalog: Arc<dyn Catalog>,
    pub artifacts: Arc<dyn Artifacts>,
    pub prices: Arc<dyn Prices>,
    pub verifier: Arc<Verifier>,
    pub settings: Arc<Settings>,
    pub info: Arc<ClusterInfo>,
    pub clock: Clock,
}

/// What `GET /v1/info` tells everybody.
#[derive(Clone, Debug)]
pub struct ClusterInfo {
    /// The cluster's id.
    pub cluster: String,
    /// Where Cognito answers.
    pub cognito_endpoint: String,
    /// The app client's id.
    pub client_id: String,
}

impl ApiState {
    /// What moving jobs needs.
    pub(crate) fn mover(&self) -> Mover<'_> {
        Mover { store: &*self.store, workflow: &*self.workflow, bus: &*self.bus }
    }
}

/// Everything the agent endpoints need.
#[derive(Clone)]
#[allow(missing_docs, reason = "the ports are documented where they are declared")]
pub struct AgentState {
    pub store: Arc<dyn Store>,
    pub workflow: Arc<dyn Workflow>,
    pub bus: Arc<dyn Bus>,
    pub artifacts: Arc<dyn Artifacts>,
    pub clock: Clock,
}

impl AgentState {
    /// What moving jobs needs.
    pub(crate) fn mover(&self) -> Mover<'_> {
        Mover { store: &*self.store, workflow: &*self.workflow, bus: &*self.bus }
    }
}
