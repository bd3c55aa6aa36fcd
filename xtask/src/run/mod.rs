//! `cargo xtask run FILE`: a job script from here to its end on the twin, as a user would run it.

pub mod stage;
pub mod summary;

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, code},
    twin::Twin,
};
use clap::Args;
use serde_json::Value;
use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use summary::Ended;

/// So long the job's capacity has to be gone after its end.
const LEFT_LIMIT: Duration = Duration::from_secs(90);

/// Options of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunOptions {
    /// The job script.
    pub file: PathBuf,
    /// The last line of standard output is one JSON object; everything else goes to standard error.
    #[arg(long)]
    pub json: bool,
    /// End the twin afterwards.
    #[arg(long)]
    pub down: bool,
    /// Options as qsub takes them; they win over the script's directives.
    #[arg(last = true, value_name = "QSUB OPTIONS")]
    pub options: Vec<OsString>,
}

/// Runs a job; its exit status.
pub fn run(repo: &Repo, options: &RunOptions, here: &std::path::Path) -> Outcome<u8> {
    let script = here.join(&options.file);
    if !script.is_file() {
        let message = format!("There is no file {}.", script.display());
        return Err(Fault::new("NO_SCRIPT", message, "Name a job script, for example examples/hello.pbs"));
    }
    if crate::solver::is_needed_by(&script) {
        crate::solver::ensure(repo)?;
    }
    let twin = Twin::of(repo);
    twin.up(&[OsString::from("--brief")])?;
    let outcome = follow(&twin, &script, options);
    if options.down {
        twin.down(options.json)?;
    }
    outcome
}

fn follow(twin: &Twin, script: &std::path::Path, options: &RunOptions) -> Outcome<u8> {
    let facts = twin.file()?;
    let text =
        |pointer: &str| facts.pointer(pointer).and_then(Value::as_str).map(PathBuf::from).unwrap_or_default();
    let home = text("/data").join("home/alice");
    let staged = stage::stage(script, &home)?;
    eprintln!("{}", staged.note);
    let mut soca = Command::new(text("/soca"));
    soca.args(["submit", "--follow", "--json"]).args(&options.options).arg(&staged.script);
    soca.current_dir(&staged.directory).env("SOCA_CONFIG_DIR", text("/users/alice/config_dir"));
    soca.env_remove("SOCA_TOKEN").env_remove("SOCA_ENDPOINT").stdout(Stdio::piped());
    if !options.json {
        // The command keeps its standard output for the result; people want to read the job's output on ours.
        soca.stderr(std::io::stdout());
    }
    let mut child = soca.spawn().map_err(|e| Fault::machine("soca", e))?;
    let mut last = String::new();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        last = line.map_err(|e| Fault::machine("soca submit", e))?;
    }
    let status = child.wait().map_err(|e| Fault::machine("soca submit", e))?;
    let ended = serde_json::from_str(&last).ok().and_then(|value| Ended::of(&value));
    let Some(ended) = ended else {
        if options.json {
            println!("{last}");
        }
        warn_if_broken(twin);
        return Err(Fault::Told(code(status)));
    };
    if !options.json {
        println!("{}", ended.block());
    }
    let left = await_nothing_left(twin)?;
    if options.json {
        println!("{}", ended.json(left));
    } else {
        println!("  left       {} instances, {} stacks", left.0, left.1);
    }
    Ok(code(status))
}

/// Whatever went wrong may be the twin's fault, and then that is what there is to say.
fn warn_if_broken(twin: &Twin) {
    let Ok(status) = twin.status() else { return };
    let problems = status["problems"].as_array().cloned().unwrap_or_default();
    for problem in &problems {
        eprintln!("twin: {}", problem.as_str().unwrap_or_default());
    }
    if status["up"] != true && problems.is_empty() {
        eprintln!("twin: The machine room is gone; look into {}", twin.log("machine-room").display());
    }
}

/// Instances and stacks that are there when the job's capacity should be gone.
fn await_nothing_left(twin: &Twin) -> Outcome<(u64, u64)> {
    let until = Instant::now() + LEFT_LIMIT;
    loop {
        let status = twin.status()?;
        let (Some(instances), Some(stacks)) =
            (status["instances_alive"].as_u64(), status["stacks_alive"].as_u64())
        else {
            warn_if_broken(twin);
            let message = "The twin died before it could be seen whether anything is left of the job.";
            return Err(Fault::new(
                "TWIN_DIED",
                message,
                "Start it again: cargo xtask down, then cargo xtask up",
            ));
        };
        if (instances, stacks) == (0, 0) || Instant::now() > until {
            warn_if_broken(twin);
            return Ok((instances, stacks));
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}
