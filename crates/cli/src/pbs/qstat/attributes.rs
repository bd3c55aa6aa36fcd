//! A job's attributes by PBS's names, in the order in which PBS prints them.

use super::{row::Row, times};
use crate::{pbs::id::SERVER, view::text::plain};
use serde_json::{Value, json};
use soca_domain::{Attempt, MicroUsd, time::format_walltime};
use soca_wire::api::{Job, Stack};
use std::time::Duration;

/// Name and value; a name with a dot is a resource of a list.
pub(super) type Attribute = (&'static str, Value);

/// All attributes that have a value.
pub(super) fn of(row: &Row, stacks: &[Stack]) -> Vec<Attribute> {
    let job = &row.job;
    let time = |text: &Option<String>| text.as_deref().map(times::ctime).map(Value::from);
    let joined = job.stdout == job.stderr;
    let mut found: Vec<(&'static str, Option<Value>)> = vec![
        ("Job_Name", Some(json!(plain(&job.name)))),
        ("Job_Owner", Some(json!(format!("{}@{SERVER}", plain(&job.owner))))),
        ("resources_used.walltime", row.run_ms().map(|ms| json!(times::hms(ms)))),
        ("job_state", Some(json!(row.state().to_string()))),
        ("queue", Some(json!(plain(&job.queue)))),
        ("server", Some(json!(SERVER))),
        ("ctime", Some(json!(times::ctime(&job.submitted_at)))),
        ("depend", (!job.depend.is_empty()).then(|| json!(plain(&job.depend.join(","))))),
        ("Error_Path", Some(json!(format!("{SERVER}:{}", plain(&job.stderr))))),
        ("exec_host", exec_host(row, stacks).map(Value::from)),
        ("Hold_Types", Some(json!(if job.state == "held" { "u" } else { "n" }))),
        ("Join_Path", Some(json!(if joined { "oe" } else { "n" }))),
        ("mtime", Some(json!(times::ctime(&job.since)))),
        ("Output_Path", Some(json!(format!("{SERVER}:{}", plain(&job.stdout))))),
        ("qtime", Some(json!(times::ctime(&job.submitted_at)))),
    ];
    found.extend(resources(job));
    found.extend(policy(job));
    found.extend([
        ("stime", time(&job.started_at)),
        ("Execution_Time", time(&job.begin_at)),
        ("project", job.project.as_deref().map(|project| json!(plain(project)))),
        ("run_count", (!job.attempts.is_empty()).then(|| json!(job.attempts.len()))),
    ]);
    found.extend(array(row));
    found.extend([
        ("comment", comment(row).map(Value::from)),
        ("etime", Some(json!(times::ctime(&job.submitted_at)))),
        ("obittime", time(&job.ended_at)),
        ("Exit_status", exit_status(row).map(Value::from)),
    ]);
    found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn resources(job: &Job) -> Vec<(&'static str, Option<Value>)> {
    let types = (!job.instance_types.is_empty()).then(|| json!(plain(&job.instance_types.join("+"))));
    let each = job.ncpus.map(|n| format!(":ncpus={n}")).unwrap_or_default();
    vec![
        ("Resource_List.instance_type", types),
        ("Resource_List.ncpus", job.ncpus.map(|n| json!(n.saturating_mul(job.nodes)))),
        ("Resource_List.nodect", Some(json!(job.nodes))),
        ("Resource_List.select", Some(json!(format!("{}{each}", job.nodes)))),
        (
            "Resource_List.walltime",
            job.walltime_seconds.map(|s| json!(format_walltime(Duration::from_secs(s)))),
        ),
    ]
}

/// What it asks of its own course, if that is not the usual.
fn policy(job: &Job) -> Vec<(&'static str, Option<Value>)> {
    let attempts = job.attempts_allowed.filter(|n| *n != Attempt::MAX.0);
    vec![
        ("Resource_List.attempts", attempts.map(|n| json!(n))),
        ("Resource_List.deadline", job.deadline.as_deref().map(times::ctime).map(Value::from)),
        ("Resource_List.grace", job.grace_seconds.map(|s| json!(s))),
        ("Resource_List.max_cost", job.max_cost_micro_usd.map(|c| json!(MicroUsd(c).to_string()))),
        ("Resource_List.signal", job.signal.as_deref().map(|signal| json!(plain(signal)))),
    ]
}

fn array(row: &Row) -> Vec<(&'static str, Option<Value>)> {
    if let Some(index) = row.index() {
        let parent = crate::pbs::id::of(&row.job);
        return vec![("array_id", Some(json!(parent))), ("array_index", Some(json!(index)))];
    }
    let Some(spec) = &row.job.array else { return Vec::new() };
    let counts = row.job.elements.as_ref().map(|c| {
        let over = c.completed + c.failed + c.cancelled;
        json!(format!("Queued:{} Running:{} Exiting:0 Expired:{over}", c.waiting, c.running))
    });
    vec![
        ("array", Some(json!("True"))),
        ("array_state_count", counts),
        ("array_indices_submitted", Some(json!(plain(spec.split('%').next().unwrap_or(spec))))),
    ]
}

fn exit_status(row: &Row) -> Option<i32> {
    match &row.element {
        None => row.job.exit_code,
        Some((_, element)) => element.as_ref()?.exit_code,
    }
}

/// Why it waits, when it was started, or why it ended.
pub(super) fn comment(row: &Row) -> Option<String> {
    let job = &row.job;
    match (&job.wait, &job.reason, &job.started_at) {
        (Some(wait), ..) => {
            Some(format!("Not Running: {} {}", plain(&wait.message), plain(&wait.unblocked_by)))
        }
        (None, Some(reason), _) => Some(format!("{} {}", plain(&reason.message), plain(&reason.remedy))),
        (None, None, Some(started)) if job.ended => {
            Some(format!("Job run at {} and finished", times::at(started)))
        }
        (None, None, Some(started)) => Some(format!("Job run at {}", times::at(started))),
        (None, None, None) if job.attempts.is_empty() => None,
        (None, None, None) => Some("Not Running: Its capacity is being made.".to_owned()),
    }
}

/// `host/0*CPUs+host/0*CPUs`, while it has nodes.
pub(super) fn exec_host(row: &Row, stacks: &[Stack]) -> Option<String> {
    let job = &row.job;
    let last = job.attempts.last().filter(|_| !job.ended)?;
    let stack = stacks.iter().find(|stack| stack.id == last.stack)?;
    let cpus = job.ncpus.map(|n| format!("*{n}")).unwrap_or_default();
    let hosts: Vec<String> =
        stack.nodes.iter().map(|node| format!("{}/0{cpus}", plain(&node.hostname))).collect();
    (!hosts.is_empty()).then(|| hosts.join("+"))
}
