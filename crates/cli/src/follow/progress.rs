//! What goes on while a job is followed: a line for each change, and on a terminal something that moves.

use crate::{
    context::Context,
    view::{card, text::plain},
};
use soca_domain::{JobId, Timestamp};
use soca_wire::api::Job;

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// What has been said so far.
#[derive(Debug)]
pub(super) struct Progress {
    job: JobId,
    last: String,
    changed: bool,
    /// What moves, if anything may: on a terminal, while the job has no output of its own.
    label: Option<String>,
    terminal: bool,
    since: Timestamp,
    frame: usize,
    drawn: bool,
}

impl Progress {
    pub(super) fn new(job: JobId, ctx: &Context<'_, '_>) -> Progress {
        let terminal = ctx.world.terminal.err && !ctx.quiet;
        let since = ctx.world.clock.now();
        Progress {
            job,
            last: String::new(),
            changed: false,
            label: None,
            terminal,
            since,
            frame: 0,
            drawn: false,
        }
    }

    /// Whether something has changed since this was last asked.
    pub(super) fn changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Takes note of the job's state and says so if it is news.
    pub(super) fn show(&mut self, job: &Job, ctx: &mut Context<'_, '_>) {
        let line = describe(job);
        self.label = (job.state != "running" || job.array.is_some()).then(|| job.state.clone());
        if line == self.last || job.ended {
            return;
        }
        self.since = ctx.world.clock.now();
        self.say(&line, ctx);
        self.last = line;
        self.changed = true;
    }

    /// A line on standard error.
    pub(super) fn say(&mut self, line: &str, ctx: &mut Context<'_, '_>) {
        self.clear(ctx);
        ctx.note(&format!("{} {line}", self.job));
    }

    /// Moves on by one frame.
    pub(super) fn tick(&mut self, ctx: &mut Context<'_, '_>) {
        let Some(label) = self.label.as_ref().filter(|_| self.terminal) else { return };
        self.frame = (self.frame + 1) % FRAMES.len();
        let seconds = ctx.world.clock.now().since(self.since).as_secs();
        let text =
            format!("\r\u{1b}[K{} {label} for {}", FRAMES[self.frame], crate::view::text::span(seconds));
        ctx.tell(&text);
        self.drawn = true;
    }

    /// Takes what moves off the screen, so that something else can be written.
    pub(super) fn clear(&mut self, ctx: &mut Context<'_, '_>) {
        if std::mem::take(&mut self.drawn) {
            ctx.tell("\r\u{1b}[K");
        }
    }
}

/// A job's state and why it is so, in one line.
fn describe(job: &Job) -> String {
    let mut line = job.state.replace('_', " ");
    if let Some(attempt) = job.attempts.last().filter(|attempt| attempt.number > 1) {
        line += &format!(" (attempt {})", attempt.number);
    }
    if let Some(counts) = &job.elements {
        line += &format!(", elements: {}", card::elements(counts));
    }
    if job.cancel_requested {
        line += ", being cancelled";
    }
    match (&job.wait, &job.reason) {
        (Some(wait), _) => line += &format!(": {} {}", plain(&wait.message), plain(&wait.unblocked_by)),
        (None, Some(reason)) => line += &format!(": {}", plain(&reason.message)),
        (None, None) => {}
    }
    line
}
