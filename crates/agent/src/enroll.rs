//! Enrolment: once in a node's life, repeated until it is answered.

use crate::clock::Clock;
use crate::core::retry_ms;
use crate::http::{Answer, ControlPlane};
use crate::identity::Identity;
use crate::session::SessionToken;
use crate::{files, log};
use serde::{Deserialize, Serialize};
use soca_wire::agent::{EnrollRequest, Refusal};
use soca_wire::bootstrap::AgentConfig;
use std::io;
use std::path::Path;
use std::time::Duration;

/// What enrolment gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The node's place in its stack.
    pub node_index: u32,
    /// The instance that enrolled: a state directory copied to another instance is not enrolled.
    pub instance: String,
    /// How long to wait before the first sync, milliseconds; nothing for an agent that was enrolled before.
    #[serde(skip)]
    pub first_sync_ms: u64,
}

/// Why there is no enrolment.
#[derive(Debug, thiserror::Error)]
pub enum NotEnrolled {
    /// The join token is not good, and never will be.
    #[error("{}: {} {}", .0.code, .0.message, .0.remedy)]
    Refused(Refusal),
    /// Nobody said yes in time.
    #[error("nobody enrolled this node in {0} s: {1}")]
    Deadline(u64, String),
    /// The state directory failed.
    #[error("the enrolment cannot be stored: {0}")]
    State(#[from] io::Error),
}

/// The stored enrolment, or a new one.
pub fn enroll(
    plane: &ControlPlane,
    config: &AgentConfig,
    identity: &Identity,
    token: &SessionToken,
    state: &Path,
    deadline_seconds: Option<u64>,
) -> Result<Enrolled, NotEnrolled> {
    let path = state.join("node.json");
    if let Some(enrolled) =
        files::read_json::<Enrolled>(&path)?.filter(|old| old.instance == identity.instance)
    {
        return Ok(enrolled);
    }
    let request = request(config, identity, token);
    let (clock, mut failures) = (Clock::start(), 0);
    loop {
        let problem = match plane.enroll(&request) {
            Answer::Done(reply) => {
                let enrolled = Enrolled {
                    node_index: reply.node_index,
                    instance: identity.instance.clone(),
                    first_sync_ms: reply.interval_ms,
                };
                files::write_json(&path, &enrolled)?;
                return Ok(enrolled);
            }
            Answer::Refused(refusal) if refusal.code.starts_with("JOIN_TOKEN_") => {
                return Err(NotEnrolled::Refused(refusal));
            }
            Answer::Refused(refusal) => format!("{}: {}", refusal.code, refusal.message),
            Answer::Failed(error) => error,
        };
        failures += 1;
        let wait = retry_ms(failures, rand::random_range(0..=1000));
        log::warn("node.not_enrolled", &[("error.message", &problem), ("retry.ms", &wait)]);
        if let Some(seconds) = deadline_seconds
            && clock.steady_ms() + wait > seconds * 1000
        {
            return Err(NotEnrolled::Deadline(seconds, problem));
        }
        std::thread::sleep(Duration::from_millis(wait));
    }
}

fn request(config: &AgentConfig, identity: &Identity, token: &SessionToken) -> EnrollRequest {
    EnrollRequest {
        stack: config.stack.clone(),
        instance: identity.instance.clone(),
        join_token: config.join_token.clone(),
        session_token: token.as_str().to_owned(),
        hostname: identity.hostname.clone(),
        address: identity.address.clone(),
        instance_type: identity.instance_type.clone(),
        cpus: identity.cpus,
        memory_mib: identity.memory_mib,
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
