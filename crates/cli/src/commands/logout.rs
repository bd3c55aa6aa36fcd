//! `soca logout`: forgets the tokens here, and ends the session at Cognito if it can be reached.

use super::Outcome;
use crate::{context::Context, net::cognito::Cognito, session::Session};

pub(super) fn run(ctx: &mut Context<'_, '_>) -> Outcome {
    let session = Session::open(&ctx.wish, ctx.world)?;
    let (Some(cluster), Some(store)) = (&session.signed_in, &session.store) else {
        ctx.note(&format!("Nobody was signed in to {}.", session.endpoint));
        return Ok(0);
    };
    store.forget(&session.endpoint)?;
    let cognito = Cognito {
        transport: ctx.world.transport,
        clock: ctx.world.clock,
        endpoint: &cluster.cognito_endpoint,
        client_id: &cluster.client_id,
    };
    // What is forgotten here cannot be used from here; the other end is a courtesy.
    let _ = cluster.refresh_token.as_deref().map(|token| cognito.revoke(token));
    ctx.note(&format!("{} is signed out of {}.", cluster.user, session.endpoint));
    Ok(0)
}
