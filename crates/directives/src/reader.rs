//! The reader: takes options one by one, in the script's order and then the command line's, and fills the request.

use crate::{
    grammar::missing,
    header::{self, Style},
    piece::{Piece, Word},
    places::Places,
    report::{Report, Spot},
    table::{self, Key, Kind, Param, Support},
    words,
};
use soca_domain::{Code, Fault, request::JobRequest};

/// What has been read so far.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) request: JobRequest,
    pub(crate) report: Report,
    pub(crate) places: Places,
    /// CPUs were asked for outside of a chunk, which in PBS is for all nodes together.
    pub(crate) cpus_in_all: bool,
    /// The same for memory.
    pub(crate) memory_in_all: bool,
    /// The same for GPUs.
    pub(crate) gpus_in_all: bool,
    /// What the last `select` or `nodes` said of each node, and nothing outside of it has said since.
    pub(crate) chunk_keys: Vec<Key>,
    /// `ompthreads`: becomes a variable of the job's environment.
    pub(crate) threads: Option<u32>,
    /// The script's `#!` line.
    pub(crate) interpreter: Option<String>,
}

/// Where a resource was given, which decides what it counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// As an option of its own.
    Job,
    /// As an item of `-l`.
    List,
    /// As part of `select` or `nodes`: for each node.
    Chunk,
}

/// One parameter with its value.
#[derive(Clone, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) param: &'static Param,
    /// As written.
    pub(crate) name: &'a str,
    /// Where the name stands.
    pub(crate) at: Spot,
    pub(crate) value: Option<Piece<'a>>,
    pub(crate) scope: Scope,
}

impl Reader {
    /// Reads a script's directives.
    pub(crate) fn script(&mut self, text: &str) {
        let header = header::scan(text, &mut self.report);
        self.interpreter = header.interpreter.map(str::to_owned);
        for directive in header.directives {
            let words = words::split(directive.options, directive.line, directive.column, &mut self.report);
            self.options(&words, directive.style);
        }
    }

    /// Reads command-line options; the operands that follow them.
    pub(crate) fn arguments<'a>(&mut self, args: &'a [String]) -> &'a [String] {
        let words: Vec<Word> = (1u32..).zip(args).map(|(number, arg)| Word::argument(number, arg)).collect();
        let read = self.options(&words, Style::Arguments);
        &args[read..]
    }

    /// Takes one parameter: does it, leaves it out with a warning, or refuses it.
    pub(crate) fn give(&mut self, given: Given<'_>) {
        match given.param.support {
            Support::Ignored(why) => self.report.warn(given.at, why.replace("{}", given.name)),
            Support::Refused(why, remedy) => {
                let fault = Fault::new(Code::UnsupportedDirective, why.replace("{}", given.name), remedy);
                self.report.fault_at(given.at, fault);
            }
            Support::Executed(key) => self.execute(key, given),
        }
    }

    fn execute(&mut self, key: Key, given: Given<'_>) {
        let alone = matches!(given.param.kind, Kind::Flag | Kind::YesNo) && given.scope == Scope::Job;
        let value = given.value.filter(|v| !v.text().is_empty());
        match (key, value) {
            (Key::ResourceList, Some(list)) => self.resource_list(list),
            (Key::Attributes, Some(list)) => self.attributes(list),
            (Key::Select | Key::Nodes, Some(chunks)) => self.chunks(key, given.name, chunks),
            (_, Some(value)) => match self.assign(key, given.name, value) {
                Ok(()) => self.settle(key, Spot::of(&value, given.name), given.scope),
                Err(fault) => self.report.fault_at(Spot::of(&value, given.name), fault),
            },
            (_, None) if alone && given.value.is_none() => {
                self.switch_on(key);
                self.settle(key, given.at, given.scope);
            }
            (_, None) => self.report.fault_at(given.at, missing(given.param, given.name)),
        }
    }

    /// What a value that was taken means besides itself.
    pub(crate) fn settle(&mut self, key: Key, spot: Spot, scope: Scope) {
        self.chunk_keys.retain(|known| *known != key);
        if scope == Scope::Chunk {
            self.chunk_keys.push(key);
        }
        match key {
            Key::Ncpus => self.cpus_in_all = scope == Scope::List,
            Key::Memory => self.memory_in_all = scope == Scope::List,
            Key::Gpus => self.gpus_in_all = scope == Scope::List,
            _ => {}
        }
        self.note(key, spot);
    }

    /// Remembers where a parameter was given; a second time in the same source is worth a warning.
    pub(crate) fn note(&mut self, key: Key, spot: Spot) {
        let previous = self.places.set(table::of(key).id(), spot.0.clone());
        // The command line is there to override the script: nothing to warn about.
        if let Some(previous) = previous.filter(|p| (p.line == 0) == (spot.0.line == 0)) {
            let name = &spot.0.name;
            let message = if previous.name == *name {
                format!("{name} is given twice; the later one counts.")
            } else {
                format!("{name} says again what {} said; the later one counts.", previous.name)
            };
            self.report.warn(spot, message);
        }
    }

    /// The finished parts.
    pub(crate) fn into_parts(self) -> (JobRequest, Places, Report) {
        (self.request, self.places, self.report)
    }
}
