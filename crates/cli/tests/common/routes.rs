//! The fake API's routes.

use super::{
    http::{Reply, Request},
    job, queues,
    server::State,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use soca_wire::api::{Info, Job, JobList, LogPiece, SubmitReply, SubmitRequest, Warning};

pub(crate) fn answer(request: &Request, state: &mut State) -> Reply {
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    if request.path == "/v1/info" {
        return Reply::ok(&Info {
            cluster: "soca-test".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            cognito_endpoint: state.url.clone(),
            client_id: "client-1".into(),
            shared_root: state.shared_root.clone(),
        });
    }
    if let Some(refusal) = unauthenticated(request, state) {
        return refusal;
    }
    if let Some(garbage) = state.garbage.clone().filter(|_| parts.len() > 2) {
        return Reply { status: 200, body: garbage };
    }
    match (request.method.as_str(), &parts[..]) {
        ("GET", ["v1", "whoami"]) => Reply::ok(&json!({"user": "alice", "admin": state.admin})),
        ("GET", ["v1", "queues"]) => Reply::ok(&queues::list(state)),
        (method, ["v1", "queues", name]) => queues::one(method, name, request, state),
        ("GET", ["v1", "stacks"]) => Reply::ok(&stacks(state)),
        ("GET", ["v1", "price"]) => price(request),
        ("POST", ["v1", "jobs"]) => submit(request, state),
        ("GET", ["v1", "jobs"]) => list(request, state),
        (method, ["v1", "jobs", id, rest @ ..]) => one(method, id.parse().unwrap_or(0), rest, request, state),
        _ => Reply::refusal(404, "ROUTE_NOT_FOUND", "There is no such page.", "Check the address."),
    }
}

fn unauthenticated(request: &Request, state: &State) -> Option<Reply> {
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let good = token == "given-token" || state.cognito.access_tokens.iter().any(|known| known == token);
    (!good).then(|| Reply::refusal(401, "TOKEN_EXPIRED", "The token has expired.", "Sign in again."))
}

fn submit(request: &Request, state: &mut State) -> Reply {
    let body: SubmitRequest = serde_json::from_slice(&request.body).unwrap();
    let parsed = match soca_directives::read_job(body.script.as_bytes(), &body.options) {
        Ok(parsed) => parsed,
        Err(faults) => {
            return Reply::refusal(400, faults[0].code.as_str(), &faults[0].message, &faults[0].remedy);
        }
    };
    if parsed.request.queue.as_ref().is_some_and(|queue| queue.as_str() == "nowhere") {
        return Reply::refusal(
            400,
            "UNKNOWN_QUEUE",
            "There is no queue \"nowhere\".",
            "See the queues with: soca queues",
        );
    }
    let warnings = parsed
        .warnings
        .into_iter()
        .map(|w| Warning { line: w.line, column: w.column, name: w.name, message: w.message })
        .collect();
    let quote = parsed.request.resources.walltime.map(|w| w.as_secs() * 47);
    if request.query.get("dry_run").is_some_and(|dry| dry == "true") {
        return Reply::ok(&SubmitReply { job: None, repeated: false, warnings, quote_micro_usd: quote });
    }
    let key = request.header("idempotency-key").to_owned();
    let known = state.keys.get(&key).copied();
    let id = known.unwrap_or_else(|| state.add(&body));
    state.keys.insert(key, id);
    let job = state.jobs[&id].job.clone();
    Reply::ok(&SubmitReply { job: Some(job), repeated: known.is_some(), warnings, quote_micro_usd: quote })
}

fn list(request: &Request, state: &State) -> Reply {
    let limit = usize::try_from(request.number("limit").unwrap_or(20)).unwrap();
    let below = request.number("from").unwrap_or(u64::MAX);
    let mut jobs: Vec<Job> =
        state.jobs.range(..below).rev().take(limit + 1).map(|(_, fake)| fake.job.clone()).collect();
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    let next = jobs.last().filter(|_| more).map(|job| job.id.to_string());
    Reply::ok(&JobList { jobs, next })
}

fn one(method: &str, id: u64, rest: &[&str], request: &Request, state: &mut State) -> Reply {
    state.log_reads += u32::from(rest == ["logs"]);
    let Some(fake) = state.jobs.get_mut(&id) else {
        return Reply::refusal(
            404,
            "JOB_NOT_FOUND",
            &format!("There is no job {id}."),
            "See your jobs with: soca list",
        );
    };
    match (method, rest) {
        ("GET", []) => Reply::ok(&fake.look()),
        ("DELETE", []) if fake.job.ended => ended(id),
        ("DELETE", []) => {
            fake.cancel();
            Reply::ok(&fake.job)
        }
        ("POST", ["hold" | "release"]) if fake.job.ended => ended(id),
        ("POST", [what @ ("hold" | "release")]) => {
            fake.stuck = *what == "hold";
            fake.job.state = if fake.stuck { "held" } else { "queued" }.into();
            Reply::ok(&fake.job)
        }
        ("GET", ["logs"]) => logs(fake, request),
        ("GET", ["elements"]) => Reply::ok(&elements()),
        ("GET", ["explanation"]) => Reply::ok(&explanation(&fake.job)),
        _ => Reply::refusal(404, "ROUTE_NOT_FOUND", "There is no such page.", "Check the address."),
    }
}

fn ended(id: u64) -> Reply {
    Reply::refusal(
        409,
        "JOB_ENDED",
        &format!("Job {id} has already ended."),
        "Submit it again if you need it.",
    )
}

/// At most seven bytes a piece, so that every reader must go on.
fn logs(fake: &job::FakeJob, request: &Request) -> Reply {
    let attempt = request.number("attempt").map_or(fake.attempt(), |number| u32::try_from(number).unwrap());
    let (shown, all) = fake.shown(request.query["stream"] == "stderr", attempt);
    let offset = usize::try_from(request.number("offset").unwrap_or(0)).unwrap().min(shown.len());
    let end = shown.len().min(offset + 7);
    Reply::ok(&LogPiece {
        attempt,
        offset: offset as u64,
        next_offset: end as u64,
        data: BASE64_STANDARD.encode(&shown[offset..end]),
        complete: all && end == shown.len(),
    })
}

fn explanation(job: &Job) -> serde_json::Value {
    json!({
        "job": job.id, "state": job.state, "summary": "It waits for its turn.", "wait": job.wait, "reason": job.reason,
        "history": [
            {"at": "2026-11-23T07:50:00.000Z", "what": "alice submitted it."},
            {"at": "2026-11-23T07:50:01.500Z", "what": "It was queued in normal."}
        ]
    })
}

fn elements() -> serde_json::Value {
    let element = |index, state: &str, code: Option<i32>, ended: Option<&str>| {
        json!({
            "index": index, "state": state, "attempt": 1, "exit_code": code,
            "started_at": "2026-11-23T07:52:00.000Z", "ended_at": ended, "reason": null
        })
    };
    let elements = [
        element(1, "completed", Some(0), Some("2026-11-23T07:53:30.000Z")),
        element(2, "running", None, None),
    ];
    json!({"counts": job::counts(), "elements": elements})
}

fn stacks(state: &State) -> serde_json::Value {
    let live = state.jobs.values().filter(|fake| !fake.job.ended && !fake.job.attempts.is_empty());
    let stacks: Vec<_> = live.map(|fake| {
        let node = |index: u32| json!({
            "index": index, "instance": format!("i-0abc{index}"), "instance_type": "c5.large",
            "hostname": format!("ip-10-0-0-{index}"), "state": "up", "last_seen": "2026-11-23T07:59:50.000Z"
        });
        json!({
            "id": format!("soca-{}-1", fake.job.id), "job": fake.job.id, "owner": "alice", "queue": "normal",
            "state": "ready", "created_at": "2026-11-23T07:51:00.000Z", "nodes_wanted": 2, "nodes": [node(1), node(2)]
        })
    }).collect();
    json!({"stacks": stacks})
}

fn price(request: &Request) -> Reply {
    let name = &request.query["instance_type"];
    if name != "c5.large" {
        let message = format!("There is no instance type {name}.");
        return Reply::refusal(
            400,
            "UNKNOWN_INSTANCE_TYPE",
            &message,
            "Check the name, for example c5.large.",
        );
    }
    let nodes = request.number("nodes").unwrap_or(1);
    let total = request.number("walltime").map(|seconds| 85_000 * nodes * seconds / 3600);
    Reply::ok(&json!({
        "instance_type": name, "vcpus": 2, "cores": 1, "memory_mib": 4096, "hourly_micro_usd": 85_000, "nodes": nodes,
        "total_micro_usd": total
    }))
}
