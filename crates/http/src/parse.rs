//! Reads bodies, paths and queries, each with a refusal in the user's words.

use axum::body::Bytes;
use serde::de::DeserializeOwned;
use soca_domain::{Code, Fault, id::shorten};
use std::{collections::HashMap, str::FromStr};

/// The most bytes a body may have: a script of 1 MiB, escaped as JSON, and its options.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// A JSON body.
pub(crate) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|error| {
        Fault::new(
            Code::BadBody,
            format!("The request's body cannot be read: {error}."),
            "Send a JSON object as docs/API.md describes it, with content-type application/json.",
        )
    })
}

/// A query's parameters.
pub(crate) struct Query(pub(crate) HashMap<String, String>);

impl Query {
    /// A parameter, if it is there.
    ///
    /// # Errors
    /// `BAD_QUERY` when it cannot be read.
    pub(crate) fn get<T: FromStr>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Fault::new(
                Code::BadQuery,
                format!("The parameter {name}={} cannot be read.", shorten(text)),
                "docs/API.md describes the parameters.",
            )
        })
    }

    /// A switch: absent is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.get::<bool>(name)?.unwrap_or(false))
    }

    /// Text as it is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
