//! `up`: from whatever there is to a twin that is ready, doing only what is missing.

use crate::{
    deploy::{Deployment, packages},
    down,
    fault::{Fault, Kind, Outcome},
    files,
    kept::last_line,
    layout::{Layout, MARK},
    ports::Ports,
    progress::{Progress, Show},
    room::{RoomFile, RoomOptions},
    twin_file::TwinFile,
};
use clap::Args;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Options of `up`.
#[derive(Clone, Debug, Args)]
pub struct UpOptions {
    /// How the machine room is run, if it is not up already.
    #[command(flatten)]
    pub room: RoomOptions,
    /// The template [default: template.yaml in the repository].
    #[arg(long)]
    pub template: Option<PathBuf>,
    /// A parameter of the template.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// Show nothing but failures.
    #[arg(long)]
    pub quiet: bool,
    /// Show only what takes long.
    #[arg(long)]
    pub brief: bool,
}

impl UpOptions {
    fn show(&self) -> Show {
        match (self.quiet, self.brief) {
            (true, _) => Show::Nothing,
            (_, true) => Show::Long,
            _ => Show::All,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let split = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    split.ok_or_else(|| "NAME=VALUE".to_owned())
}

/// Brings the twin up.
pub fn run(layout: &Layout, options: &UpOptions) -> Outcome<()> {
    let _alone = lock(layout)?;
    let progress = Progress::new(options.show());
    let template = options.template.clone().unwrap_or_else(|| layout.repo.join("template.yaml"));
    let code = planes_code(layout)?;
    let (mut room, mut started) = (running(layout), None);
    if let Some(why) = room.as_ref().and_then(|room| outdated(layout, room, options, &code)) {
        progress.line(&format!("{why}: starting again."));
        down::run(layout, true)?;
        room = None;
    }
    if room.is_none() {
        down::clear(layout)?;
        down::forget(layout)?;
        started = Some(start(layout, &options.room)?);
        fs::write(layout.dir.join("planes.code"), &code).map_err(|e| Fault::machine("planes.code", e))?;
    }
    let packages = progress.step("code packaged", || packages::make(layout, &template));
    let room = match (room, started) {
        (None, Some(child)) => progress.step("emulators started", || await_room(layout, child))?,
        (room, _) => room.ok_or_else(Fault::not_up)?,
    };
    let deployment = Deployment { layout, room: &room, packages: packages?, extra: &options.parameters };
    let changed = deployment.run(&progress)?;
    match options.show() {
        Show::All => explain(layout, &progress, changed),
        Show::Long if changed => progress.line(&format!("The twin is up ({:.1} s).", progress.seconds())),
        _ => {}
    }
    Ok(())
}

/// Two that bring it up at the same time would be in each other's way.
fn lock(layout: &Layout) -> Outcome<File> {
    let path = layout.dir.join("up.lock");
    let file = File::create(&path).map_err(|e| Fault::machine(path.display(), e))?;
    file.lock().map_err(|e| Fault::machine(path.display(), e))?;
    Ok(file)
}

/// The machine room, if it runs and serves.
pub fn running(layout: &Layout) -> Option<RoomFile> {
    let room: RoomFile = files::read(&layout.room_file())?;
    (room.ready && is_ours(layout, room.pid)).then_some(room)
}

/// Whether a process is one of this twin's.
pub fn is_ours(layout: &Layout, pid: u32) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|entry| entry == layout.mark().as_bytes())
}

/// Why a running machine room will not do.
fn outdated(layout: &Layout, room: &RoomFile, options: &UpOptions, code: &str) -> Option<&'static str> {
    if options.room.ports.wanted().is_some_and(|ports| ports != room.ports) {
        return Some("Other ports are wanted");
    }
    let known = fs::read_to_string(layout.dir.join("planes.code")).unwrap_or_default();
    if known != code {
        return Some("The emulators' edges have changed");
    }
    let call = crate::call::Caller::room(Ports::url(room.ports.room), &room.token);
    let alive = call.get("/status").ok().and_then(|status| {
        let planes = status["planes"].as_array()?.clone();
        Some(planes.iter().all(|plane| plane["alive"] == true))
    });
    (alive != Some(true)).then_some("A part of the twin has died")
}

/// A name for the code of the planes.
fn planes_code(layout: &Layout) -> Outcome<String> {
    let root = layout.repo.join("crates/twin/python");
    let mut text = Vec::new();
    for directory in [root.clone(), root.join("planes")] {
        let entries = fs::read_dir(&directory).map_err(|e| Fault::machine(directory.display(), e))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| is_plane_code(path)) {
            text.extend(fs::read(path).unwrap_or_default());
        }
    }
    Ok(packages::content_hash(&text))
}

/// Code and data of the planes, and not their tests or what packs functions.
fn is_plane_code(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let other =
        name.starts_with("test_") || name.starts_with("packages") || name.starts_with("planes_harness");
    (name.ends_with(".py") || name.ends_with(".csv")) && !other
}

fn start(layout: &Layout, options: &RoomOptions) -> Outcome<Child> {
    files::directory(&layout.function_logs())?;
    files::directory(&layout.data().join("home"))?;
    let log = files::log(&layout.log("machine-room"))?;
    let mut room = Command::new(layout.program("soca-twin")?);
    room.arg("machine-room").arg("--dir").arg(&layout.dir).arg("--repo").arg(&layout.repo);
    room.arg("--python").arg(&layout.python);
    let ports = options.ports.wanted().unwrap_or_default();
    room.arg("--ports").arg(format!("{},{},{}", ports.serverless, ports.compute, ports.room));
    room.args(["--boot-delay", &options.boot_delay.to_string()]);
    room.args(["--group-retry", &options.group_retry.to_string()]);
    room.env(MARK, &layout.dir).current_dir(&layout.dir);
    room.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    room.spawn().map_err(|e| Fault::machine("The machine room", e))
}

fn await_room(layout: &Layout, mut child: Child) -> Outcome<RoomFile> {
    loop {
        let file: Option<RoomFile> = files::read(&layout.room_file());
        if let Some(room) = file.as_ref().filter(|room| room.ready) {
            return Ok(room.clone());
        }
        if let Ok(Some(status)) = child.try_wait() {
            let failure = file.and_then(|room| room.failure);
            down::run(layout, true)?;
            return Err(failure.unwrap_or_else(|| {
                let log = layout.log("machine-room");
                let message = format!("The machine room ended ({status}): {}.", last_line(&log));
                Fault::new(Kind::Died, message, format!("Look into {}", log.display()))
            }));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn explain(layout: &Layout, progress: &Progress, changed: bool) {
    let Some(twin) = files::read::<TwinFile>(&layout.twin_file()) else { return };
    let state = if changed { "is up" } else { "was up already, with the same code" };
    progress.line(&format!("The twin {state} ({:.1} s).", progress.seconds()));
    progress.line(&format!("  API        {}", twin.endpoint));
    progress.line(&format!("  alice      export SOCA_CONFIG_DIR={}", layout.config("alice").display()));
    progress.line(&format!("             {} submit --follow FILE", twin.soca.display()));
    progress.line(&format!("  passwords  {}", twin.credentials.display()));
    progress.line("  run a job  cargo xtask run examples/hello.pbs     end it all  cargo xtask down");
}
