//! Moves a job by one event, writes it, and performs the effects.
//!
//! Writes are conditional on the version read: a lost race reads again and asks the domain again, so that two movers
//! never overwrite each other. Effects come after the write; one that is lost is repeated by the schedule.

use crate::{
    error::{Error, job_not_found},
    ports::{Bus, BusEvent, Store, StoreError, Workflow, Write},
    waiter,
};
use soca_domain::{
    Fault, Job, JobId, Timestamp,
    job_state::{Change, Effect, Event, Refused, apply},
};

/// How often a lost race is run again. Each loss means that somebody else progressed.
pub(crate) const RACES: u32 = 12;

/// What moving a job needs.
#[derive(Clone, Copy)]
pub struct Mover<'a> {
    /// The table.
    pub store: &'a dyn Store,
    /// The state machine.
    pub workflow: &'a dyn Workflow,
    /// The bus.
    pub bus: &'a dyn Bus,
}

impl Mover<'_> {
    /// Applies an event to a job. The answer is the job as it is now, and whether this call moved it.
    ///
    /// # Errors
    /// [`Error::Refused`] with `JOB_ENDED`, `WRONG_STATE` or `JOB_NOT_FOUND`.
    pub async fn apply(&self, id: JobId, event: Event, now: Timestamp) -> Result<(Job, bool), Error> {
        self.apply_while(id, event, now, |_| true).await
    }

    /// The same, as long as the job fits: what is known of an attempt must not move another one.
    pub async fn apply_while(
        &self,
        id: JobId,
        event: Event,
        now: Timestamp,
        fits: impl Fn(&Job) -> bool,
    ) -> Result<(Job, bool), Error> {
        for _ in 0..RACES {
            let job = self.store.job(id).await?.ok_or_else(|| job_not_found(id))?;
            if !fits(&job) {
                return Ok((job, false));
            }
            let (next, effects) = match apply(&job, event.clone(), now).map_err(|r| refusal(&job, &r))? {
                Change::Nothing => return Ok((job, false)),
                Change::To(next, effects) => (next, effects),
            };
            let writes = vec![Write::UpdateJob { was: Box::new(job), now: next.clone() }];
            match self.store.commit(writes).await {
                Ok(()) => {
                    tracing::info!(job.id = %id, job.state = next.state.name(), "job moved by {}", event.name());
                    self.perform(&next, effects, now).await;
                    return Ok((*next, true));
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable("too many lost races".into()))
    }

    /// Performs effects. None is fatal: the schedule repeats what was lost (P6).
    pub async fn perform(&self, job: &Job, effects: Vec<Effect>, now: Timestamp) {
        for effect in effects {
            let done = match &effect {
                Effect::WakeDispatcher => self.publish(queued(job)).await,
                Effect::AnnounceEnd(outcome) => {
                    self.publish(BusEvent::JobEnded {
                        job: job.id,
                        queue: job.queue.clone(),
                        outcome: *outcome,
                    })
                    .await
                }
                Effect::TellStack(stack) => waiter::answer(self.store, self.workflow, stack, now).await,
            };
            if let Err(error) = done {
                tracing::warn!(job.id = %job.id, ?effect, %error, "an effect was lost; the schedule will repeat it");
            }
        }
    }

    /// Wakes the dispatcher after an administrator's change. Should that be lost, the schedule does it within a minute.
    pub async fn rules_changed(&self, kind: &'static str, name: &str) {
        let event = BusEvent::RulesChanged { kind, name: name.to_owned() };
        if let Err(error) = self.publish(event).await {
            tracing::warn!(%error, "jobs that wait are looked at by the schedule only");
        }
    }

    async fn publish(&self, event: BusEvent) -> Result<(), Error> {
        Ok(self.bus.publish(&event).await?)
    }
}

/// The event that wakes the dispatcher for a job.
pub(crate) fn queued(job: &Job) -> BusEvent {
    BusEvent::JobQueued { job: job.id, queue: job.queue.clone() }
}

fn refusal(job: &Job, refused: &Refused) -> Error {
    let remedy = if job.state.is_final() {
        "Nothing is left to do; submit it again if you need it again."
    } else {
        "soca explain says what the job is doing."
    };
    Fault::new(
        refused.code,
        format!("Job {} is {}: {} is not possible.", job.id, refused.state, refused.event),
        remedy,
    )
    .into()
}
