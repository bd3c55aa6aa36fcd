//! Projects: list, show, set, remove.

use crate::{auth::SignedIn, error::ApiError, parse::body, state::ApiState};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use soca_app::{
    Error,
    projects::{self, ProjectStanding},
    queues::only_administrators,
};
use soca_domain::{Code, Fault, id::shorten};
use soca_wire::{api, convert};

/// `GET /v1/projects`
pub(super) async fn list(
    State(state): State<ApiState>,
    _caller: SignedIn,
) -> Result<Json<api::ProjectList>, ApiError> {
    let all = projects::standing(&*state.store).await?;
    Ok(Json(api::ProjectList { projects: all.iter().map(shown).collect() }))
}

/// `GET /v1/projects/{name}`
pub(super) async fn show(
    State(state): State<ApiState>,
    _caller: SignedIn,
    Path(name): Path<String>,
) -> Result<Json<api::Project>, ApiError> {
    Ok(Json(shown(&projects::find(&*state.store, &name.parse()?).await?)))
}

/// `PUT /v1/projects/{name}`: makes it, or replaces all of its settings; what was spent stays.
pub(super) async fn put(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Result<Json<api::Project>, ApiError> {
    only_administrators(&caller)?;
    let asked: api::ProjectSettings = body(&bytes)?;
    if asked.name != name {
        return Err(other_name(&asked.name, &name).into());
    }
    let project = convert::project_rules(&asked).map_err(Error::Refused)?;
    Ok(Json(shown(&projects::put(&state.mover(), &caller, &project).await?)))
}

/// `DELETE /v1/projects/{name}`: answers it as it was.
pub(super) async fn remove(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(name): Path<String>,
) -> Result<Json<api::Project>, ApiError> {
    Ok(Json(shown(&projects::remove(&state.mover(), &caller, &name.parse()?).await?)))
}

fn shown(found: &ProjectStanding) -> api::Project {
    convert::project(&found.project, &found.account)
}

fn other_name(body: &str, address: &str) -> Fault {
    let (body, address) = (shorten(body), shorten(address));
    Fault::new(
        Code::BadBody,
        format!("The body is about project \"{body}\", the address about \"{address}\"."),
        "Write the same name in both; a project cannot be renamed.",
    )
}
