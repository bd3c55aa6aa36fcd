//! `soca version`

use super::Outcome;
use crate::{
    context::Context,
    view::{Answer, View},
};

/// This program's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

struct Version;

impl Answer for Version {
    fn table(&self, _: &View) -> String {
        format!("soca {VERSION}\n")
    }

    fn json(&self) -> String {
        serde_json::json!({"version": VERSION}).to_string()
    }

    fn quiet(&self) -> String {
        VERSION.to_owned()
    }
}

pub(crate) fn run(ctx: &mut Context<'_, '_>) -> Outcome {
    ctx.answer(&Version)?;
    Ok(0)
}
