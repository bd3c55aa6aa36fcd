//! How a followed job ended: the exit status, a sentence, a JSON object.

use crate::view::text::{Style, plain, price, span_ms};
use serde::Serialize;
use soca_wire::api::Job;

/// What timeout(1) returns.
const TIMED_OUT: u8 = 124;

/// The exit status that stands for a job's end: its own, as far as it has one.
///
/// Only a job that completed with status 0 gives 0.
pub fn exit_status(job: &Job) -> u8 {
    let own = job.exit_code.and_then(|code| u8::try_from(code).ok());
    match job.state.as_str() {
        "completed" => own.unwrap_or(u8::from(job.exit_code.is_some())),
        "timed_out" => TIMED_OUT,
        _ => own.filter(|code| *code != 0).unwrap_or(1),
    }
}

/// One sentence, and the reason if it did not go well.
pub(super) fn summary(job: &Job, style: Style) -> String {
    let status = job.exit_code.map(|code| format!(" with status {code}")).unwrap_or_default();
    let ran = job.started_at.as_ref().map(|_| format!(", ran {}", span_ms(job.run_ms))).unwrap_or_default();
    let cost = job.cost_micro_usd.map(|cost| format!(", cost {}", price(Some(cost)))).unwrap_or_default();
    let state = style.state(&job.state).replace('_', " ");
    let mut text = format!("{} {state}{status}: waited {}{ran}{cost}", job.id, span_ms(job.wait_ms));
    if let Some(reason) = job.reason.as_ref().filter(|_| job.state != "completed") {
        text +=
            &format!("\n  {}: {}\n  remedy: {}", reason.code, plain(&reason.message), plain(&reason.remedy));
    }
    text
}

/// The object that `--json` prints last.
#[derive(Serialize)]
struct Summary<'j> {
    job: String,
    state: &'j str,
    exit_code: Option<i32>,
    attempts: usize,
    wait_ms: u64,
    run_ms: u64,
    cost_micro_usd: Option<u64>,
    nodes: u32,
}

/// How a job ended, for programs.
pub(super) fn json(job: &Job) -> String {
    let summary = Summary {
        job: job.id.to_string(),
        state: &job.state,
        exit_code: job.exit_code,
        attempts: job.attempts.len(),
        wait_ms: job.wait_ms,
        run_ms: job.run_ms,
        cost_micro_usd: job.cost_micro_usd,
        nodes: job.nodes,
    };
    serde_json::to_string(&summary).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(state: &str, exit_code: Option<i32>) -> u8 {
        let text = r#"{"id":1,"name":"n","owner":"o","queue":"q","state":"","since":"","ended":true,"attempts":[],
            "cancel_requested":false,"submitted_at":"","wait_ms":0,"run_ms":0,"nodes":1,"instance_types":[],
            "workdir":"/","stdout":"","stderr":"","depend":[]}"#;
        let job: Job = serde_json::from_str(text).unwrap();
        exit_status(&Job { state: state.into(), exit_code, ..job })
    }

    #[test]
    fn the_exit_status_is_the_jobs_own_and_never_0_by_mistake() {
        assert_eq!(status("completed", Some(0)), 0);
        assert_eq!(status("completed", None), 0);
        assert_eq!(status("failed", Some(3)), 3);
        assert_eq!(status("failed", Some(143)), 143);
        for state in ["failed", "cancelled", "node_failed", "anything new"] {
            assert_eq!(
                (status(state, None), status(state, Some(0)), status(state, Some(256))),
                (1, 1, 1),
                "{state}"
            );
        }
        assert_eq!((status("timed_out", None), status("timed_out", Some(143))), (124, 124));
    }
}
