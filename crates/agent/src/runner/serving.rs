//! The servers that run commands for jobs whose scripts run on other nodes: units like scripts, but nobody is told of
//! their ends.

use super::{Event, Next, Runner, warn_of};
use crate::agent::waiter;
use crate::core::{Input, Manner};
use crate::keys::{RunKey, UnitKey};
use crate::log;
use crate::units::{self, RunFile};
use soca_wire::agent::{RunDirective, ServeDirective};

/// Between SIGTERM to the server and SIGKILL.
const GRACE_SECONDS: u64 = 2;

fn unit(run: RunKey) -> UnitKey {
    UnitKey { run, element: None }
}

impl Runner {
    /// Re-attaches to the servers of an agent before.
    pub(super) fn resume_servers(&mut self) {
        let (empty, going) = match self.served.scan() {
            Ok(found) => found,
            Err(error) => return log::error("servers.unreadable", &[("error.message", &error)]),
        };
        for key in empty {
            warn_of("server.not_removed", unit(key), self.served.remove(key));
        }
        for key in going {
            self.core.found_server(key);
            self.attend_server(key);
        }
    }

    /// Starts a server; what it answers is what became of it already.
    pub(super) fn serve(&self, directive: ServeDirective) -> Option<Input> {
        let key = RunKey { job: directive.job, attempt: directive.attempt };
        if directive.stack != self.context.stack {
            log::warn("server.of_another_stack", &[("job.id", &key.job), ("node.stack", &directive.stack)]);
            return Some(Input::ServerGone(key));
        }
        log::info("server.wanted", &[("job.id", &key.job), ("attempt", &key.attempt)]);
        let file = RunFile { directive: as_run(directive), context: self.context.clone(), serve: true };
        match self.served.prepare(key, &file) {
            Ok(()) => {
                self.attend_server(key);
                None
            }
            Err(error) => {
                log::error("server.not_prepared", &[("job.id", &key.job), ("error.message", &error)]);
                Some(Input::ServerGone(key))
            }
        }
    }

    fn attend_server(&self, key: RunKey) {
        let (served, events, clock) = (self.served.clone(), self.events.clone(), self.clock);
        let started = waiter("server", move || {
            let (_, ended) = units::attend(&served, unit(key), || clock.wall_ms());
            let how = serde_json::to_string(&ended.end).unwrap_or_default();
            log::info("server.ended", &[("job.id", &key.job), ("attempt", &key.attempt), ("end", &how)]);
            let _ = events.send(Event::ServerGone(key));
        });
        if let Err(error) = started {
            log::error("server.not_attended", &[("job.id", &key.job), ("error.message", &error)]);
            let _ = self.events.send(Event::ServerGone(key));
        }
    }

    pub(super) fn unserve(&self, key: RunKey, manner: Manner) {
        warn_of("server.stop_not_noted", unit(key), self.served.stop(unit(key), manner).map(drop));
    }

    /// A server leaves nothing behind: another may be wanted for the same attempt.
    pub(super) fn bury_server(&mut self, key: RunKey) -> Next {
        warn_of("server.not_removed", unit(key), self.served.remove(key));
        self.feed(Input::ServerGone(key))
    }
}

/// The server as a unit: without a script, without output, without a limit.
fn as_run(serve: ServeDirective) -> RunDirective {
    let nowhere = || "/dev/null".to_owned();
    RunDirective {
        job: serve.job,
        attempt: serve.attempt,
        name: serve.name,
        owner: serve.owner,
        queue: serve.queue,
        project: serve.project,
        script: String::new(),
        shell: None,
        workdir: serve.workdir,
        stdout: nowhere(),
        stderr: nowhere(),
        joined: true,
        environment: serve.environment,
        submit_host: serve.submit_host,
        walltime_seconds: None,
        grace_seconds: GRACE_SECONDS,
        end_by_ms: None,
        warning: None,
        ncpus: serve.ncpus,
        mpiprocs: serve.mpiprocs,
        nodes: serve.nodes,
        array: None,
    }
}
