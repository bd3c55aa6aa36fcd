//! Refusals as HTTP: one body, the status from the code's kind, the cause in the log and nowhere else.

use crate::request_id;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use soca_app::Error;
use soca_domain::{Code, Fault, fault::Kind};
use soca_wire::convert;

/// A handler's failure.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Error);

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The status of a kind. Existence that is private is 404, never 403.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Job => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let faults = match &self.0 {
            Error::Refused(faults) => faults.clone(),
            Error::Unavailable(_) | Error::Internal(_) => vec![self.0.fault()],
        };
        let kind = faults.first().map_or(Kind::Unavailable, |f| f.code.kind());
        if kind == Kind::Unavailable {
            tracing::error!(error = chain(&self.0), "request failed");
        }
        let mut response =
            (status(kind), Json(convert::error_body(&faults, request_id::current()))).into_response();
        if kind == Kind::Unauthenticated {
            response.headers_mut().insert("www-authenticate", axum::http::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// An error with its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The answer to a path or method that is not in the table.
pub(crate) async fn no_route() -> ApiError {
    Fault::new(
        Code::RouteNotFound,
        "There is no such address here.",
        "docs/API.md lists the addresses and methods.",
    )
    .into()
}
