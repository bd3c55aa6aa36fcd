//! The transport of real life: ureq with rustls.

use super::transport::{Method, NoReply, Reply, Request, Transport};
use std::{io, time::Duration};
use ureq::{Agent, Body, http::Response};

/// Longer than the API's gateway lets any request live.
const PATIENCE: Duration = Duration::from_secs(35);
/// To make a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Larger than any reply of the API, smaller than this machine's memory.
const LARGEST: u64 = 64 << 20;

/// ureq, with the proxy that the environment names.
#[derive(Debug)]
pub struct Ureq(Agent);

impl Default for Ureq {
    fn default() -> Ureq {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("soca/", env!("CARGO_PKG_VERSION")));
        Ureq(config.build().into())
    }
}

impl Transport for Ureq {
    fn send(&self, request: &Request) -> Result<Reply, NoReply> {
        self.exchange(request).map_err(|error| describe(&error))
    }
}

impl Ureq {
    fn exchange(&self, request: &Request) -> Result<Reply, ureq::Error> {
        let response = match request.method {
            Method::Get => with_headers(self.0.get(&request.url), request).call(),
            Method::Delete => with_headers(self.0.delete(&request.url), request).call(),
            Method::Put => with_headers(self.0.put(&request.url), request).send(&request.body[..]),
            Method::Post => with_headers(self.0.post(&request.url), request).send(&request.body[..]),
        }?;
        read(response)
    }
}

fn with_headers<B>(mut builder: ureq::RequestBuilder<B>, request: &Request) -> ureq::RequestBuilder<B> {
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    builder
}

fn read(mut response: Response<Body>) -> Result<Reply, ureq::Error> {
    let date = response.headers().get("date").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let body = response.body_mut().with_config().limit(LARGEST).read_to_vec()?;
    Ok(Reply { status: response.status().as_u16(), date, body })
}

fn describe(error: &ureq::Error) -> NoReply {
    let (what, transient) = match error {
        ureq::Error::HostNotFound => ("there is no host of that name".to_owned(), true),
        ureq::Error::ConnectionFailed => ("no connection could be made".to_owned(), true),
        ureq::Error::Timeout(_) => ("no reply came in time".to_owned(), true),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            ("the connection was refused".to_owned(), true)
        }
        ureq::Error::Io(_) | ureq::Error::Protocol(_) => ("the connection broke off".to_owned(), true),
        ureq::Error::BadUri(_) => ("it is not a web address".to_owned(), false),
        other => (other.to_string(), false),
    };
    NoReply { what, transient }
}
