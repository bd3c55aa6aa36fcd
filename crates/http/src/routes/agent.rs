//! The agent protocol: enrol and sync, between the wire's words and the use cases'.

use crate::{auth::bearer, error::ApiError, parse::body, state::AgentState};
use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use soca_app::{
    enroll_node::{self, Enrollment},
    run_order::RunOrder,
    serve_order::ServeOrder,
    sync_node::{End, Order, Orders, Report, Sync, SyncNode, What},
};
use soca_domain::{Attempt, Code, ElementIndex, Fault, JobId, Timestamp};
use soca_wire::agent as wire;

/// `POST /agent/v1/enroll`
pub(super) async fn enroll(
    State(state): State<AgentState>,
    bytes: Bytes,
) -> Result<Json<wire::EnrollReply>, ApiError> {
    let asked: wire::EnrollRequest = body(&bytes)?;
    let asked = Enrollment {
        stack: asked.stack.parse()?,
        instance: asked.instance.parse()?,
        join_token: asked.join_token,
        session_token: session_token(asked.session_token)?,
        hostname: host(asked.hostname)?,
        address: asked.address.chars().take(64).collect(),
        instance_type: asked.instance_type.parse()?,
        cpus: asked.cpus.clamp(1, 4096),
    };
    let index = enroll_node::enroll(state.mover(), &asked, (state.clock)()).await?;
    Ok(Json(wire::EnrollReply { node_index: index.0, interval_ms: 500 }))
}

/// `POST /agent/v1/sync`
pub(super) async fn sync(
    State(state): State<AgentState>,
    request: Request,
) -> Result<Json<wire::SyncReply>, ApiError> {
    let (parts, payload) = request.into_parts();
    let token = bearer(&parts)?.to_owned();
    let bytes = axum::body::to_bytes(payload, crate::parse::MAX_BODY_BYTES).await.map_err(|_| too_large())?;
    let asked: wire::SyncRequest = body(&bytes)?;
    if asked.reports.len() > wire::MAX_REPORTS {
        return Err(too_large().into());
    }
    let sync = Sync {
        stack: asked.stack.parse()?,
        instance: asked.instance.parse()?,
        session_token: token,
        sequence: asked.sequence,
        reports: asked.reports.into_iter().map(report).collect::<Result<_, _>>()?,
    };
    let use_case = SyncNode { mover: state.mover(), artifacts: &*state.artifacts };
    Ok(Json(reply(use_case.run(&sync, (state.clock)()).await?)))
}

fn too_large() -> Fault {
    Fault::new(Code::ScriptTooLarge, "The request's body is too large.", "Send reports in smaller batches.")
}

fn session_token(token: String) -> Result<String, Fault> {
    if token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(token);
    }
    Err(Fault::new(Code::BadBody, "The session token is not 64 hexadecimal digits.", "Use 32 random bytes."))
}

/// Host names end up in node files, one per line.
fn host(name: String) -> Result<String, Fault> {
    let ok = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if ok {
        Ok(name)
    } else {
        Err(Fault::new(Code::BadBody, "The host name cannot be used.", "Use a DNS name."))
    }
}

fn report(report: wire::Report) -> Result<Report, Fault> {
    let (job, attempt, what) = match report {
        wire::Report::Started { job, attempt, at_ms } => (job, attempt, What::Started(Timestamp(at_ms))),
        wire::Report::Finished { job, attempt, at_ms, end: e } => {
            (job, attempt, What::Finished(Timestamp(at_ms), end(e)))
        }
        wire::Report::Elements { job, attempt, changes } => {
            let changes =
                changes.into_iter().map(|c| (ElementIndex(c.element), Timestamp(c.at_ms), c.end.map(end)));
            (job, attempt, What::Elements(changes.collect()))
        }
        wire::Report::Output { job, attempt, element, stream, offset, data } => {
            let bytes = STANDARD.decode(data).ok().filter(|b| b.len() <= wire::MAX_CHUNK_BYTES);
            let bytes = bytes.ok_or_else(|| {
                Fault::new(
                    Code::BadBody,
                    "A piece of output cannot be read.",
                    "Send base64 of up to 256 KiB.",
                )
            })?;
            let stderr = stream == wire::Stream::Stderr;
            (job, attempt, What::Output { element: element.map(ElementIndex), stderr, offset, bytes })
        }
    };
    Ok(Report { job: JobId(job), attempt: Attempt(attempt), what })
}

fn end(end: wire::End) -> End {
    match end {
        wire::End::Exited { status } => End::Exited(status),
        wire::End::Signalled { signal } => End::Signalled(signal),
        wire::End::Walltime => End::Walltime,
        wire::End::Cancelled => End::Cancelled,
        wire::End::Broken { code, message } => {
            let code = code.parse().unwrap_or(Code::CannotStart);
            let remedy = match code {
                Code::DiskFull => "Free space on the shared file system, or write less output.",
                _ => "Check the job's directories, interpreter and output paths.",
            };
            End::Broken(Fault::new(code, message.chars().take(500).collect::<String>(), remedy))
        }
    }
}

fn reply(orders: Orders) -> wire::SyncReply {
    let directive = orders.order.map(|order| match order {
        Order::Shutdown => wire::Directive::Shutdown,
        Order::Cancel(job, attempt) => wire::Directive::Cancel { job: job.0, attempt: attempt.0 },
        Order::Warn(job, attempt) => wire::Directive::Warn { job: job.0, attempt: attempt.0 },
        Order::Run(order) => wire::Directive::Run(Box::new(run(*order))),
        Order::Serve(order) => wire::Directive::Serve(Box::new(serve(*order))),
    });
    wire::SyncReply {
        acknowledged: orders.acknowledged,
        directives: directive.into_iter().collect(),
        interval_ms: u64::try_from(orders.interval.as_millis()).unwrap_or(1000),
    }
}

fn serve(order: ServeOrder) -> wire::ServeDirective {
    let job = order.details;
    wire::ServeDirective {
        job: order.job.0,
        attempt: order.attempt.0,
        stack: order.stack.to_string(),
        name: job.name.to_string(),
        owner: job.owner.to_string(),
        queue: job.queue.to_string(),
        project: job.project.as_ref().map(ToString::to_string),
        workdir: job.run.workdir,
        environment: job.run.environment,
        submit_host: job.run.submit_host,
        ncpus: order.ncpus,
        mpiprocs: order.mpiprocs,
        nodes: order.hosts,
    }
}

fn run(order: RunOrder) -> wire::RunDirective {
    let job = order.details;
    wire::RunDirective {
        job: order.job.0,
        attempt: order.attempt.0,
        name: job.name.to_string(),
        owner: job.owner.to_string(),
        queue: job.queue.to_string(),
        project: job.project.as_ref().map(ToString::to_string),
        script: order.script,
        shell: job.run.shell,
        workdir: job.run.workdir,
        joined: order.stdout == order.stderr,
        stdout: order.stdout,
        stderr: order.stderr,
        environment: job.run.environment,
        submit_host: job.run.submit_host,
        end_by_ms: order.end_by.map(|at| at.0),
        warning: job.run.policy.warning.map(|warning| wire::WarningDirective {
            signal: warning.signal.number(),
            before_seconds: warning.before.as_secs(),
            shell_only: warning.shell_only,
        }),
        walltime_seconds: job.launch.walltime.map(|w| w.as_secs()),
        grace_seconds: order.grace.as_secs(),
        ncpus: order.ncpus,
        mpiprocs: order.mpiprocs,
        nodes: order.hosts,
        array: order.array.map(|(ranges, limit)| wire::ArrayDirective { ranges, limit }),
    }
}
