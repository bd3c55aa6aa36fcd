//! Everything outside the program that a command may touch, in one place, so that tests can put their own there.

use crate::{
    clock::{Clock, SystemClock},
    interrupt::{CtrlC, Interrupts},
    net::{transport::Transport, ureq::Ureq},
    secret::{Secrets, Terminal},
};
use std::{
    collections::BTreeMap,
    fmt,
    io::{self, IsTerminal, Read, Write},
    path::PathBuf,
};

/// What a command works in.
pub struct World<'w> {
    /// The environment's variables, as far as they are text.
    pub variables: BTreeMap<String, String>,
    /// The current directory.
    pub directory: Option<PathBuf>,
    /// The machine's name.
    pub host: Option<String>,
    /// Which of the streams a person looks at.
    pub terminal: Terminals,
    /// Time.
    pub clock: &'w dyn Clock,
    /// The network.
    pub transport: &'w dyn Transport,
    /// Ctrl-C.
    pub interrupts: &'w dyn Interrupts,
    /// Asks a person for a secret.
    pub secrets: &'w dyn Secrets,
    /// Standard input.
    pub input: &'w mut dyn Read,
    /// Standard output: data.
    pub out: &'w mut dyn Write,
    /// Standard error: progress and messages.
    pub err: &'w mut dyn Write,
}

/// Which of the standard streams are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub struct Terminals {
    pub input: bool,
    pub out: bool,
    pub err: bool,
}

impl World<'_> {
    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("directory", &self.directory)
            .field("terminal", &self.terminal)
            .finish_non_exhaustive()
    }
}

/// The process's standard streams.
#[derive(Debug)]
pub struct Streams {
    input: io::Stdin,
    out: io::Stdout,
    err: io::Stderr,
}

impl Streams {
    /// Those of this process.
    pub fn of_process() -> Streams {
        Streams { input: io::stdin(), out: io::stdout(), err: io::stderr() }
    }
}

/// The real clock, network, signals and terminal.
#[derive(Debug, Default)]
pub struct System {
    clock: SystemClock,
    transport: Ureq,
    interrupts: CtrlC,
    secrets: Terminal,
}

impl System {
    /// The process's world.
    pub fn world<'w>(&'w self, streams: &'w mut Streams) -> World<'w> {
        let terminal = Terminals {
            input: streams.input.is_terminal(),
            out: streams.out.is_terminal(),
            err: streams.err.is_terminal(),
        };
        World {
            variables: variables(),
            directory: std::env::current_dir().ok(),
            host: nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()),
            terminal,
            clock: &self.clock,
            transport: &self.transport,
            interrupts: &self.interrupts,
            secrets: &self.secrets,
            input: &mut streams.input,
            out: &mut streams.out,
            err: &mut streams.err,
        }
    }
}

fn variables() -> BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        name.into_string().ok().zip(value.into_string().ok())
    };
    std::env::vars_os().filter_map(text).collect()
}
