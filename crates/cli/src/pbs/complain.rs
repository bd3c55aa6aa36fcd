//! Complaints as PBS's commands word them, with our remedies under them.

use crate::{context::Context, failure::Refusal, view};

/// What PBS exits with: the low byte of its error number.
pub(super) mod status {
    /// 15001: unknown job.
    pub(crate) const UNKNOWN_JOB: u8 = 153;
    /// 15018: unknown queue.
    pub(crate) const UNKNOWN_QUEUE: u8 = 170;
    /// 15139: the job is history.
    pub(crate) const FINISHED: u8 = 35;
}

/// Prints a refusal; the exit status.
pub(super) fn about(name: &str, refusal: &Refusal, ctx: &mut Context<'_, '_>) -> u8 {
    let text = view::failure::refusal(refusal, ctx.err_style());
    let named = text
        .lines()
        .map(|line| if line.starts_with(' ') { format!("{line}\n") } else { format!("{name}: {line}\n") });
    let named: String = named.collect();
    ctx.tell(&named);
    refusal.exit
}
