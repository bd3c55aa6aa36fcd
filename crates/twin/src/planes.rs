//! The two emulators: started together, watched, ended together.

use crate::{
    call::Caller,
    fault::{Fault, Kind, Outcome},
    files,
    kept::{Kept, Plan, last_line},
    layout::Layout,
    ports::Ports,
};
use std::{
    ffi::OsString,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// How long an emulator may take to serve.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long one may take to end.
const END_LIMIT: Duration = Duration::from_secs(8);

/// What the planes need to know.
#[derive(Clone, Debug)]
pub struct PlaneOptions {
    /// Their ports.
    pub ports: Ports,
    /// The secret shared with the machine room.
    pub secret: String,
    /// First pause of a group after a launch was refused, seconds.
    pub group_retry_seconds: f64,
}

/// One emulator.
#[derive(Debug)]
pub struct Plane {
    /// Its name in messages and of its log.
    pub name: &'static str,
    /// Its log.
    pub log: PathBuf,
    process: Kept,
    ended: Option<i32>,
}

/// Both.
#[derive(Debug)]
pub struct Planes(pub [Plane; 2]);

impl Planes {
    /// Starts both and waits until they serve.
    pub fn start(layout: &Layout, options: &PlaneOptions) -> Outcome<Planes> {
        options.ports.check()?;
        files::directory(&layout.dir.join("planes"))?;
        let ports = options.ports;
        let mut planes = Planes([
            start(layout, options, "serverless-plane", serverless_arguments(layout, ports))?,
            start(layout, options, "compute-plane", compute_arguments(options))?,
        ]);
        let calls =
            [ports.serverless, ports.compute].map(|port| Caller::plane(Ports::url(port), &options.secret));
        let until = Instant::now() + START_LIMIT;
        for (plane, call) in planes.0.iter_mut().zip(&calls) {
            plane.wait_ready(call, until)?;
        }
        Ok(planes)
    }

    /// Sentences about planes that have ended since this was last asked.
    pub fn deaths(&mut self) -> Vec<String> {
        self.0.iter_mut().filter_map(Plane::death).collect()
    }

    /// Ends both.
    pub fn end(&mut self) {
        self.0.iter_mut().for_each(|plane| plane.process.release());
        for plane in &mut self.0 {
            plane.process.wait(END_LIMIT);
        }
    }
}

impl Plane {
    /// Whether it runs.
    pub fn alive(&self) -> bool {
        self.ended.is_none()
    }

    /// The process id of its `init`.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    fn death(&mut self) -> Option<String> {
        if self.ended.is_some() {
            return None;
        }
        let status = self.process.ended()?;
        self.ended = Some(status);
        Some(format!("The {} ended with status {status}; look into {}", self.name, self.log.display()))
    }

    fn wait_ready(&mut self, call: &Caller, until: Instant) -> Outcome<()> {
        loop {
            if let Some(status) = self.process.ended() {
                return Err(refusal(self, status));
            }
            if call.get("/_soca/health").is_ok() {
                return Ok(());
            }
            if Instant::now() > until {
                let message = format!("The {} does not serve after {} s.", self.name, START_LIMIT.as_secs());
                return Err(Fault::new(Kind::Died, message, format!("Look into {}", self.log.display())));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The planes' own exit codes, see `python/planes/common.py`.
fn refusal(plane: &Plane, status: i32) -> Fault {
    let said = last_line(&plane.log);
    let (kind, remedy) = match status {
        3 => (Kind::PortTaken, "End what uses the port, or choose others with --port-base.".to_owned()),
        4 => (
            Kind::Emulator,
            "Install the pinned versions: remove target/twin/venv, then cargo xtask up".to_owned(),
        ),
        _ => (Kind::Died, format!("Look into {}", plane.log.display())),
    };
    Fault::new(kind, format!("The {} did not start: {said}.", plane.name), remedy)
}

fn start(
    layout: &Layout,
    options: &PlaneOptions,
    name: &'static str,
    arguments: Vec<OsString>,
) -> Outcome<Plane> {
    if !layout.python.exists() {
        let message = format!("There is no {}.", layout.python.display());
        return Err(Fault::new(Kind::Emulator, message, "cargo xtask up makes it."));
    }
    let log = layout.log(name);
    let script = layout.repo.join("crates/twin/python").join(format!("{}.py", name.replace('-', "_")));
    let mut command = vec![layout.python.clone().into_os_string(), script.into_os_string()];
    command.extend(arguments);
    let environment =
        vec![("SOCA_INTERNAL_TOKEN", options.secret.clone()), ("PYTHONDONTWRITEBYTECODE", "1".into())];
    let directory = layout.dir.join("planes");
    // Their state is in memory, so there is nothing to save at the end.
    let plan = Plan { command, directory, environment, log: log.clone(), restart: false, grace_ms: 0 };
    Ok(Plane { name, log, process: Kept::start(layout, &plan)?, ended: None })
}

fn words(list: &[&str]) -> Vec<OsString> {
    list.iter().map(OsString::from).collect()
}

fn serverless_arguments(layout: &Layout, ports: Ports) -> Vec<OsString> {
    let mut list =
        words(&["--port", &ports.serverless.to_string(), "--compute-endpoint", &Ports::url(ports.compute)]);
    list.extend([OsString::from("--state-dir"), layout.dir.join("planes").into_os_string()]);
    list.extend([OsString::from("--function-logs"), layout.function_logs().into_os_string()]);
    list
}

fn compute_arguments(options: &PlaneOptions) -> Vec<OsString> {
    words(&[
        "--port",
        &options.ports.compute.to_string(),
        "--serverless-endpoint",
        &Ports::url(options.ports.serverless),
        "--retry-seconds",
        &options.group_retry_seconds.to_string(),
        "--shutdown-seconds",
        "10",
    ])
}
