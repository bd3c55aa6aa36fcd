//! `soca cancel`, `soca hold`, `soca release`: each job for itself; one that fails does not stop the others.

use super::{Outcome, job_id};
use crate::{
    context::Context,
    failure::{FAILED, Failure},
    net::api::Change,
    report,
    view::change::Changed,
};

pub(super) fn run(change: Change, jobs: &[String], ctx: &mut Context<'_, '_>) -> Outcome {
    let client = ctx.client()?;
    let mut changed = Changed { change, named: jobs.len(), jobs: Vec::new(), errors: Vec::new() };
    let json = std::mem::take(&mut ctx.json);
    let mut status = 0;
    for job in jobs {
        match job_id(job).and_then(|id| client.change(id, change)) {
            Ok(answered) => changed.jobs.push(answered),
            Err(failure) if jobs.len() == 1 => {
                ctx.json = json;
                return Err(failure);
            }
            Err(Failure::Refused(refusal)) => {
                changed.errors.push((job.clone(), refusal.body.clone()));
                report(&Failure::Refused(refusal), ctx);
                status = FAILED;
            }
            Err(failure) => return Err(failure),
        }
    }
    ctx.json = json;
    ctx.answer(&changed)?;
    Ok(status)
}
