//! A control plane in one hand: use cases on fakes, with a state machine and a cloud that go on when told to.

use soca_app::{
    Caller, Error, Settings,
    dispatch::{self, Dispatch},
    enroll_node::{Enrollment, enroll},
    infrastructure::{HandleIncident, Incident},
    submit_job::{Accepted, Submission, SubmitJob},
    sweep::{Repair, Sweep},
    sync_node::{End, Orders, Report, Sync, SyncNode, What},
    transition::Mover,
};
use soca_domain::{Code, Job, JobId, JobState, NodeIndex, StackId, Timestamp, stack::Stack};
use soca_fakes::{
    Chance, FakeArtifacts, FakeBus, FakeClock, FakeCloud, FakeWorkflow, Ports,
    asl::{Command, Happened, Machine as Definition},
    cloud::{Machine, News},
    resolve::resolve,
    store::MemoryStore,
};
use std::{cell::RefCell, sync::Arc, time::Duration};

const DEFINITION: &str = include_str!("../../../../statemachines/compute-stack.asl.json");

pub struct Lab {
    pub clock: Arc<FakeClock>,
    pub store: Arc<MemoryStore>,
    pub cloud: Arc<FakeCloud>,
    pub workflow: Arc<FakeWorkflow>,
    pub bus: Arc<FakeBus>,
    pub ports: Ports,
    /// Whether the cloud's events reach us.
    pub events: bool,
    running: RefCell<Vec<Machine>>,
    agenda: RefCell<Vec<(Timestamp, String, Happened)>>,
}

impl Default for Lab {
    fn default() -> Self {
        let clock = Arc::new(FakeClock::default());
        let cloud = Arc::new(FakeCloud::new(Arc::clone(&clock), 1));
        let workflow = Arc::new(workflow());
        let (store, bus) = (Arc::new(MemoryStore::new()), Arc::new(FakeBus::default()));
        let ports = Ports {
            store: Arc::clone(&store) as _,
            workflow: Arc::clone(&workflow) as _,
            bus: Arc::clone(&bus) as _,
            catalog: Arc::clone(&cloud) as _,
            checks: Arc::clone(&cloud) as _,
            stacks: Arc::clone(&cloud) as _,
            instances: Arc::clone(&cloud) as _,
            prices: Arc::clone(&cloud) as _,
            artifacts: Arc::new(FakeArtifacts::default()),
            entropy: Arc::new(Chance::new(1)),
            settings: Settings { max_running_jobs: 4, max_provisioned_instances: 6, ..Settings::default() },
        };
        let (running, agenda) = (RefCell::default(), RefCell::default());
        Self { clock, store, cloud, workflow, bus, ports, events: true, running, agenda }
    }
}

/// The state machine without executions; a call to one that nobody drives comes to nothing.
pub fn workflow() -> FakeWorkflow {
    FakeWorkflow::new(Definition::parse(DEFINITION).unwrap())
}

pub fn caller(name: &str) -> Caller {
    Caller { user: name.parse().unwrap(), admin: false, groups: vec![] }
}

/// A script with command-line options.
pub fn submission(options: &[&str]) -> Submission {
    Submission {
        caller: caller("ada"),
        script: b"#!/bin/bash\nhostname\n".to_vec(),
        options: options.iter().map(ToString::to_string).collect(),
        workdir: None,
        default_name: None,
        submit_host: "here".into(),
        environment: vec![],
        idempotency_key: None,
        dry_run: false,
    }
}

/// The code of a refusal.
pub fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> Code {
    match result {
        Err(Error::Refused(faults)) => faults[0].code,
        other => panic!("this was to be refused: {other:?}"),
    }
}

impl Lab {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn submit(&self, submission: &Submission) -> Result<Accepted, Error> {
        let ports = &self.ports;
        let submit = SubmitJob {
            store: &*ports.store,
            catalog: &*ports.catalog,
            artifacts: &*ports.artifacts,
            prices: &*ports.prices,
            bus: &*ports.bus,
            settings: &ports.settings,
        };
        resolve(submit.run(submission, self.now()))
    }

    /// A job that waits.
    pub fn queued(&self, options: &[&str]) -> JobId {
        self.submit(&submission(options)).unwrap().job.unwrap().id
    }

    /// A job whose instances run and have not enrolled.
    pub fn launched(&self, options: &[&str]) -> JobId {
        let id = self.queued(options);
        assert_eq!(self.dispatch().started, 1);
        self.pass(150);
        id
    }

    /// A job whose nodes are all there.
    pub fn starting(&self, options: &[&str]) -> JobId {
        let id = self.launched(options);
        for machine in self.machines(id) {
            self.enroll(&machine).unwrap();
        }
        self.run();
        id
    }

    /// A job whose script runs.
    pub fn running(&self, options: &[&str]) -> JobId {
        let id = self.starting(options);
        self.say(id, 1, vec![What::Started(self.now())]).unwrap();
        id
    }

    pub fn dispatch(&self) -> dispatch::Report {
        let report = self.dispatch_through(self.ports.mover()).unwrap();
        self.run();
        report
    }

    /// A dispatcher whose calls go where `mover` says.
    pub fn dispatch_through(&self, mover: Mover<'_>) -> Result<dispatch::Report, Error> {
        let (entropy, settings, clock) = (&*self.ports.entropy, &self.ports.settings, &self.clock);
        resolve(Dispatch { mover, entropy, settings }.run(&|| clock.now()))
    }

    pub fn sweep(&self) -> Vec<Repair> {
        let ports = &self.ports;
        let (stacks, instances) = (&*ports.stacks, &*ports.instances);
        let sweep = Sweep { mover: ports.mover(), stacks, instances, settings: &ports.settings };
        let repairs = resolve(sweep.run(self.now())).unwrap();
        self.run();
        repairs
    }

    pub fn incident(&self, incident: &Incident) {
        let ports = &self.ports;
        let (store, workflow, instances) = (&*ports.store, &*ports.workflow, &*ports.instances);
        resolve(HandleIncident { store, workflow, instances }.run(incident, self.now())).unwrap();
        self.run();
    }

    pub fn enrollment(&self, machine: &Machine) -> Enrollment {
        let instance = machine.used.instance.clone();
        Enrollment {
            stack: machine.stack.clone(),
            session_token: format!("session of {instance}"),
            hostname: format!("ip-{instance}"),
            instance,
            join_token: machine.join_token.clone(),
            address: "10.0.0.1".into(),
            instance_type: machine.used.instance_type.clone(),
            cpus: 2,
        }
    }

    pub fn enroll(&self, machine: &Machine) -> Result<NodeIndex, Error> {
        resolve(enroll(self.ports.mover(), &self.enrollment(machine), self.now()))
    }

    pub fn message(&self, machine: &Machine, sequence: u64, reports: Vec<Report>) -> Sync {
        let instance = machine.used.instance.clone();
        let session_token = format!("session of {instance}");
        Sync { stack: machine.stack.clone(), instance, session_token, sequence, reports }
    }

    pub fn sync(&self, sync: &Sync) -> Result<Orders, Error> {
        let node = SyncNode { mover: self.ports.mover(), artifacts: &*self.ports.artifacts };
        let orders = resolve(node.run(sync, self.now()));
        self.run();
        orders
    }

    /// The job's first node reports.
    pub fn say(&self, id: JobId, sequence: u64, what: Vec<What>) -> Result<Orders, Error> {
        let attempt = self.job(id).attempt();
        let reports = what.into_iter().map(|what| Report { job: id, attempt, what }).collect();
        self.sync(&self.message(&self.machines(id)[0], sequence, reports))
    }

    /// The script ends by itself.
    pub fn ends(&self, id: JobId, sequence: u64, status: i32) {
        self.say(id, sequence, vec![What::Finished(self.now(), End::Exited(status))]).unwrap();
    }

    pub fn job(&self, id: JobId) -> Job {
        resolve(self.ports.store.job(id)).unwrap().unwrap()
    }

    pub fn state(&self, id: JobId) -> &'static str {
        self.job(id).state.name()
    }

    /// Why the job's end was what it was.
    pub fn end(&self, id: JobId) -> Option<Code> {
        match self.job(id).state {
            JobState::Ended { verdict, .. } => verdict.fault().map(|fault| fault.code),
            other => panic!("job {id} is {other:?}"),
        }
    }

    pub fn stack(&self, id: JobId) -> Stack {
        let stack = StackId::of(id, self.job(id).attempt());
        resolve(self.ports.store.stack(&stack)).unwrap().unwrap()
    }

    /// The instances of the job's attempt that have come up, in that order.
    pub fn machines(&self, id: JobId) -> Vec<Machine> {
        let stack = StackId::of(id, self.job(id).attempt());
        self.running.borrow().iter().filter(|m| m.stack == stack).cloned().collect()
    }

    /// Executions go on as far as they can without time.
    pub fn run(&self) {
        loop {
            let commands = self.workflow.commands();
            if commands.is_empty() {
                return;
            }
            for (name, command) in commands {
                self.obey(name, command);
            }
        }
    }

    fn obey(&self, name: String, command: Command) {
        let at = |seconds: f64| self.now().plus(Duration::from_secs_f64(seconds));
        match command {
            Command::End(_) => {}
            Command::Sleep { visit, seconds } => {
                self.agenda.borrow_mut().push((at(seconds), name, Happened::Woke(visit)));
            }
            Command::Invoke { visit, function, payload, timeout_seconds } => {
                if let Some(seconds) = timeout_seconds.and_then(|s| u32::try_from(s).ok()) {
                    let late = (at(f64::from(seconds)), name.clone(), Happened::TimedOut(visit));
                    self.agenda.borrow_mut().push(late);
                }
                let result = resolve(self.ports.invoke(&function, &payload, self.now()));
                self.workflow.happened(&name, Happened::Returned(visit, result));
            }
        }
    }

    /// Lets so many seconds pass.
    pub fn pass(&self, seconds: u64) {
        let end = self.now().plus(Duration::from_secs(seconds));
        self.run();
        loop {
            let ours = self.agenda.borrow().iter().map(|(at, _, _)| *at).min();
            let Some(next) = ours.into_iter().chain(self.cloud.due()).min().filter(|at| *at <= end) else {
                break;
            };
            self.clock.set(next);
            self.hear_the_cloud();
            let due: Vec<_> = self.agenda.borrow_mut().extract_if(.., |(at, _, _)| *at <= next).collect();
            for (_, name, what) in due {
                self.workflow.happened(&name, what);
            }
            self.run();
        }
        self.clock.set(end);
        self.hear_the_cloud();
    }

    fn hear_the_cloud(&self) {
        for news in self.cloud.advance() {
            let incident = match news {
                News::Running(machine) => {
                    self.running.borrow_mut().push(*machine);
                    continue;
                }
                News::Gone(instance) => Incident::InstanceGone(instance),
                News::SpotWarning(instance) => Incident::SpotWarning(instance),
                News::LaunchFailed(stack, fault) => Incident::LaunchFailed(stack, fault),
                News::StackFailed(stack, fault) => Incident::StackFailed(stack, fault),
            };
            if self.events {
                self.incident(&incident);
            }
        }
    }
}
