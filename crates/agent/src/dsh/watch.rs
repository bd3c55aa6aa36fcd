//! What a client sees of its request: who began, what they write, how they end.

use super::LOST;
use super::options::PbsdshOptions;
use super::request::{Exit, Name, Part, Task, list};
use super::setting::Setting;
use super::tail::Tail;
use super::task::TaskFiles;
use crate::files;
use std::io::{self, Write};

/// One task.
#[derive(Debug)]
struct Watched {
    task: Task,
    begun: bool,
    status: Option<i32>,
    out: Tail,
    err: Tail,
}

/// All tasks of a request.
pub(super) struct Watch<'a> {
    setting: &'a Setting,
    options: &'a PbsdshOptions,
    name: &'a Name,
    tasks: Vec<Watched>,
}

/// Where output goes.
pub(super) struct Sinks<O: Write, E: Write> {
    pub(super) out: O,
    pub(super) err: E,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        setting: &'a Setting,
        options: &'a PbsdshOptions,
        name: &'a Name,
        tasks: &[Task],
    ) -> Watch<'a> {
        let tail = |task: &Task, part| Tail::new(setting.directory.join(name.part(task.number, part)));
        let watched = |task: &Task| Watched {
            task: *task,
            begun: false,
            status: None,
            out: tail(task, Part::Out),
            err: tail(task, Part::Err),
        };
        Watch { setting, options, name, tasks: tasks.iter().map(watched).collect() }
    }

    /// Whether there is nothing more to wait for.
    pub(super) fn is_over(&self) -> bool {
        self.tasks.iter().all(|watched| watched.status.is_some() || (self.options.unwaited && watched.begun))
    }

    /// The highest status.
    pub(super) fn status(&self) -> i32 {
        self.tasks.iter().filter_map(|watched| watched.status).max().unwrap_or(0)
    }

    /// Looks at everything once. `late`: who has not begun by now never will.
    pub(super) fn look<O: Write, E: Write>(&mut self, to: &mut Sinks<O, E>, late: bool) -> io::Result<()> {
        let names = list(&self.setting.directory)?;
        for watched in self.tasks.iter_mut().filter(|watched| watched.status.is_none()) {
            let number = watched.task.number;
            let has = |part| names.contains(&self.name.part(number, part));
            let ended = has(Part::Exit);
            let who = self.setting.title(watched.task.node);
            if !watched.begun && (has(Part::Claim) || ended) {
                watched.begun = true;
                self.options.say(&mut to.err, &format!("task {number} has begun on {who}"))?;
            }
            if !self.options.unwaited {
                watched.out.pour(&mut to.out, ended)?;
                watched.err.pour(&mut to.err, ended)?;
            }
            let exit = self.setting.directory.join(self.name.part(number, Part::Exit));
            if ended && let Some(exit) = files::read_json::<Exit>(&exit)? {
                watched.status = Some(exit.status);
                let how = format!("task {number} has ended on {who} with {}", exit.status);
                self.options.say(&mut to.err, &how)?;
            }
            if late && !watched.begun && TaskFiles::new(&self.setting.directory, self.name, number).claim()? {
                watched.status = Some(LOST);
                let seconds = self.options.timeout;
                writeln!(to.err, "{}: {who} has not answered for {seconds} s.", super::CLIENT)?;
            }
        }
        Ok(())
    }
}

impl PbsdshOptions {
    /// Says what happens, to who wants to know.
    pub(super) fn say(&self, to: &mut impl Write, what: &str) -> io::Result<()> {
        if self.verbose { writeln!(to, "{}: {what}.", super::CLIENT) } else { Ok(()) }
    }
}
