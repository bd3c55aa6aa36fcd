//! Calls to the control plane.

use serde::{Serialize, de::DeserializeOwned};
use soca_wire::agent::{EnrollReply, EnrollRequest, Refusal, SyncReply, SyncRequest};
use std::time::Duration;

/// The largest answer that is read.
const LARGEST_REPLY: u64 = 32 * 1024 * 1024;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It was done.
    Done(T),
    /// It was refused (4xx).
    Refused(Refusal),
    /// Nobody answered, or not as the protocol says: whether it was done is not known.
    Failed(String),
}

/// The control plane, as seen from here.
#[derive(Clone, Debug)]
pub struct ControlPlane {
    agent: ureq::Agent,
    endpoint: String,
}

impl ControlPlane {
    /// The control plane at this address.
    pub fn new(endpoint: &str) -> ControlPlane {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(Duration::from_secs(60)))
            .max_idle_connections(1)
            .input_buffer_size(16 * 1024)
            .output_buffer_size(16 * 1024)
            .user_agent(concat!("soca-agent/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        ControlPlane { agent, endpoint: endpoint.trim_end_matches('/').to_owned() }
    }

    /// `POST /agent/v1/enroll`
    pub fn enroll(&self, request: &EnrollRequest) -> Answer<EnrollReply> {
        self.post("/agent/v1/enroll", None, request)
    }

    /// `POST /agent/v1/sync`
    pub fn sync(&self, session_token: &str, request: &SyncRequest) -> Answer<SyncReply> {
        self.post("/agent/v1/sync", Some(session_token), request)
    }

    fn post<T: DeserializeOwned>(&self, path: &str, token: Option<&str>, body: &impl Serialize) -> Answer<T> {
        self.try_post(path, token, body).unwrap_or_else(Answer::Failed)
    }

    fn try_post<T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Answer<T>, String> {
        let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        let mut request =
            self.agent.post(format!("{}{path}", self.endpoint)).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = request.send(&body[..]).map_err(|error| error.to_string())?;
        let status = response.status();
        let reader = response.body_mut().with_config().limit(LARGEST_REPLY);
        let bytes = reader.read_to_vec().map_err(|error| error.to_string())?;
        if status.is_success() {
            let reply = serde_json::from_slice(&bytes);
            return reply.map(Answer::Done).map_err(|error| format!("the answer is not understood: {error}"));
        }
        match serde_json::from_slice(&bytes) {
            Ok(refusal) if status.is_client_error() => Ok(Answer::Refused(refusal)),
            Ok(_) | Err(_) => Err(format!("status {status}")),
        }
    }
}
