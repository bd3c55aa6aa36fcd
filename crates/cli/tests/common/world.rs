//! Runs commands inside the test, at a fixed time that passes only when somebody sleeps.

use super::{process::Ran, server::Server};
use soca_cli::{
    clock::Clock,
    interrupt::Interrupts,
    net::ureq::Ureq,
    secret::Secrets,
    world::{Terminals, World},
};
use soca_domain::Timestamp;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ffi::OsString,
    io,
    time::Duration,
};

/// A clock that nobody waits for.
#[derive(Debug)]
pub(crate) struct Paper {
    now: Cell<Timestamp>,
    pub(crate) slept: Cell<Duration>,
}

impl Clock for Paper {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn sleep(&self, span: Duration) {
        self.now.set(self.now.get().plus(span));
        self.slept.set(self.slept.get() + span);
    }
}

/// Ctrl-C after so many looks.
#[derive(Debug)]
struct After(Cell<u32>);

impl Interrupts for After {
    fn watch(&self) -> io::Result<()> {
        Ok(())
    }

    fn pending(&self) -> bool {
        self.0.set(self.0.get().saturating_sub(1));
        self.0.get() == 0
    }
}

/// Answers prompts from a list.
#[derive(Debug, Default)]
struct Answers(RefCell<Vec<String>>);

impl Secrets for Answers {
    fn ask(&self, prompt: &str) -> io::Result<String> {
        let mut left = self.0.borrow_mut();
        if left.is_empty() {
            return Err(io::Error::other(prompt.to_owned()));
        }
        Ok(left.remove(0))
    }
}

/// How a command is run.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) directory: Option<String>,
    pub(crate) terminal: Terminals,
    pub(crate) answers: Vec<String>,
    /// Ctrl-C is pressed at this look for it.
    pub(crate) interrupt_after: u32,
}

impl Desk {
    /// At a cluster, with a token that is used as it is.
    pub(crate) fn at(server: &Server) -> Desk {
        let set = [
            ("SOCA_ENDPOINT", server.url()),
            ("SOCA_TOKEN", "given-token".into()),
            ("HOME", "/nonexistent".into()),
        ];
        Desk {
            variables: set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            directory: Some("/data/home/alice/run".into()),
            terminal: Terminals::default(),
            answers: Vec::new(),
            interrupt_after: u32::MAX,
        }
    }

    /// Sets a variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Desk {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Runs a command line.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "").0
    }

    /// Runs a command line with some input; also how long it slept.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> (Ran, Duration) {
        let clock = Paper { now: Cell::new("2026-11-23T08:00:00Z".parse().unwrap()), slept: Cell::default() };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let interrupts = After(Cell::new(self.interrupt_after));
        let secrets = Answers(RefCell::new(self.answers.clone()));
        let transport = Ureq::default();
        let mut world = World {
            variables: self.variables.clone(),
            directory: self.directory.clone().map(Into::into),
            host: Some("desk".into()),
            terminal: self.terminal,
            clock: &clock,
            transport: &transport,
            interrupts: &interrupts,
            secrets: &secrets,
            input: &mut input.as_bytes(),
            out: &mut out,
            err: &mut err,
        };
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let status = soca_cli::run(args, &mut world).into();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (Ran { status, out: text(out), err: text(err) }, clock.slept.get())
    }
}
