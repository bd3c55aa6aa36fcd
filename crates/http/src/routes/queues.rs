//! Queues: list, show, set, remove.

use crate::{auth::SignedIn, error::ApiError, parse::body, state::ApiState};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use soca_app::{Error, queues};
use soca_domain::{Code, Fault, id::shorten, queue::QueuePolicy};
use soca_wire::{api, convert};

/// `GET /v1/queues`
pub(super) async fn list(
    State(state): State<ApiState>,
    _caller: SignedIn,
) -> Result<Json<api::QueueList>, ApiError> {
    let all = queues::standing(&*state.store, &state.settings).await?;
    let queues = all.iter().map(|q| convert::queue(&q.policy, q.usage, q.waiting, q.more)).collect();
    Ok(Json(api::QueueList { queues }))
}

/// `GET /v1/queues/{name}`
pub(super) async fn show(
    State(state): State<ApiState>,
    _caller: SignedIn,
    Path(name): Path<String>,
) -> Result<Json<api::QueueSettings>, ApiError> {
    let policy = queues::find(&*state.store, &state.settings, &name.parse()?).await?;
    Ok(settings(&policy))
}

/// `PUT /v1/queues/{name}`: makes it, or replaces all of its settings; answers them as they are now.
pub(super) async fn put(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Result<Json<api::QueueSettings>, ApiError> {
    queues::only_administrators(&caller)?;
    let asked: api::QueueSettings = body(&bytes)?;
    if asked.name != name {
        return Err(other_name(&asked.name, &name).into());
    }
    let defaults = queues::defaults::read(&asked.defaults)?;
    let policy = convert::queue_policy(&asked, defaults).map_err(Error::Refused)?;
    queues::put(&state.mover(), &state.settings, &caller, &policy).await?;
    Ok(settings(&policy))
}

/// `DELETE /v1/queues/{name}`: answers its settings as they were.
pub(super) async fn remove(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(name): Path<String>,
) -> Result<Json<api::QueueSettings>, ApiError> {
    let policy = queues::remove(&*state.store, &state.settings, &caller, &name.parse()?).await?;
    Ok(settings(&policy))
}

fn settings(policy: &QueuePolicy) -> Json<api::QueueSettings> {
    Json(convert::queue_settings(policy, queues::defaults::write(&policy.defaults)))
}

fn other_name(body: &str, address: &str) -> Fault {
    Fault::new(
        Code::BadBody,
        format!("The body is about queue \"{}\", the address about \"{}\".", shorten(body), shorten(address)),
        "Write the same name in both; a queue cannot be renamed.",
    )
}
