//! The single checks.

use super::Check;
use crate::{
    commands::version::VERSION, context::Context, failure::Failure, net::client::Client, session::Session,
};
use soca_domain::Timestamp;
use std::{fs, os::unix::fs::PermissionsExt};

/// Tokens are refused when the clocks are further apart than this.
const MAX_SKEW_SECONDS: i64 = 120;

/// That a check failed as a command would.
pub(super) fn failed(name: &'static str, failure: &Failure) -> Check {
    match failure.refusal() {
        Some(refusal) => Check::bad(name, &refusal.body.message, &refusal.body.remedy),
        None => Check::bad(name, "It could not be checked.", "Try again."),
    }
}

/// Which cluster, and from where it is known.
pub(super) fn configuration(session: &Session) -> Check {
    Check::good("configuration", format!("The cluster is at {}.", session.endpoint))
}

/// Nobody else may read the credentials.
pub(super) fn file_mode(session: &Session) -> Check {
    const NAME: &str = "credentials";
    let Some(store) = &session.store else { return Check::good(NAME, "SOCA_TOKEN is used.") };
    let path = store.path.display();
    match fs::metadata(&store.path).map(|metadata| metadata.permissions().mode() & 0o077) {
        Ok(0) => Check::good(NAME, format!("{path} is yours alone.")),
        Ok(_) => Check::bad(
            NAME,
            format!("Others may read {path}."),
            "Sign in again with soca login, which mends it.",
        ),
        Err(_) if session.token.is_some() => Check::good(NAME, "SOCA_TOKEN is used."),
        Err(_) => Check::bad(NAME, format!("There is no {path}."), "Sign in: soca login"),
    }
}

/// What only the cluster can tell.
pub(super) fn online(session: Session, ctx: &Context<'_, '_>) -> Vec<Check> {
    let secure = transport(&session.endpoint);
    let token = token(&session, ctx);
    let client = Client::of(session, ctx.world);
    let reply = match client.open_get("/v1/info") {
        Ok(reply) => reply,
        Err(failure) => return vec![secure, failed("connection", &failure), token],
    };
    let skew = skew(reply.date.as_deref(), ctx.world.clock.now());
    let info = match client.read::<soca_wire::api::Info>(&reply) {
        Ok(info) => info.value,
        Err(failure) => return vec![secure, failed("connection", &failure), skew, token],
    };
    let reached = Check::good("connection", format!("Cluster {} answers.", info.cluster));
    vec![secure, reached, version(&info.version), skew, token, identity(&client)]
}

fn transport(endpoint: &str) -> Check {
    const NAME: &str = "transport";
    let host = endpoint.strip_prefix("http://").map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
    match host {
        None => Check::good(NAME, "The connection is encrypted."),
        Some(host) if host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost") => {
            Check::good(NAME, "The cluster is on this machine.")
        }
        Some(_) => Check::bad(
            NAME,
            "The connection is not encrypted: anybody on the way can read your token.",
            "Use an address that begins with https://",
        ),
    }
}

fn version(theirs: &str) -> Check {
    let line = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    if line(theirs) == line(VERSION) {
        return Check::good("version", format!("The cluster is soca {theirs}, this program is {VERSION}."));
    }
    Check::bad(
        "version",
        format!("The cluster is soca {theirs}, this program is {VERSION}."),
        format!("Install soca {theirs} on this machine."),
    )
}

fn skew(date: Option<&str>, now: Timestamp) -> Check {
    let theirs = date.and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
    let Some(theirs) = theirs else { return Check::good("clock", "The API does not tell its time.") };
    let ahead = now.seconds() - theirs.timestamp().as_second();
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    let found = format!("This machine's clock is {} s {side} the API's.", ahead.abs());
    if ahead.abs() <= MAX_SKEW_SECONDS {
        return Check::good("clock", found);
    }
    Check::bad("clock", found, "Set the clock; time synchronisation (chrony, ntpd) keeps it right.")
}

fn token(session: &Session, ctx: &Context<'_, '_>) -> Check {
    const NAME: &str = "token";
    let now = ctx.world.clock.now();
    match (&session.token, &session.signed_in) {
        (Some(_), _) => Check::good(NAME, "SOCA_TOKEN is set and used as it is."),
        (None, None) => Check::bad(NAME, "Nobody is signed in.", "Sign in: soca login"),
        (None, Some(cluster)) if !cluster.is_stale(now) => {
            let left = Timestamp(cluster.expires_at_ms).since(now).as_secs();
            Check::good(NAME, format!("It is good for {}.", crate::view::text::span(left)))
        }
        (None, Some(cluster)) if cluster.refresh_token.is_some() => {
            Check::good(NAME, "It is over and will be renewed.")
        }
        _ => Check::bad(NAME, "It is over and cannot be renewed.", "Sign in again: soca login"),
    }
}

fn identity(client: &Client<'_>) -> Check {
    match client.whoami() {
        Ok(who) => Check::good("identity", format!("You are {}.", who.value.user)),
        Err(failure) => failed("identity", &failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_far_off_is_bad() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        assert!(skew(Some("Mon, 23 Nov 2026 08:01:00 GMT"), now).good);
        let bad = skew(Some("Mon, 23 Nov 2026 08:05:00 GMT"), now);
        assert_eq!(
            (bad.good, bad.found.as_str()),
            (false, "This machine's clock is 300 s behind the API's.")
        );
        assert!(skew(None, now).good && skew(Some("late"), now).good);
    }

    #[test]
    fn plain_http_is_bad_unless_it_stays_on_the_machine() {
        assert!(transport("https://soca.example.org").good && transport("http://127.0.0.1:8080/x").good);
        assert!(transport("http://api.localhost:4566").good);
        assert!(
            !transport("http://soca.example.org").good && !transport("http://localhost.example.org").good
        );
    }
}
