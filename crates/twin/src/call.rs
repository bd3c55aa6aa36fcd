//! HTTP calls to the planes' internal endpoints and to the machine room: JSON on loopback.

use serde_json::Value;
use std::time::Duration;

/// The header with the planes' shared secret.
pub const SECRET_HEADER: &str = "x-soca-internal";

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// It was answered with a status that is no success.
    Refused(u16, Value),
    /// It was not answered.
    Lost(String),
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CallError::Refused(status, body) => {
                let text = body.get("error").or(body.get("message")).and_then(Value::as_str);
                write!(f, "{} ({status})", text.unwrap_or("refused"))
            }
            CallError::Lost(error) => write!(f, "no answer: {error}"),
        }
    }
}

/// Where calls go, and the proof that they may be made.
#[derive(Clone, Debug)]
pub struct Caller {
    agent: ureq::Agent,
    base: String,
    header: (&'static str, String),
}

impl Caller {
    /// Calls to a plane.
    pub fn plane(base: impl Into<String>, secret: &str) -> Caller {
        Caller::with(base, (SECRET_HEADER, secret.to_owned()))
    }

    /// Calls to the machine room.
    pub fn room(base: impl Into<String>, token: &str) -> Caller {
        Caller::with(base, ("authorization", format!("Bearer {token}")))
    }

    fn with(base: impl Into<String>, header: (&'static str, String)) -> Caller {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_secs(120))).build().new_agent();
        Caller { agent, base: base.into(), header }
    }

    /// `GET`
    pub fn get(&self, path: &str) -> Result<Value, CallError> {
        let request = self.agent.get(format!("{}{path}", self.base));
        answer(request.header(self.header.0, &self.header.1).call())
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        let request = self.agent.post(format!("{}{path}", self.base));
        answer(request.header(self.header.0, &self.header.1).send_json(body))
    }

    /// `DELETE`
    pub fn delete(&self, path: &str) -> Result<Value, CallError> {
        let request = self.agent.delete(format!("{}{path}", self.base));
        answer(request.header(self.header.0, &self.header.1).call())
    }
}

fn answer(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, CallError> {
    let mut response = result.map_err(|error| CallError::Lost(error.to_string()))?;
    let status = response.status().as_u16();
    let body = response.body_mut().read_json::<Value>();
    match body {
        Ok(body) if status < 300 => Ok(body),
        Ok(body) => Err(CallError::Refused(status, body)),
        Err(error) => Err(CallError::Lost(error.to_string())),
    }
}
