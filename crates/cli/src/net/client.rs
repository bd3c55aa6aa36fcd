//! The API's client: puts the token on requests, renews it, tries again, and reads replies and refusals.

use super::{
    cognito::{self, Cognito, Tokens},
    retry::{self, Repeat},
    transport::{Method, NoReply, Reply, Request, Transport},
};
use crate::{
    clock::Clock,
    failure::Failure,
    session::{Session, Wish, credentials::Cluster},
    world::World,
};
use serde::de::DeserializeOwned;
use soca_wire::api::ErrorBody;
use std::{cell::RefCell, fmt, time::Duration};

/// A reply: understood, and as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<T> {
    /// What it says.
    pub value: T,
    /// Its text: what `--json` prints.
    pub raw: String,
}

/// Speaks to one cluster's API.
pub struct Client<'w> {
    /// The session; its tokens change when they are renewed.
    session: RefCell<Session>,
    transport: &'w dyn Transport,
    clock: &'w dyn Clock,
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.session).finish_non_exhaustive()
    }
}

impl<'w> Client<'w> {
    /// A client for the cluster that flags, environment or the last sign-in name.
    ///
    /// # Errors
    /// No cluster is known.
    pub fn open(wish: &Wish, world: &World<'w>) -> Result<Client<'w>, Failure> {
        Ok(Client::of(Session::open(wish, world)?, world))
    }

    /// A client for a session.
    pub fn of(session: Session, world: &World<'w>) -> Client<'w> {
        Client { session: RefCell::new(session), transport: world.transport, clock: world.clock }
    }

    /// The cluster's address.
    pub fn endpoint(&self) -> String {
        self.session.borrow().endpoint.clone()
    }

    /// Where the cluster's shared file system is mounted: known since the sign-in, or asked for.
    ///
    /// # Errors
    /// The API cannot be reached.
    pub fn shared_root(&self) -> Result<String, Failure> {
        let kept = self.session.borrow().signed_in.as_ref().and_then(|cluster| cluster.shared_root.clone());
        kept.map_or_else(|| self.info().map(|info| info.value.shared_root), Ok)
    }

    /// Sends a request without a token.
    ///
    /// # Errors
    /// The API cannot be reached.
    pub fn open_get(&self, path: &str) -> Result<Reply, Failure> {
        let request = Request::new(Method::Get, format!("{}{path}", self.endpoint()));
        retry::send(self.transport, self.clock, &request, Repeat::Safe).map_err(|e| self.unreachable(&e))
    }

    /// Sends a request with the token, and reads the reply.
    ///
    /// # Errors
    /// Nobody is signed in, the API cannot be reached, or it refuses.
    pub fn call<T: DeserializeOwned>(
        &self,
        request: Request,
        repeat: Repeat,
    ) -> Result<Answered<T>, Failure> {
        let reply = self.send(&request, repeat)?;
        if reply.status != 401 || !self.can_renew() {
            return self.read(&reply);
        }
        // The server's clock may be ahead of ours: one more try, with a new token.
        self.renew()?;
        self.read(&self.send(&request, repeat)?)
    }

    /// A request for a path below the endpoint.
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.endpoint()))
    }

    /// Reads a reply: what was asked for, or why not.
    ///
    /// # Errors
    /// The API refused, or the reply cannot be understood.
    pub fn read<T: DeserializeOwned>(&self, reply: &Reply) -> Result<Answered<T>, Failure> {
        let raw = std::str::from_utf8(&reply.body).map_err(|_| self.strange(reply.status))?;
        if !(200..300).contains(&reply.status) {
            return Err(self.refused(reply.status, raw));
        }
        let value = serde_json::from_str(raw).map_err(|_| self.strange(reply.status))?;
        Ok(Answered { value, raw: raw.trim().to_owned() })
    }

    fn send(&self, request: &Request, repeat: Repeat) -> Result<Reply, Failure> {
        let request = request.clone().header("authorization", format!("Bearer {}", self.bearer()?));
        retry::send(self.transport, self.clock, &request, repeat).map_err(|e| self.unreachable(&e))
    }

    /// A token that is still good, as far as we know.
    ///
    /// # Errors
    /// Nobody is signed in, or the sign-in is over.
    pub fn bearer(&self) -> Result<String, Failure> {
        if let Some(token) = &self.session.borrow().token {
            return Ok(token.clone());
        }
        let stale = match &self.session.borrow().signed_in {
            None => return Err(not_signed_in(&self.endpoint())),
            Some(cluster) => cluster.is_stale(self.clock.now()),
        };
        if stale {
            self.renew()?;
        }
        let session = self.session.borrow();
        session.signed_in.as_ref().map(|c| c.access_token.clone()).ok_or_else(cognito::session_over)
    }

    fn can_renew(&self) -> bool {
        let session = self.session.borrow();
        session.token.is_none() && session.signed_in.as_ref().is_some_and(|c| c.refresh_token.is_some())
    }

    fn renew(&self) -> Result<(), Failure> {
        let mut session = self.session.borrow_mut();
        let Session { endpoint, signed_in, store, .. } = &mut *session;
        let cluster = signed_in.as_mut().ok_or_else(cognito::session_over)?;
        let refresh = cluster.refresh_token.clone().ok_or_else(cognito::session_over)?;
        let cognito = Cognito {
            transport: self.transport,
            clock: self.clock,
            endpoint: &cluster.cognito_endpoint,
            client_id: &cluster.client_id,
        };
        let tokens = cognito.refresh(&refresh)?;
        adopt(cluster, tokens, self.clock);
        store.as_ref().map_or(Ok(()), |store| store.renew(endpoint, cluster))
    }

    fn refused(&self, status: u16, raw: &str) -> Failure {
        if let Ok(body) = serde_json::from_str::<ErrorBody>(raw) {
            return Failure::of_body(body, Some(status));
        }
        let (code, message, remedy) = match status {
            401 | 403 => {
                ("NOT_SIGNED_IN", "The sign-in is not accepted.".to_owned(), "Sign in again: soca login")
            }
            429 => ("UNAVAILABLE", "The API has too much to do.".to_owned(), "Try again in a minute."),
            500.. => {
                ("UNAVAILABLE", format!("The API has failed (HTTP {status})."), "Try again in a minute.")
            }
            _ => return self.strange(status),
        };
        match Failure::new(code, message, remedy) {
            Failure::Refused(mut refusal) => {
                refusal.http = Some(status);
                Failure::Refused(refusal)
            }
            other => other,
        }
    }

    fn strange(&self, status: u16) -> Failure {
        Failure::new(
            "BAD_REPLY",
            format!("The reply of {} cannot be understood (HTTP {status}).", self.endpoint()),
            "Check that the endpoint is soca's, with soca doctor; if it is, update this program.",
        )
    }

    fn unreachable(&self, no_reply: &NoReply) -> Failure {
        Failure::new(
            "UNREACHABLE",
            format!("The API at {} cannot be reached: {}.", self.endpoint(), no_reply.what),
            "Check your network connection and the endpoint; soca doctor tells more.",
        )
    }
}

/// Puts new tokens in the place of the old ones.
pub fn adopt(cluster: &mut Cluster, tokens: Tokens, clock: &dyn Clock) {
    cluster.access_token = tokens.access;
    cluster.expires_at_ms = clock.now().plus(Duration::from_secs(tokens.seconds)).0;
    if tokens.refresh.is_some() {
        cluster.refresh_token = tokens.refresh;
    }
}

fn not_signed_in(endpoint: &str) -> Failure {
    Failure::new(
        "NOT_SIGNED_IN",
        format!("You are not signed in to {endpoint}."),
        "Sign in: soca login. In a script, set SOCA_TOKEN.",
    )
}
