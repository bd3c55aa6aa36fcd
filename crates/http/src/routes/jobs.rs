//! Jobs: submit, list, show, cancel, hold, release, elements, explanation.

use crate::{
    auth::SignedIn,
    error::ApiError,
    parse::{Query, body},
    state::ApiState,
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query as AxumQuery, State},
    http::{HeaderMap, StatusCode},
};
use soca_app::{
    cancel_job,
    explain_job::Reasons,
    hold_job, read_jobs,
    run_order::output_paths,
    submit_job::{Submission, SubmitJob},
};
use soca_domain::{Code, Fault, Job, JobId, Timestamp, element::ElementCounts, id::shorten};
use soca_wire::{api, convert};
use std::collections::HashMap;

type Params = AxumQuery<HashMap<String, String>>;

/// `POST /v1/jobs`: 201 with the job; 200 after a dry run, or when the idempotency key had made it before.
pub(super) async fn submit(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    AxumQuery(params): Params,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<api::SubmitReply>), ApiError> {
    let asked: api::SubmitRequest = body(&bytes)?;
    let submission = Submission {
        caller,
        script: asked.script.into_bytes(),
        options: asked.options,
        workdir: asked.workdir,
        default_name: asked.default_name,
        submit_host: asked.submit_host.unwrap_or_else(|| "localhost".into()),
        environment: asked.environment.into_iter().map(|v| (v.name, v.value)).collect(),
        idempotency_key: idempotency_key(&headers)?,
        dry_run: Query(params).flag("dry_run")?,
    };
    let now = (state.clock)();
    let accepted = use_case(&state).run(&submission, now).await?;
    let fresh = accepted.job.is_some() && !accepted.repeated;
    let reply = api::SubmitReply {
        job: accepted.job.as_ref().map(|job| plain(job, now)),
        repeated: accepted.repeated,
        warnings: accepted.warnings.into_iter().map(warning).collect(),
        quote_micro_usd: accepted.quote.map(|q| q.0),
    };
    Ok((if fresh { StatusCode::CREATED } else { StatusCode::OK }, Json(reply)))
}

fn use_case(state: &ApiState) -> SubmitJob<'_> {
    SubmitJob {
        store: &*state.store,
        catalog: &*state.catalog,
        artifacts: &*state.artifacts,
        prices: &*state.prices,
        bus: &*state.bus,
        settings: &state.settings,
    }
}

/// At most 128 visible ASCII characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if text.is_empty() || text.len() > 128 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::new(
            Code::BadBody,
            format!("The idempotency key \"{}\" cannot be used.", shorten(text)),
            "Use up to 128 visible ASCII characters, for example a UUID.",
        ));
    }
    Ok(Some(text.to_owned()))
}

fn warning(w: soca_app::submit_job::Warning) -> api::Warning {
    api::Warning { line: w.line, column: w.column, name: w.name, message: w.message }
}

fn plain(job: &Job, now: Timestamp) -> api::Job {
    convert::job(job, None, None, output_paths(job), now)
}

/// `GET /v1/jobs`
pub(super) async fn list(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    AxumQuery(params): Params,
) -> Result<Json<api::JobList>, ApiError> {
    let query = Query(params);
    let limit = query.get("limit")?.unwrap_or(50);
    let page = read_jobs::list(&*state.store, &caller, query.flag("all")?, limit, query.text("from")).await?;
    let now = (state.clock)();
    let mut reasons = Reasons::new(&*state.store, &state.settings, now);
    let mut jobs = Vec::new();
    for job in &page.items {
        let wait = reasons.of(job).await?;
        jobs.push(convert::job(job, wait.as_ref(), None, output_paths(job), now));
    }
    Ok(Json(api::JobList { jobs, next: page.next }))
}

/// `GET /v1/jobs/{id}`
pub(super) async fn show(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<api::Job>, ApiError> {
    let job = read_jobs::job(&*state.store, &caller, id.parse()?).await?;
    full(&state, &job).await
}

async fn full(state: &ApiState, job: &Job) -> Result<Json<api::Job>, ApiError> {
    let now = (state.clock)();
    let wait = Reasons::new(&*state.store, &state.settings, now).of(job).await?;
    let counts = element_counts(state, job).await?;
    Ok(Json(convert::job(job, wait.as_ref(), counts, output_paths(job), now)))
}

async fn element_counts(state: &ApiState, job: &Job) -> Result<Option<ElementCounts>, ApiError> {
    match job.array {
        None => Ok(None),
        Some(_) => Ok(Some(read_jobs::elements(&*state.store, job).await?.0)),
    }
}

/// `DELETE /v1/jobs/{id}`
pub(super) async fn cancel(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<api::Job>, ApiError> {
    let id: JobId = id.parse()?;
    let job = cancel_job::cancel(state.mover(), &caller, id, (state.clock)()).await?;
    full(&state, &job).await
}

/// `POST /v1/jobs/{id}/hold`
pub(super) async fn hold(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<api::Job>, ApiError> {
    let job = hold_job::hold(state.mover(), &caller, id.parse()?, (state.clock)()).await?;
    full(&state, &job).await
}

/// `POST /v1/jobs/{id}/release`
pub(super) async fn release(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<api::Job>, ApiError> {
    let job = hold_job::release(state.mover(), &caller, id.parse()?, (state.clock)()).await?;
    full(&state, &job).await
}

/// `GET /v1/jobs/{id}/elements`
pub(super) async fn elements(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<api::ElementList>, ApiError> {
    let job = read_jobs::job(&*state.store, &caller, id.parse()?).await?;
    let (counts, chunks) = read_jobs::elements(&*state.store, &job).await?;
    Ok(Json(convert::elements(counts, &chunks)))
}

/// `GET /v1/jobs/{id}/explanation`
pub(super) async fn explain(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<api::Explanation>, ApiError> {
    let job = read_jobs::job(&*state.store, &caller, id.parse()?).await?;
    let wait = Reasons::new(&*state.store, &state.settings, (state.clock)()).of(&job).await?;
    let counts = element_counts(&state, &job).await?;
    Ok(Json(convert::explanation(&job, wait.as_ref(), counts)))
}
