//! The request's id: given by the function in a header, shown in refusals and in every log line of the request.

use axum::{extract::Request, middleware::Next, response::Response};
use tracing::Instrument;

/// The header in which a function hands the request's id to the router.
pub const REQUEST_ID_HEADER: &str = "x-soca-request-id";

tokio::task_local! {
    static ID: Option<String>;
}

/// Makes the id known while the request is handled.
pub(crate) async fn with_id(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID_HEADER).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let span = tracing::info_span!("request", request.id = id.as_deref().unwrap_or("-"));
    ID.scope(id, next.run(request).instrument(span)).await
}

/// The id of the request that is being handled.
pub(crate) fn current() -> Option<String> {
    ID.try_with(Clone::clone).ok().flatten()
}
