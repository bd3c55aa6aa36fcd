//! Hands Lambda's request id to routers that know nothing of Lambda.

use lambda_http::{Request, RequestExt, http::HeaderValue};

/// The request with Lambda's id in this header; what a client sent under that name is dropped.
pub fn with_request_id(header: &'static str, mut request: Request) -> Request {
    request.headers_mut().remove(header);
    let id = request.lambda_context_ref().and_then(|context| HeaderValue::from_str(&context.request_id).ok());
    if let Some(id) = id {
        request.headers_mut().insert(header, id);
    }
    request
}
