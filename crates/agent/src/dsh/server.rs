//! The server of a node: looks for requests, runs this node's tasks of them, and ends what nobody wants any more.
//!
//! It is a process of the job's owner, so it can do nothing that they could not. It keeps nothing that matters: what was
//! begun is known from the claims, so another server may take its place (P2).

use super::environment;
use super::options::ServerOptions;
use super::request::{self, Name, Part, Request, list};
use super::tasks::Tasks;
use crate::log;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How often it looks.
const EVERY: Duration = Duration::from_millis(300);

/// A waiting client on this node: while it lives it holds the lock of its request.
struct Client {
    file: File,
    /// Its tasks on this node, which it runs itself.
    tasks: Vec<u32>,
}

struct Server {
    directory: PathBuf,
    unit: Option<String>,
    node: u32,
    tasks: Tasks,
    known: BTreeMap<Name, Option<Client>>,
}

/// Serves until it is killed.
pub fn serve(options: &ServerOptions) -> ExitCode {
    let own = environment::own();
    let Some(node) = own.get("SOCA_NODE_INDEX").and_then(|node| node.parse().ok()) else {
        log::error("dsh.not_served", &[("error.message", &"SOCA_NODE_INDEX is not set")]);
        return ExitCode::FAILURE;
    };
    let (directory, unit) = (options.directory.clone(), options.unit.clone());
    let tasks = Tasks::new(directory.clone(), own, || {});
    let mut server = Server { directory, unit, node, tasks, known: BTreeMap::new() };
    loop {
        server.look();
        std::thread::sleep(EVERY);
    }
}

impl Server {
    /// One look at the directory. One that is not there has no requests.
    fn look(&mut self) {
        let names = match list(&self.directory) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
            Err(error) => return log::warn("dsh.not_seen", &[("error.message", &error)]),
        };
        let open: BTreeSet<_> =
            names.iter().filter_map(|name| Name::parse(name, self.unit.as_deref())).collect();
        for name in &open {
            if !self.known.contains_key(name) {
                self.meet(name, &names);
            }
        }
        let gone: Vec<_> = self.known.keys().filter(|name| !open.contains(name)).cloned().collect();
        for name in gone {
            self.known.remove(&name);
            self.tasks.abandon(&name);
        }
        self.bury_clients();
        self.tasks.tick();
    }

    /// A request that is new to this server.
    fn meet(&mut self, name: &Name, names: &BTreeSet<String>) {
        use io::ErrorKind::{Interrupted, NotFound, StaleNetworkFileHandle, TimedOut};
        let (file, request) = match request::read(&self.directory, name) {
            Ok(read) => read,
            Err(error)
                if matches!(error.kind(), Interrupted | NotFound | StaleNetworkFileHandle | TimedOut) =>
            {
                return;
            }
            Err(error) => {
                log::warn("dsh.request_ignored", &[("request", &name.file()), ("error.message", &error)]);
                self.known.insert(name.clone(), None);
                return;
            }
        };
        let client = if request.from == self.node {
            let tasks = request.tasks.iter().filter(|task| task.node == self.node).map(|task| task.number);
            (request.waited && request.locked).then(|| Client { file, tasks: tasks.collect() })
        } else {
            self.begin(name, &request, names);
            None
        };
        self.known.insert(name.clone(), client);
    }

    fn begin(&self, name: &Name, request: &Request, names: &BTreeSet<String>) {
        for task in request.tasks.iter().filter(|task| task.node == self.node) {
            let claimed = names.contains(&name.part(task.number, Part::Claim));
            let begun = if claimed { Ok(false) } else { self.tasks.begin(name, request, *task, true) };
            match begun {
                Ok(true) => log::info("dsh.begun", &[("task", &name.mark(task.number))]),
                Ok(false) if names.contains(&name.part(task.number, Part::Exit)) => {}
                // Whoever began it is no more, and left nothing running.
                Ok(false) => self.tasks.files(name, task.number).fail("The node lost the program."),
                Err(error) => log::warn(
                    "dsh.not_begun",
                    &[("task", &name.mark(task.number)), ("error.message", &error)],
                ),
            }
        }
    }

    /// A client that died without a word takes its request along.
    fn bury_clients(&mut self) {
        let dead: Vec<_> = self
            .known
            .iter()
            .filter_map(|(name, client)| {
                let client = client.as_ref().filter(|client| client.file.try_lock_shared().is_ok())?;
                Some((name.clone(), client.tasks.clone()))
            })
            .collect();
        for (name, numbers) in dead {
            log::info("dsh.client_gone", &[("request", &name.file())]);
            let _ = fs::remove_file(self.directory.join(name.file()));
            self.known.remove(&name);
            for number in numbers {
                self.tasks.put_an_end_to(self.tasks.files(&name, number));
            }
        }
    }
}
