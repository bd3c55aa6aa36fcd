//! The fake's queues: their settings are read and answered as the real API does it.

use super::{
    http::{Reply, Request},
    server::State,
};
use serde_json::{Value, json};
use soca_cli::queue::settle::settled;
use soca_domain::{Code, Fault};
use soca_wire::{api::QueueSettings, convert::error_body};

/// What the cluster begins with.
pub(crate) fn initial() -> Vec<QueueSettings> {
    let queue = |json: Value| settled(&serde_json::from_value(json).unwrap()).unwrap();
    let types = json!({"instance_type": "c5.large"});
    vec![
        queue(json!({
            "name": "normal", "description": "For everybody.", "max_running_jobs": 2,
            "max_provisioned_instances": 2, "per_user": {"running_jobs": 1}, "max_walltime": "48:00:00",
            "defaults": types
        })),
        queue(json!({"name": "long", "description": "For everybody.", "defaults": types})),
    ]
}

/// `GET /v1/queues`
pub(crate) fn list(state: &State) -> Value {
    let queue = |queue: &QueueSettings| {
        let max = queue.max_running_jobs;
        json!({
            "name": queue.name, "description": queue.description, "running_jobs": 2, "max_running_jobs": max,
            "provisioned_instances": 4, "max_provisioned_instances": queue.max_provisioned_instances,
            "waiting_jobs": 7, "waiting_jobs_more": max.is_some(), "default_instance_types": ["c5.large"]
        })
    };
    json!({"queues": state.queues.iter().map(queue).collect::<Vec<_>>()})
}

/// `GET`, `PUT` and `DELETE /v1/queues/{name}`
pub(crate) fn one(method: &str, name: &str, request: &Request, state: &mut State) -> Reply {
    let at = state.queues.iter().position(|queue| queue.name == name);
    match (method, at) {
        ("PUT" | "DELETE", _) if !state.admin => {
            refuse(403, &[Fault::new(Code::AdminOnly, "alice is no administrator.", "Ask an administrator.")])
        }
        ("PUT", _) if name == "locked" => {
            refuse(409, &[Fault::new(Code::QueueInUse, "Somebody sits on it.", "Ask them to get up.")])
        }
        ("PUT", _) => put(at, request, state),
        (_, None) => refuse(
            400,
            &[Fault::new(
                Code::UnknownQueue,
                format!("There is no queue \"{name}\"."),
                "Choose one of: normal, long.",
            )],
        ),
        ("DELETE", Some(at)) => Reply::ok(&state.queues.remove(at)),
        (_, Some(at)) => Reply::ok(&state.queues[at]),
    }
}

fn put(at: Option<usize>, request: &Request, state: &mut State) -> Reply {
    let asked: QueueSettings = serde_json::from_slice(&request.body).unwrap();
    match settled(&asked) {
        Err(faults) => refuse(400, &faults),
        Ok(settings) => {
            match at {
                Some(at) => state.queues[at] = settings.clone(),
                None => state.queues.push(settings.clone()),
            }
            Reply::ok(&settings)
        }
    }
}

fn refuse(status: u16, faults: &[Fault]) -> Reply {
    Reply { status, body: serde_json::to_string(&error_body(faults, None)).unwrap() }
}
