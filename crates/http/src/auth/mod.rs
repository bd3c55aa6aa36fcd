//! Who calls: Cognito's JSON web tokens, verified here and not at the gateway, so that refusals say why.

mod jwks;
mod verify;

pub use jwks::{FetchKeys, HttpKeys, KeyError};
pub use verify::{ADMIN_GROUP, Pool, Verifier};

use crate::error::ApiError;
use crate::state::ApiState;
use axum::{extract::FromRequestParts, http::request::Parts};
use soca_app::Caller;
use soca_domain::{Code, Fault};

/// The verified caller of a request.
pub(crate) struct SignedIn(pub(crate) Caller);

impl FromRequestParts<ApiState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let token = bearer(parts)?;
        Ok(SignedIn(state.verifier.verify(token, (state.clock)()).await?))
    }
}

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer(parts: &Parts) -> Result<&str, Fault> {
    let header = parts.headers.get("authorization").and_then(|h| h.to_str().ok());
    let token =
        header.and_then(|h| h.strip_prefix("Bearer ").or_else(|| h.strip_prefix("bearer "))).map(str::trim);
    token.filter(|t| !t.is_empty()).ok_or_else(|| {
        Fault::new(
            Code::TokenMissing,
            "The request has no bearer token.",
            "Sign in with soca login, or send Authorization: Bearer and an access token.",
        )
    })
}
