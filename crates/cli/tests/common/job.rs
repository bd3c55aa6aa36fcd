//! A fake job: it moves on by one step each time somebody looks, and "runs" its script's echo and exit lines.

use serde_json::{Value, json};
use soca_wire::api::{Attempt, ElementCounts, Job, Reason, SubmitRequest, WaitReason};

/// The states on the way, before the last.
const WAY: [&str; 6] = ["queued", "provisioning", "starting", "running", "running", "completing"];

#[derive(Clone, Debug)]
pub(crate) struct FakeJob {
    pub(crate) job: Job,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    step: usize,
    /// Nodes will be lost so many times.
    losses: u32,
    attempt: u32,
    end: String,
    exit_code: Option<i32>,
    /// Stays where it is.
    pub(crate) stuck: bool,
}

impl FakeJob {
    pub(crate) fn new(id: u64, request: &SubmitRequest) -> FakeJob {
        let parsed = soca_directives::read_job(request.script.as_bytes(), &request.options).unwrap().request;
        let exit_code = exit_code(&request.script);
        let mut fake = FakeJob {
            job: blank(id),
            stdout: echoed(&request.script, false),
            stderr: echoed(&request.script, true),
            step: 0,
            losses: u32::from(request.script.contains("# loses a node")),
            attempt: 1,
            end: if exit_code == 0 { "completed" } else { "failed" }.into(),
            exit_code: Some(exit_code),
            stuck: parsed.hold,
        };
        if let Some(state) = request.script.lines().find_map(|line| line.strip_prefix("# ends ")) {
            (fake.end, fake.exit_code) = (state.into(), None);
        }
        let name = parsed.name.map(|n| n.to_string()).or(request.default_name.clone()).unwrap_or_default();
        fake.job.name = name;
        fake.job.array = parsed.array.map(|array| array.to_string());
        fake.job.walltime_seconds = parsed.resources.walltime.map(|w| w.as_secs());
        fake.job.workdir = request.workdir.clone().unwrap_or_else(|| "/data/home/alice".into());
        fake.settle();
        fake
    }

    /// Somebody looks: the job as it is, before it moves on.
    pub(crate) fn look(&mut self) -> Job {
        let seen = self.job.clone();
        if !self.stuck && !self.job.ended {
            self.step += 1;
            if self.step == 5 && self.losses > 0 {
                (self.step, self.losses, self.attempt) = (0, self.losses - 1, self.attempt + 1);
            }
            self.settle();
        }
        seen
    }

    /// Puts it at its end at once.
    pub(crate) fn finish(&mut self) {
        self.step = WAY.len();
        self.settle();
    }

    /// The attempt that runs now or would be next.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Puts it where its script runs, for good.
    pub(crate) fn run_on(&mut self) {
        (self.step, self.stuck) = (3, true);
        self.settle();
    }

    pub(crate) fn cancel(&mut self) {
        (self.end, self.exit_code, self.stuck) = ("cancelled".into(), None, false);
        self.job.cancel_requested = true;
        self.finish();
    }

    /// How much of the output is there, and whether that is all.
    pub(crate) fn shown(&self, stderr: bool, attempt: u32) -> (&[u8], bool) {
        let all = if stderr { &self.stderr } else { &self.stdout };
        match self.step {
            _ if attempt < self.attempt => (all, true),
            0..3 => (&[], false),
            3 => (&all[..all.len() / 2], false),
            step => (all, step > 4),
        }
    }

    fn settle(&mut self) {
        let ended = self.step >= WAY.len();
        let job = &mut self.job;
        job.state = WAY.get(self.step).map_or_else(|| self.end.clone(), |state| (*state).to_owned());
        if self.stuck && self.step == 0 {
            job.state = "held".into();
        }
        job.ended = ended;
        job.since = format!("2026-11-23T07:5{}:00.000Z", self.step);
        job.wait = (self.step == 0).then(|| wait(self.stuck));
        let started = self.step >= 3 && self.exit_code.is_some() || (3..WAY.len()).contains(&self.step);
        job.started_at = started.then(|| "2026-11-23T07:52:00.000Z".to_owned());
        let begun = if self.step > 0 { self.attempt } else { self.attempt - 1 };
        job.attempts =
            (1..=begun).map(|number| attempt(job, number, started || number < self.attempt)).collect();
        job.ended_at = ended.then(|| "2026-11-23T07:56:00.000Z".to_owned());
        job.exit_code = self.exit_code.filter(|_| ended);
        job.run_ms = if started { 60_500 } else { 0 };
        job.cost_micro_usd = ended.then_some(12_345);
        job.reason = (ended && self.end != "completed").then(|| reason(&self.end, self.exit_code));
    }
}

fn blank(id: u64) -> Job {
    let base: Value = json!({
        "id": id, "name": "", "owner": "alice", "queue": "normal", "project": null, "state": "queued", "since": "",
        "ended": false, "wait": null, "reason": null, "exit_code": null, "attempts": [], "cancel_requested": false,
        "submitted_at": "2026-11-23T07:50:00.000Z", "started_at": null, "ended_at": null, "wait_ms": 120_000, "run_ms": 0,
        "cost_micro_usd": null, "nodes": 2, "ncpus": 4, "instance_types": ["c5.large"], "walltime_seconds": null,
        "array": null, "elements": null, "workdir": "/data/home/alice", "stdout": format!("/data/home/alice/out.o{id}"),
        "stderr": format!("/data/home/alice/out.e{id}"), "depend": [], "begin_at": null
    });
    serde_json::from_value(base).unwrap()
}

fn attempt(job: &Job, number: u32, started: bool) -> Attempt {
    Attempt {
        number,
        stack: format!("soca-{}-{number}", job.id),
        placed_at: "2026-11-23T07:51:00.000Z".into(),
        started_at: started.then(|| "2026-11-23T07:52:00.000Z".to_owned()),
        ended_at: None,
        reason: None,
        offered_types: vec![],
        market: Some("on-demand".into()),
        instead_because: None,
        instance_type: Some("c5.large".into()),
        cost_micro_usd: None,
    }
}

fn wait(held: bool) -> WaitReason {
    let (code, message, by) = if held {
        ("HELD", "It is held.", "Release it: soca release JOB.")
    } else {
        ("QUEUE_JOB_LIMIT", "The queue runs 2 jobs, as many as it may.", "A job of the queue ending.")
    };
    WaitReason {
        code: code.into(),
        message: message.into(),
        unblocked_by: by.into(),
        ahead: None,
        starts_by: None,
    }
}

fn reason(end: &str, exit_code: Option<i32>) -> Reason {
    let (code, message) = match (end, exit_code) {
        (_, Some(code)) => ("SCRIPT_FAILED", format!("The script ended with status {code}.")),
        ("timed_out", _) => ("WALLTIME_EXCEEDED", "The job used up its walltime.".into()),
        ("cancelled", _) => ("CANCELLED_BY_USER", "alice cancelled the job.".into()),
        _ => ("NODE_LOST", "A node was lost while the job ran.".into()),
    };
    Reason { code: code.into(), message, remedy: "Look at the output.".into() }
}

fn echoed(script: &str, to_stderr: bool) -> Vec<u8> {
    let echo = |line: &str| {
        let text = line.strip_prefix("echo ")?;
        let (text, redirected) = text.strip_suffix(" >&2").map_or((text, false), |text| (text, true));
        (redirected == to_stderr).then(|| format!("{text}\n"))
    };
    script.lines().filter_map(echo).collect::<String>().into_bytes()
}

fn exit_code(script: &str) -> i32 {
    script.lines().find_map(|line| line.strip_prefix("exit ")?.parse().ok()).unwrap_or(0)
}

/// Some done, some running, some waiting.
pub(crate) fn counts() -> ElementCounts {
    ElementCounts { total: 3, waiting: 1, running: 1, completed: 1, failed: 0, cancelled: 0 }
}
