//! The API's operations, one function each.

use super::{
    client::{Answered, Client},
    retry::Repeat,
    transport::Method,
};
use crate::failure::Failure;
use soca_domain::JobId;
use soca_wire::api::{
    ElementList, Explanation, Info, Job, LogPiece, Price, Project, ProjectList, ProjectSettings, QueueList,
    QueueSettings, StackList, SubmitReply, SubmitRequest, WhoAmI,
};

/// What a call brings.
pub type Outcome<T> = Result<Answered<T>, Failure>;

/// What can be done to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// End it.
    Cancel,
    /// Keep it from starting.
    Hold,
    /// Let it start.
    Release,
}

/// Which piece of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// `stdout` or `stderr`.
    pub stream: &'static str,
    /// Of which element of an array.
    pub element: Option<u32>,
    /// Of which attempt; the last one if not said.
    pub attempt: Option<u32>,
    /// From which byte.
    pub offset: u64,
}

impl Client<'_> {
    /// `GET /v1/info`
    pub fn info(&self) -> Outcome<Info> {
        self.read(&self.open_get("/v1/info")?)
    }

    /// `GET /v1/whoami`
    pub fn whoami(&self) -> Outcome<WhoAmI> {
        self.get("/v1/whoami")
    }

    /// `POST /v1/jobs`; repeated with the same key as often as the connection breaks.
    pub fn submit(&self, request: &SubmitRequest, key: &str, dry_run: bool) -> Outcome<SubmitReply> {
        let path = if dry_run { "/v1/jobs?dry_run=true" } else { "/v1/jobs" };
        let body = serde_json::to_vec(request).unwrap_or_default();
        let request = self.request(Method::Post, path).header("idempotency-key", key);
        self.call(request.body("application/json", body), Repeat::Safe)
    }

    /// `GET /v1/jobs/{id}`
    pub fn job(&self, id: JobId) -> Outcome<Job> {
        self.get(&format!("/v1/jobs/{id}"))
    }

    /// `GET /v1/jobs`, as it comes.
    pub fn jobs(&self, limit: u32, from: Option<&str>, all: bool) -> Outcome<serde_json::Value> {
        let from = from.map(|from| format!("&from={}", encode(from))).unwrap_or_default();
        let all = if all { "&all=true" } else { "" };
        self.get(&format!("/v1/jobs?limit={limit}{from}{all}"))
    }

    /// `DELETE /v1/jobs/{id}`, `POST /v1/jobs/{id}/hold`, `POST /v1/jobs/{id}/release`
    pub fn change(&self, id: JobId, change: Change) -> Outcome<Job> {
        let (method, tail, repeat) = match change {
            Change::Cancel => (Method::Delete, "", Repeat::Safe),
            Change::Hold => (Method::Post, "/hold", Repeat::Never),
            Change::Release => (Method::Post, "/release", Repeat::Never),
        };
        self.call(self.request(method, &format!("/v1/jobs/{id}{tail}")), repeat)
    }

    /// `GET /v1/jobs/{id}/elements`
    pub fn elements(&self, id: JobId) -> Outcome<ElementList> {
        self.get(&format!("/v1/jobs/{id}/elements"))
    }

    /// `GET /v1/jobs/{id}/logs`
    pub fn log_piece(&self, id: JobId, piece: Piece) -> Outcome<LogPiece> {
        let part = |name: &str, value: Option<u32>| value.map(|v| format!("&{name}={v}")).unwrap_or_default();
        let (element, attempt) = (part("element", piece.element), part("attempt", piece.attempt));
        let Piece { stream, offset, .. } = piece;
        self.get(&format!("/v1/jobs/{id}/logs?stream={stream}{element}{attempt}&offset={offset}"))
    }

    /// `GET /v1/jobs/{id}/explanation`
    pub fn explanation(&self, id: JobId) -> Outcome<Explanation> {
        self.get(&format!("/v1/jobs/{id}/explanation"))
    }

    /// `GET /v1/queues`
    pub fn queues(&self) -> Outcome<QueueList> {
        self.get("/v1/queues")
    }

    /// `GET /v1/queues/{name}`
    pub fn queue(&self, name: &str) -> Outcome<QueueSettings> {
        self.get(&format!("/v1/queues/{}", encode(name)))
    }

    /// `PUT /v1/queues/{name}`
    pub fn put_queue(&self, settings: &QueueSettings) -> Outcome<QueueSettings> {
        let body = serde_json::to_vec(settings).unwrap_or_default();
        let request = self.request(Method::Put, &format!("/v1/queues/{}", encode(&settings.name)));
        self.call(request.body("application/json", body), Repeat::Safe)
    }

    /// `DELETE /v1/queues/{name}`
    pub fn remove_queue(&self, name: &str) -> Outcome<QueueSettings> {
        self.call(self.request(Method::Delete, &format!("/v1/queues/{}", encode(name))), Repeat::Never)
    }

    /// `GET /v1/projects`
    pub fn projects(&self) -> Outcome<ProjectList> {
        self.get("/v1/projects")
    }

    /// `GET /v1/projects/{name}`
    pub fn project(&self, name: &str) -> Outcome<Project> {
        self.get(&format!("/v1/projects/{}", encode(name)))
    }

    /// `PUT /v1/projects/{name}`
    pub fn put_project(&self, settings: &ProjectSettings) -> Outcome<Project> {
        let body = serde_json::to_vec(settings).unwrap_or_default();
        let request = self.request(Method::Put, &format!("/v1/projects/{}", encode(&settings.name)));
        self.call(request.body("application/json", body), Repeat::Safe)
    }

    /// `DELETE /v1/projects/{name}`
    pub fn remove_project(&self, name: &str) -> Outcome<Project> {
        self.call(self.request(Method::Delete, &format!("/v1/projects/{}", encode(name))), Repeat::Never)
    }

    /// `GET /v1/stacks`
    pub fn stacks(&self) -> Outcome<StackList> {
        self.get("/v1/stacks")
    }

    /// `GET /v1/price`
    pub fn price(&self, instance_type: &str, nodes: u32, walltime_seconds: Option<u64>) -> Outcome<Price> {
        let walltime = walltime_seconds.map(|s| format!("&walltime={s}")).unwrap_or_default();
        self.get(&format!("/v1/price?instance_type={}&nodes={nodes}{walltime}", encode(instance_type)))
    }

    fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Outcome<T> {
        self.call(self.request(Method::Get, path), Repeat::Safe)
    }
}

/// Percent-encodes everything that has a meaning in an address.
fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_are_encoded() {
        assert_eq!(super::encode("c5.large"), "c5.large");
        assert_eq!(super::encode("a b&c=/é"), "a%20b%26c%3D%2F%C3%A9");
    }
}
