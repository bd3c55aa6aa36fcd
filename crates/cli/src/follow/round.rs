//! One round of following: the job's state, then what its streams have gained.

use super::{
    Ending,
    progress::Progress,
    sinks::{Sinks, Target},
};
use crate::{
    context::Context,
    failure::Failure,
    net::{client::Client, logs::Tail},
};
use soca_domain::JobId;
use soca_wire::api::Job;

/// So many rounds the rest of the output is waited for after the job's end.
const LAST_ROUNDS: u32 = 10;

/// What is kept from round to round.
#[derive(Debug)]
pub(super) struct Round {
    job: JobId,
    element: Option<u32>,
    only_output: bool,
    tails: Vec<(Tail, Target)>,
    after_end: u32,
}

impl Round {
    pub(super) fn new(job: JobId, sinks: Sinks) -> Round {
        let tail = |(stream, target)| (Tail::new(job, stream, sinks.element), target);
        let tails = sinks.streams.into_iter().map(tail).collect();
        Round { job, element: sinks.element, only_output: sinks.only_output, tails, after_end: 0 }
    }

    /// Asks once; how following ends, if it does.
    ///
    /// # Errors
    /// The API does not answer, or refuses.
    pub(super) fn go(
        &mut self,
        client: &Client<'_>,
        progress: &mut Progress,
        ctx: &mut Context<'_, '_>,
    ) -> Result<Option<Ending>, Failure> {
        let job = client.job(self.job)?.value;
        progress.show(&job, ctx);
        let attempt = self.attempt_with_output(&job);
        for (tail, target) in &mut self.tails {
            let Some(attempt) = attempt else { break };
            let mut give = |bytes: &[u8]| {
                if bytes.is_empty() {
                    return Ok(());
                }
                progress.clear(ctx);
                target.write(bytes, ctx)
            };
            if tail.attempt().is_some_and(|read| read < attempt) {
                tail.read(client, &mut give)?;
                tail.restart(attempt);
            }
            tail.read(client, &mut give)?;
        }
        Ok(self.ending(job, attempt.is_some(), ctx))
    }

    /// The last attempt whose script has started; an array has output by element only.
    fn attempt_with_output(&self, job: &Job) -> Option<u32> {
        if job.array.is_some() && self.element.is_none() {
            return None;
        }
        job.attempts.iter().rev().find(|attempt| attempt.started_at.is_some()).map(|attempt| attempt.number)
    }

    fn ending(&mut self, job: Job, has_output: bool, ctx: &mut Context<'_, '_>) -> Option<Ending> {
        let complete = !has_output || self.tails.iter().all(|(tail, _)| tail.is_complete());
        let over = self.element.is_some() || (job.state == "completing" && job.exit_code.is_some());
        if self.only_output && has_output && complete && over {
            return Some(Ending::Complete);
        }
        if !job.ended {
            return None;
        }
        self.after_end += 1;
        if !complete && self.after_end < LAST_ROUNDS {
            return None;
        }
        if !complete {
            ctx.note("The rest of the output has not arrived; it is in the job's output files.");
        }
        Some(Ending::Over(Box::new(job)))
    }
}
