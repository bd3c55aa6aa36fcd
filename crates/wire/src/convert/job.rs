//! A job as the API shows it, and its explanation.

use super::{counts, final_verdict, reason, text, wait};
use crate::api;
use soca_domain::{
    Fault, Job, JobState, Timestamp,
    element::ElementCounts,
    job::AttemptRecord,
    ladder::{Rung, why as why_rung},
    verdict::Verdict,
    wait::Waiting,
};

/// A job. `outputs` are the absolute paths of its output files.
pub fn job(
    job: &Job,
    waits: Option<&Waiting>,
    elements: Option<ElementCounts>,
    outputs: (String, String),
    now: Timestamp,
) -> api::Job {
    let verdict = final_verdict(&job.state);
    let ended_at = match job.state {
        JobState::Ended { at, .. } => Some(at),
        _ => None,
    };
    let policy = &job.run.policy;
    let cost_known = job.attempts.iter().any(|a| a.cost.is_some());
    api::Job {
        id: job.id.0,
        name: job.name.to_string(),
        owner: job.owner.to_string(),
        queue: job.queue.to_string(),
        project: job.project.as_ref().map(ToString::to_string),
        state: job.state.name().into(),
        since: text(job.state.since()),
        ended: job.state.is_final(),
        wait: waits.map(wait),
        reason: why(job, elements).as_ref().map(reason),
        exit_code: verdict.and_then(Verdict::exit_code),
        attempts: (0..).zip(&job.attempts).map(|(place, a)| attempt(job, place, a)).collect(),
        cancel_requested: job.cancel.is_some(),
        submitted_at: text(job.submitted_at),
        started_at: job.started_at().map(text),
        ended_at: ended_at.map(text),
        wait_ms: millis(job.started_at().or(ended_at).unwrap_or(now).since(job.submitted_at)),
        run_ms: run_ms(job, now),
        cost_micro_usd: cost_known.then(|| job.cost().0),
        nodes: job.launch.nodes,
        ncpus: job.launch.ncpus,
        memory_mib: job.launch.memory.map(|memory| memory.0),
        ngpus: job.launch.gpus,
        instance_selection: job.launch.selection.map(|selection| selection.as_str().to_owned()),
        instance_types: job.launch.instance_types.iter().map(ToString::to_string).collect(),
        walltime_seconds: job.launch.walltime.map(|w| w.as_secs()),
        array: job.array.map(|a| a.to_string()),
        elements: elements.map(counts),
        workdir: job.run.workdir.clone(),
        stdout: outputs.0,
        stderr: outputs.1,
        depend: depend(job),
        begin_at: job.begin_at.map(text),
        attempts_allowed: Some(policy.attempts.0),
        signal: policy.warning.map(|w| w.to_string()),
        grace_seconds: policy.grace.map(|g| g.as_secs()),
        deadline: policy.deadline.map(text),
        max_cost_micro_usd: policy.max_cost.map(|c| c.0),
    }
}

fn depend(job: &Job) -> Vec<String> {
    let singleton = job.run.policy.singleton.then(|| "singleton".to_owned());
    job.depend.iter().map(ToString::to_string).chain(singleton).collect()
}

/// Why it ended badly; while it waits for another attempt, why the last one did.
fn why(job: &Job, elements: Option<ElementCounts>) -> Option<Fault> {
    let last = || job.last_attempt().and_then(|a| a.verdict.as_ref());
    let fault = final_verdict(&job.state).or_else(last)?.fault()?;
    match elements {
        Some(c) if fault.code == soca_domain::Code::ScriptFailed => Some(Fault::new(
            soca_domain::Code::ElementsFailed,
            format!("{} of {} elements failed.", c.failed, c.total),
            "soca elements shows which; soca logs --element N shows the output of one.",
        )),
        _ => Some(fault),
    }
}

fn attempt(job: &Job, place: usize, a: &AttemptRecord) -> api::Attempt {
    let names = |rung: &Rung| rung.types.iter().map(ToString::to_string).collect();
    api::Attempt {
        number: a.attempt.0,
        stack: a.stack.to_string(),
        placed_at: text(a.placed_at),
        started_at: a.started_at.map(text),
        ended_at: a.ended_at.map(text),
        reason: a.verdict.as_ref().and_then(Verdict::fault).as_ref().map(reason),
        instance_type: a.instance_type.as_ref().map(ToString::to_string),
        offered_types: a.rung.as_ref().map(names).unwrap_or_default(),
        market: a.rung.as_ref().map(|rung| rung.market.as_str().to_owned()),
        instead_because: why_rung(job, place),
        cost_micro_usd: a.cost.map(|c| c.0),
    }
}

fn run_ms(job: &Job, now: Timestamp) -> u64 {
    let Some(last) = job.last_attempt() else { return 0 };
    last.started_at.map_or(0, |start| millis(last.ended_at.unwrap_or(now).since(start)))
}

fn millis(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// What is going on with a job, and how it came to it.
pub fn explanation(job: &Job, waits: Option<&Waiting>, elements: Option<ElementCounts>) -> api::Explanation {
    let fault = why(job, elements);
    api::Explanation {
        job: job.id.0,
        state: job.state.name().into(),
        summary: summary(job, waits, fault.as_ref()),
        wait: waits.map(wait),
        reason: fault.as_ref().map(reason),
        history: history(job),
    }
}

fn summary(job: &Job, waits: Option<&Waiting>, fault: Option<&Fault>) -> String {
    match (&job.state, waits) {
        (JobState::Held { .. } | JobState::Queued { .. }, Some(waiting)) => waiting.reason.to_string(),
        (JobState::Held { .. }, None) => "It is held.".into(),
        (JobState::Queued { .. }, None) => "It waits for the next scheduling pass.".into(),
        (JobState::Provisioning { .. }, _) => {
            format!("{} node(s) are being launched for it.", job.launch.nodes)
        }
        (JobState::Starting { .. }, _) => "Its nodes are there; the script is being started.".into(),
        (JobState::Running { .. }, _) if job.cancel.is_some() => "It runs and is being cancelled.".into(),
        (JobState::Running { .. }, _) => "Its script runs.".into(),
        (JobState::Completing { .. }, _) => "Its script is over; its nodes are being taken down.".into(),
        (JobState::Ended { outcome, .. }, _) => match fault {
            None => "It completed with status 0.".into(),
            Some(fault) => format!("It ended as {}: {}", outcome.as_str(), fault.message),
        },
    }
}

/// `Attempt 2: capacity decided, stack job-7-2, c5.large on-demand, since c6i.large was not to be had.`
fn decided(job: &Job, place: usize, a: &AttemptRecord) -> String {
    let types = |rung: &Rung| rung.types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    let rung = a.rung.as_ref().map(|r| format!(", {} {}", types(r), r.market.as_str())).unwrap_or_default();
    let since = why_rung(job, place).map(|why| format!(", since {why}")).unwrap_or_default();
    format!("Attempt {}: capacity decided, stack {}{rung}{since}.", a.attempt, a.stack)
}

fn history(job: &Job) -> Vec<api::HistoryLine> {
    let mut lines = vec![(job.submitted_at, format!("Submitted to queue {}.", job.queue))];
    for (place, a) in (0..).zip(&job.attempts) {
        lines.push((a.placed_at, decided(job, place, a)));
        if let Some(at) = a.started_at {
            lines.push((at, format!("Attempt {}: the script started.", a.attempt)));
        }
        if let (Some(at), Some(verdict)) = (a.ended_at, &a.verdict) {
            let how =
                verdict.fault().map_or_else(|| "The script ended with status 0.".to_owned(), |f| f.message);
            lines.push((at, format!("Attempt {}: {how}", a.attempt)));
        }
    }
    if let Some(cancel) = &job.cancel {
        lines.push((cancel.at, format!("{} asked for its end.", cancel.by)));
    }
    if let JobState::Ended { at, outcome, .. } = &job.state {
        lines.push((*at, format!("Ended as {}; all capacity is gone.", outcome.as_str())));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, what)| api::HistoryLine { at: text(at), what }).collect()
}
