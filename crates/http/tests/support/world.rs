//! The API on fakes that behave.

use super::{NOW, verifier};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::Value;
use soca_app::{Settings, ports::Store};
use soca_fakes::{
    FakeArtifacts, FakeBus, FakeClock, FakeCloud, FakeWorkflow, asl::Machine, store::MemoryStore,
};
use soca_http::{AgentState, ApiState, ClusterInfo, agent_router, api_router};
use std::sync::Arc;
use tower::ServiceExt;

pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) bus: Arc<FakeBus>,
    api: Router,
    agent: Router,
}

pub(crate) fn world() -> World {
    let store = Arc::new(MemoryStore::new());
    let bus = Arc::new(FakeBus::default());
    let cloud = Arc::new(FakeCloud::new(Arc::new(FakeClock::default()), 1));
    let machine = Machine::parse(include_str!("../../../../statemachines/compute-stack.asl.json")).unwrap();
    let workflow = Arc::new(FakeWorkflow::new(machine));
    let artifacts = Arc::new(FakeArtifacts::default());
    let clock: Arc<dyn Fn() -> soca_domain::Timestamp + Send + Sync> = Arc::new(|| NOW);
    let api = ApiState {
        store: Arc::clone(&store) as Arc<dyn Store>,
        workflow: Arc::clone(&workflow) as _,
        bus: Arc::clone(&bus) as _,
        catalog: Arc::clone(&cloud) as _,
        artifacts: Arc::clone(&artifacts) as _,
        prices: cloud,
        verifier: Arc::new(verifier().0),
        settings: Arc::new(Settings::default()),
        info: Arc::new(ClusterInfo {
            cluster: "soca".into(),
            cognito_endpoint: "https://cognito-idp.us-east-1.amazonaws.com".into(),
            client_id: super::CLIENT.into(),
        }),
        clock: Arc::clone(&clock),
    };
    let agent =
        AgentState { store: Arc::clone(&store) as _, workflow, bus: Arc::clone(&bus) as _, artifacts, clock };
    World { store, bus, api: api_router(api), agent: agent_router(agent) }
}

impl World {
    /// One request; the answer's status and JSON body.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: impl Into<Body>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let router = if request.uri().path().starts_with("/agent") { &self.agent } else { &self.api };
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Submits a script as a user.
    pub(crate) async fn submit(&self, user: &str, script: &str) -> (StatusCode, Value) {
        let body = serde_json::json!({ "script": script }).to_string();
        self.call("POST", "/v1/jobs", Some(&super::token(user)), body).await
    }
}
