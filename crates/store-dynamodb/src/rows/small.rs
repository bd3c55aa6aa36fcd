//! The small rows: pointers of lists, remembered requests, the counter, the lease.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_app::ports::store::RememberedRequest;
use soca_domain::{JobId, StackId, Timestamp, UserName};

/// A job's place in a list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobPointerRow {
    pub(crate) job: JobId,
}

impl Row for JobPointerRow {
    const KIND: &'static str = "job_pointer";
}

/// A queued job's place in its queue's list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WaitingPointerRow {
    pub(crate) job: JobId,
    pub(crate) owner: UserName,
}

impl Row for WaitingPointerRow {
    const KIND: &'static str = "waiting_pointer";
}

/// A stack's place in a list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StackPointerRow {
    pub(crate) stack: StackId,
}

impl Row for StackPointerRow {
    const KIND: &'static str = "stack_pointer";
}

/// An idempotency key. `expires_at` is the table's TTL attribute, in seconds; `expires_ms` is the exact time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RequestRow {
    owner: UserName,
    key: String,
    fingerprint: String,
    job: JobId,
    expires_ms: Timestamp,
    expires_at: i64,
}

impl Row for RequestRow {
    const KIND: &'static str = "request";
}

impl From<RememberedRequest> for RequestRow {
    fn from(request: RememberedRequest) -> Self {
        let RememberedRequest { owner, key, fingerprint, job, expires_at } = request;
        Self { owner, key, fingerprint, job, expires_ms: expires_at, expires_at: expires_at.seconds() + 1 }
    }
}

impl From<RequestRow> for RememberedRequest {
    fn from(row: RequestRow) -> Self {
        let RequestRow { owner, key, fingerprint, job, expires_ms, .. } = row;
        Self { owner, key, fingerprint, job, expires_at: expires_ms }
    }
}

/// The counter of job numbers. Written by an update expression.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CounterRow {
    /// The last number given.
    pub(crate) last: u64,
}

impl Row for CounterRow {
    const KIND: &'static str = "counter";
}

/// The lease on scheduling passes. Written by update expressions; free when it has no holder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LeaseRow {
    #[serde(default)]
    pub(crate) holder: Option<String>,
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
    pub(crate) wishes: u64,
}

impl Row for LeaseRow {
    const KIND: &'static str = "lease";
}
