//! One HTTP exchange, whoever carries it.

use std::fmt;

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "HTTP's own names")]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// A request. Its `Debug` shows no header, since one of them is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Whereto.
    pub url: String,
    /// Name and value.
    pub headers: Vec<(&'static str, String)>,
    /// The body of a POST or PUT.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Request {
        Request { method, url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// The same with a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a body.
    pub fn body(mut self, content_type: &str, body: Vec<u8>) -> Request {
        self.body = body;
        self.header("content-type", content_type)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} ({} bytes)", self.method, self.url, self.body.len())
    }
}

/// A reply, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// The `Date` header.
    pub date: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// No reply came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoReply {
    /// What happened, in a few words.
    pub what: String,
    /// Whether trying again may help.
    pub transient: bool,
}

/// Carries requests.
pub trait Transport {
    /// Sends a request and waits for the reply.
    ///
    /// # Errors
    /// The server could not be reached, or the connection broke off.
    fn send(&self, request: &Request) -> Result<Reply, NoReply>;
}
