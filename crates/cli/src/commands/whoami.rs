//! `soca whoami`

use super::Outcome;
use crate::{
    context::Context,
    net::client::Answered,
    view::{Answer, View, text::plain},
};
use soca_wire::api::WhoAmI;

struct Who {
    reply: Answered<WhoAmI>,
    endpoint: String,
}

impl Answer for Who {
    fn table(&self, _: &View) -> String {
        let role = if self.reply.value.admin { ", an administrator," } else { "" };
        format!("{}{role} at {}\n", plain(&self.reply.value.user), self.endpoint)
    }

    fn json(&self) -> String {
        self.reply.raw.clone()
    }

    fn quiet(&self) -> String {
        self.reply.value.user.clone()
    }
}

pub(super) fn run(ctx: &mut Context<'_, '_>) -> Outcome {
    let client = ctx.client()?;
    let who = Who { reply: client.whoami()?, endpoint: client.endpoint() };
    ctx.answer(&who)?;
    Ok(0)
}
