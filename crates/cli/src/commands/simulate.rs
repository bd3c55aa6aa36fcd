//! `soca simulate TRACE`: replays a log of jobs under scheduling policies.

use super::Outcome;
use crate::{
    args::{CapacityKind, Simulate},
    context::Context,
    failure::Failure,
    submission::{unreadable, write_file},
    view::simulated::Simulated,
    world::World,
};
use soca_simulator::{
    Replay, capacity::Capacity, csv, plot, policy::PolicyName, simulate, swf, trace::Trace,
};
use std::{fs::File, io::BufReader, path::Path};

/// How long capacity takes to be there if nothing else is said, in seconds.
const BOOT: u32 = 60;

pub(super) fn run(options: &Simulate, ctx: &mut Context<'_, '_>) -> Outcome {
    let policies = policies(&options.policies)?;
    let capacity = capacity(options)?;
    let price = price(options.price_per_proc_hour)?;
    let trace = trace(options, capacity, ctx.world)?;
    let replays: Vec<Replay> =
        policies.iter().map(|policy| simulate(&trace, *policy, capacity, price)).collect();
    let name = name(&options.trace);
    if let Some(file) = &options.csv {
        write_file(file, &table(&trace, &replays))?;
    }
    if let Some(file) = &options.plot {
        write_file(file, &plot::svg(&name, &replays))?;
    }
    ctx.answer(&Simulated { name, reports: replays.into_iter().map(|replay| replay.report).collect() })?;
    Ok(0)
}

/// The policies that were named, each once.
fn policies(names: &[String]) -> Result<Vec<PolicyName>, Failure> {
    let mut policies = Vec::new();
    for name in names {
        let policy = name.trim().parse()?;
        if !policies.contains(&policy) {
            policies.push(policy);
        }
    }
    Ok(policies)
}

fn capacity(options: &Simulate) -> Result<Capacity, Failure> {
    match (options.capacity, options.boot_seconds) {
        (CapacityKind::Fixed, None) => Ok(Capacity::Fixed),
        (CapacityKind::Fixed, Some(_)) => Err(Failure::usage(
            "--boot-seconds is about elastic capacity: a fixed machine is always there.",
            "Add --capacity elastic, or leave --boot-seconds out.",
        )),
        (CapacityKind::Elastic, boot) => {
            Ok(Capacity::Elastic { boot: boot.unwrap_or(BOOT).into(), capped: options.procs.is_some() })
        }
    }
}

fn price(usd: f64) -> Result<f64, Failure> {
    if usd.is_finite() && usd >= 0.0 {
        return Ok(usd);
    }
    Err(Failure::usage(
        format!("{usd} is no price."),
        "Give USD for a processor and an hour, for example --price-per-proc-hour 0.05.",
    ))
}

/// Reads the log. Without a limit no job is too large for elastic capacity.
fn trace(options: &Simulate, capacity: Capacity, world: &mut World<'_>) -> Result<Trace, Failure> {
    let log = if options.trace == "-" {
        swf::read(BufReader::new(&mut *world.input))
    } else {
        let file = File::open(&options.trace).map_err(|error| unreadable(&options.trace, &error))?;
        swf::read(BufReader::new(file))
    };
    let log = log.map_err(|fault| Failure::from(fault).about(&options.trace))?;
    let unlimited = capacity != Capacity::Fixed && options.procs.is_none();
    let procs = if unlimited { Some(u32::MAX) } else { options.procs };
    Trace::of_log(&log, procs).map_err(|fault| Failure::from(fault).about(&options.trace))
}

/// What the trace is called: its file's name without endings.
fn name(path: &str) -> String {
    let file = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    let short = file.trim_end_matches(".gz").trim_end_matches(".swf");
    if short.is_empty() || short == "-" { "standard input".to_owned() } else { short.to_owned() }
}

fn table(trace: &Trace, replays: &[Replay]) -> String {
    let mut text = csv::HEADER.to_owned();
    for replay in replays {
        csv::lines(replay.report.policy, trace, &replay.starts, &mut text);
    }
    text
}
