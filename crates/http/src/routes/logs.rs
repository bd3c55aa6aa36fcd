//! Output of jobs, piece by piece.

use crate::{auth::SignedIn, error::ApiError, parse::Query, state::ApiState};
use axum::{
    Json,
    extract::{Path, Query as AxumQuery, State},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use soca_app::read_jobs::{self, OutputQuery};
use soca_domain::{Attempt, Code, ElementIndex, Fault};
use soca_wire::api;
use std::collections::HashMap;

/// `GET /v1/jobs/{id}/logs?stream=&element=&attempt=&offset=`
pub(super) async fn read(
    State(state): State<ApiState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    AxumQuery(params): AxumQuery<HashMap<String, String>>,
) -> Result<Json<api::LogPiece>, ApiError> {
    let query = Query(params);
    let asked = OutputQuery {
        element: query.get("element")?.map(ElementIndex),
        attempt: query.get("attempt")?.map(Attempt),
        stderr: is_stderr(query.text("stream"))?,
        offset: query.get("offset")?.unwrap_or(0),
    };
    let job = read_jobs::job(&*state.store, &caller, id.parse()?).await?;
    let output = read_jobs::read_output(&*state.store, &*state.artifacts, &job, &asked).await?;
    Ok(Json(api::LogPiece {
        attempt: output.attempt.0,
        offset: output.piece.offset,
        next_offset: output.piece.offset + output.piece.bytes.len() as u64,
        data: STANDARD.encode(&output.piece.bytes),
        complete: output.complete,
    }))
}

fn is_stderr(stream: Option<&str>) -> Result<bool, Fault> {
    match stream {
        None | Some("stdout") => Ok(false),
        Some("stderr") => Ok(true),
        Some(_) => {
            Err(Fault::new(Code::BadQuery, "There is no such stream.", "Use stream=stdout or stream=stderr."))
        }
    }
}
