//! Takes a job in: reads the script, fills in defaults, refuses what can never run, and writes it down.
//!
//! Everything is checked before anything is written (P11); the acknowledgement comes after the write (P1).

mod admission;
mod choice;
mod dependencies;
mod identity;

use crate::{
    Caller,
    error::Error,
    ports::{Artifacts, Bus, Catalog, Prices, Store, StoreError, Write},
    projects, queues,
    settings::Settings,
    transition,
};
pub(crate) use admission::unknown_type;
use choice::Launchable;
pub use soca_directives::Warning;
use soca_directives::{Parsed, read_job};
use soca_domain::{
    Code, Job, JobId, JobState, MicroUsd, Timestamp,
    id::JobName,
    job::{MAX_INLINE_SCRIPT_BYTES, RunSpec, ScriptRef},
    limit::Need,
    price::quote,
};

/// A submit as it came in.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Who submits.
    pub caller: Caller,
    /// The script.
    pub script: Vec<u8>,
    /// Command-line options, which win over the script's directives.
    pub options: Vec<String>,
    /// The submit directory; `None` means the caller's home on the shared file system.
    pub workdir: Option<String>,
    /// The job's name if nobody names it.
    pub default_name: Option<String>,
    /// Where it is submitted from.
    pub submit_host: String,
    /// The submitting shell's variables, as far as they were sent.
    pub environment: Vec<(String, String)>,
    /// Makes a repetition harmless.
    pub idempotency_key: Option<String>,
    /// Check and price only.
    pub dry_run: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The job; `None` after a dry run.
    pub job: Option<Job>,
    /// The idempotency key had made it before.
    pub repeated: bool,
    /// What was accepted and probably not meant so.
    pub warnings: Vec<Warning>,
    /// What it costs at most.
    pub quote: Option<MicroUsd>,
}

/// What submitting needs.
pub struct SubmitJob<'a> {
    /// The table.
    pub store: &'a dyn Store,
    /// Instance types.
    pub catalog: &'a dyn Catalog,
    /// Large scripts.
    pub artifacts: &'a dyn Artifacts,
    /// For the quote.
    pub prices: &'a dyn Prices,
    /// To wake the dispatcher.
    pub bus: &'a dyn Bus,
    /// The cluster's settings.
    pub settings: &'a Settings,
}

impl SubmitJob<'_> {
    /// # Errors
    /// Every fault found in the script, or the first rule that the job breaks.
    pub async fn run(&self, submission: &Submission, now: Timestamp) -> Result<Accepted, Error> {
        let parsed = read_job(&submission.script, &submission.options).map_err(Error::Refused)?;
        let (job, Launchable { rates, warning, .. }) = self.admit(submission, &parsed, now).await?;
        // A price that cannot be had must not keep a job out.
        let rate = rates.first().copied().flatten();
        let quote = rate.and_then(|rate| quote(rate, job.launch.nodes, job.launch.walltime));
        let warnings = parsed.warnings.into_iter().chain(warning).collect();
        let mut accepted = Accepted { job: None, repeated: false, warnings, quote };
        if !submission.dry_run
            && let Some(known) = identity::recall(self.store, submission).await?
        {
            accepted.job = Some(known);
            accepted.repeated = true;
            return Ok(accepted);
        }
        // After the key: what was accepted stays so, even if its budget has been spent since.
        let (caller, project) = (&submission.caller, job.project.as_ref());
        projects::admit(self.store, self.settings, caller, project, job.hold()).await?;
        if submission.dry_run {
            return Ok(accepted);
        }
        let (job, repeated) = self.write(submission, job, parsed.text, now).await?;
        if !repeated
            && matches!(job.state, JobState::Queued { .. })
            && let Err(error) = self.bus.publish(&transition::queued(&job)).await
        {
            tracing::warn!(job.id = %job.id, %error, "the dispatcher was not woken; the schedule will look");
        }
        accepted.job = Some(job);
        accepted.repeated = repeated;
        Ok(accepted)
    }

    /// The job as it will be written, but for its number and script.
    async fn admit(
        &self,
        s: &Submission,
        parsed: &Parsed,
        now: Timestamp,
    ) -> Result<(Job, Launchable), Error> {
        let request = &parsed.request;
        let queue_name = match &request.queue {
            Some(name) => name.clone(),
            None => "normal".parse().expect("a valid name"),
        };
        let queue = queues::find(self.store, self.settings, &queue_name).await?;
        queue.admit_user(&s.caller.user, &s.caller.groups)?;
        admission::check_parameters(&queue, request, &parsed.places)?;
        let launchable = self.launchable(&queue, request, &parsed.places, now).await?;
        let (launch, need) = (launchable.launch.clone(), need(&launchable));
        queue.admit(&launch, &need, request.project.as_ref(), &s.caller.groups)?;
        let policy = admission::policy(request, &queue, &launch, &need, now)?;
        let priority = admission::priority(&s.caller, request)?;
        dependencies::check(self.store, &s.caller, &request.depend).await?;
        let workdir = admission::workdir(s, self.settings)?;
        admission::check_output(request, self.settings, &workdir)?;
        let state = if request.hold {
            JobState::Held { since: now }
        } else {
            JobState::Queued { since: now, not_before: None }
        };
        let job = Job {
            id: JobId(0),
            version: 0,
            owner: s.caller.user.clone(),
            name: request.name.clone().unwrap_or_else(|| default_name(s)),
            queue: queue_name,
            project: request.project.clone(),
            groups: s.caller.groups.clone(),
            priority,
            need,
            launch,
            run: RunSpec {
                script: ScriptRef::Inline(String::new()),
                shell: request.shell.clone(),
                workdir,
                stdout: request.output.stdout.clone(),
                stderr: request.output.stderr.clone(),
                join: request.output.join,
                environment: admission::environment(s, request)?,
                submit_host: s.submit_host.clone(),
                rerunnable: request.rerunnable.unwrap_or(true),
                policy,
            },
            array: request.array,
            depend: request.depend.clone(),
            begin_at: admission::begin_at(request, now)?,
            submitted_at: now,
            attempts: vec![],
            cancel: None,
            state,
        };
        Ok((job, launchable))
    }

    async fn write(
        &self,
        s: &Submission,
        mut job: Job,
        text: String,
        now: Timestamp,
    ) -> Result<(Job, bool), Error> {
        job.id = self.store.allocate_job_ids(1).await?;
        job.run.script = self.keep_script(job.id, text).await?;
        let mut writes = vec![Write::CreateJob(job.clone())];
        writes.extend(identity::remember(s, job.id, now).map(Write::RememberRequest));
        match self.store.commit(writes).await {
            Ok(()) => {
                tracing::info!(job.id = %job.id, job.owner = %job.owner, queue.name = %job.queue, "job submitted");
                Ok((job, false))
            }
            Err(StoreError::Conflict { .. }) => {
                // The same key, at the same moment: the other call's job is the answer.
                let known = identity::recall(self.store, s).await?;
                known.map(|job| (job, true)).ok_or_else(|| Error::Unavailable("the job id was taken".into()))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn keep_script(&self, id: JobId, text: String) -> Result<ScriptRef, Error> {
        if text.len() <= MAX_INLINE_SCRIPT_BYTES {
            return Ok(ScriptRef::Inline(text));
        }
        let key = format!("scripts/{id}");
        let bytes = text.len() as u64;
        self.artifacts.put(&key, text.into_bytes()).await?;
        Ok(ScriptRef::Stored { key, bytes })
    }
}

/// What the job takes of every limit: at most as many vCPUs, and at most as much money, as the largest and dearest of its
/// types. A price that cannot be had must not keep a job out.
fn need(Launchable { launch, types, rates, .. }: &Launchable) -> Need {
    let vcpus = types.iter().map(|t| t.vcpus).max().unwrap_or(0);
    let dearest = rates.iter().flatten().max().copied().unwrap_or_default();
    Need {
        instances: launch.nodes,
        vcpus: vcpus.saturating_mul(launch.nodes),
        hourly_cost: dearest.times(u64::from(launch.nodes)),
    }
}

/// `-N` is optional: PBS then uses the script's file name; what does not make a name there is replaced.
fn default_name(s: &Submission) -> JobName {
    let clean = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() || "_-.+=".contains(c) { c } else { '_' })
            .take(64)
            .collect()
    };
    let given = s.default_name.as_deref().map(clean).unwrap_or_default();
    let named = given.parse().or_else(|_| format!("_{given}").parse());
    match named {
        Ok(name) if !given.is_empty() => name,
        _ => "STDIN".parse().expect("a valid name"),
    }
}

/// The refusal of a request that reuses a key.
pub(crate) fn key_reused() -> Error {
    Error::refused(
        Code::IdempotencyMismatch,
        "The idempotency key was used for another request.",
        "Use a fresh key for each job; repeat a key only with the very same request.",
    )
}
