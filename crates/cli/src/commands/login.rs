//! `soca login`: asks the cluster where to sign in, asks the user for a password, keeps the tokens.

use super::Outcome;
use crate::{
    args::Login,
    context::Context,
    failure::Failure,
    net::{
        client::{Client, adopt},
        cognito::{Cognito, SignIn, Tokens},
    },
    session::{
        Session,
        credentials::{Cluster, Store},
        named,
    },
    view::text::plain,
};
use std::io::{BufRead, BufReader};

pub(super) fn run(options: &Login, ctx: &mut Context<'_, '_>) -> Outcome {
    let store = Store::find(ctx.world)?;
    let endpoint = endpoint(&store, ctx)?;
    let session = Session { endpoint: endpoint.clone(), token: None, signed_in: None, store: None };
    let info = Client::of(session, ctx.world).info()?.value;
    let mut lines = Lines::read(options.password_stdin, ctx)?;
    let user = options.user.clone().map_or_else(|| ask_user(ctx), Ok)?;
    let cognito = Cognito {
        transport: ctx.world.transport,
        clock: ctx.world.clock,
        endpoint: &info.cognito_endpoint,
        client_id: &info.client_id,
    };
    let tokens = sign_in(&cognito, &user, &mut lines, ctx)?;
    let mut cluster = Cluster {
        user: user.clone(),
        cognito_endpoint: info.cognito_endpoint.clone(),
        client_id: info.client_id.clone(),
        access_token: String::new(),
        refresh_token: None,
        expires_at_ms: 0,
        shared_root: Some(info.shared_root.clone()),
    };
    adopt(&mut cluster, tokens, ctx.world.clock);
    store.keep(&endpoint, cluster)?;
    ctx.note(&format!("{} is signed in to {} at {endpoint}.", plain(&user), plain(&info.cluster)));
    Ok(0)
}

/// The named one, or the one of the last sign-in.
fn endpoint(store: &Store, ctx: &Context<'_, '_>) -> Result<String, Failure> {
    let last = || store.read().ok().and_then(|kept| kept.current);
    named(&ctx.wish, ctx.world)?.or_else(last).ok_or_else(|| {
        Failure::usage("Which cluster to sign in to is not said.", "Say it once: soca login --endpoint URL")
    })
}

fn sign_in(
    cognito: &Cognito<'_>,
    user: &str,
    lines: &mut Lines,
    ctx: &mut Context<'_, '_>,
) -> Result<Tokens, Failure> {
    let password = lines.next(&format!("Password of {}: ", plain(user)), ctx)?;
    let session = match cognito.password(user, &password)? {
        SignIn::Done(tokens) => return Ok(tokens),
        SignIn::NewPassword(session) => session,
    };
    ctx.note("The password must be changed at the first sign-in.");
    let fresh = lines.next("New password: ", ctx)?;
    if lines.are_typed() && lines.next("New password again: ", ctx)? != fresh {
        return Err(Failure::new(
            "SIGN_IN_REFUSED",
            "The two new passwords differ.",
            "Sign in again: soca login",
        ));
    }
    cognito.new_password(user, &fresh, &session)
}

fn ask_user(ctx: &mut Context<'_, '_>) -> Result<String, Failure> {
    if !ctx.world.terminal.input {
        return Err(Failure::usage("Who signs in is not said.", "Add --user NAME."));
    }
    ctx.tell("User: ");
    let mut line = String::new();
    BufReader::new(&mut *ctx.world.input).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Where passwords come from: the lines of standard input, or the terminal.
struct Lines(Option<std::vec::IntoIter<String>>);

impl Lines {
    fn read(stdin: bool, ctx: &mut Context<'_, '_>) -> Result<Lines, Failure> {
        if !stdin {
            return Ok(Lines(None));
        }
        let lines: Vec<String> = BufReader::new(&mut *ctx.world.input).lines().collect::<Result<_, _>>()?;
        Ok(Lines(Some(lines.into_iter())))
    }

    fn are_typed(&self) -> bool {
        self.0.is_none()
    }

    fn next(&mut self, prompt: &str, ctx: &Context<'_, '_>) -> Result<String, Failure> {
        let none = |what: &str| {
            Failure::usage(what, "Use a terminal, or --password-stdin and a line for each password.")
        };
        match &mut self.0 {
            Some(lines) => lines.next().ok_or_else(|| none("Standard input has too few lines.")),
            None => ctx
                .world
                .secrets
                .ask(prompt)
                .map_err(|_| none("There is no terminal to ask for the password.")),
        }
    }
}
