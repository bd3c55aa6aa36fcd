//! One simulated world: an agenda of moments, functions that run side by side, and everything they touch.

use crate::{
    agent::Agent,
    call::{Call, Message, Reply, Task},
    chaos::{Chaos, Knobs, Stroke},
    ledger::Ledger,
    planted::Planted,
    users::Plan,
};
use soca_app::{Settings, infrastructure::Incident, ports::Write};
use soca_domain::{
    InstanceId, MicroUsd, Timestamp,
    limit::Limits,
    project::{Budget, Project},
    queue::{QueueOrder, QueuePolicy, initial_queues},
};
use soca_fakes::{
    Chance, FakeArtifacts, FakeBus, FakeClock, FakeCloud, FakeWorkflow, Ports,
    asl::{Happened, Machine},
    faulty::{Faults, Faulty},
    resolve::{poll_once, resolve},
    store::{Fault, MemoryStore, Operation},
};
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

const DEFINITION: &str = include_str!("../../../../statemachines/compute-stack.asl.json");
/// How long things go wrong.
const CHAOS: Duration = Duration::from_secs(25 * 60);
/// How long everything may take to come to rest afterwards.
const REST: Duration = Duration::from_secs(8 * 3600);
/// Functions end themselves after this.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

/// Something that will happen.
pub enum Moment {
    /// A function goes on.
    GoOn(u64),
    Minute,
    Submit(usize),
    Wish(usize, crate::call::Wish),
    /// An event for the dispatcher; what it says does not matter to it.
    Event(u32),
    Incident(Incident, u32),
    Execution(String, Happened),
    Wake(InstanceId, u64),
    Again(Message),
    Stroke(Stroke),
    Calm,
}

/// The world.
pub struct World {
    pub clock: Arc<FakeClock>,
    pub cloud: Arc<FakeCloud>,
    pub workflow: Arc<FakeWorkflow>,
    pub bus: Arc<FakeBus>,
    /// The ports with faults, for functions.
    pub ports: Arc<Ports>,
    /// The ports without, for looking.
    pub true_ports: Arc<Ports>,
    pub chaos: Arc<Chaos>,
    pub luck: Chance,
    pub plans: Vec<Plan>,
    pub agents: BTreeMap<InstanceId, Agent>,
    pub ledger: Ledger,
    /// A fault in the control plane, to show that it is found.
    pub planted: Option<Planted>,
    /// The queues as they are meant, whatever the control plane makes of them.
    pub policies: Vec<QueuePolicy>,
    /// The projects, likewise.
    pub projects: Vec<Project>,
    pub calm_since: Option<Timestamp>,
    pub tasks: BTreeMap<u64, Task>,
    agenda: BTreeMap<(Timestamp, u64), Moment>,
    numbers: u64,
}

impl World {
    pub fn new(seed: u64, tell: bool, planted: Option<Planted>) -> World {
        let luck = Chance::new(seed);
        let rough = !seed.is_multiple_of(10);
        let knobs = if rough { Knobs::drawn(&luck) } else { Knobs::calm() };
        let clock = Arc::new(FakeClock::default());
        let cloud = Arc::new(FakeCloud::new(Arc::clone(&clock), luck.next()));
        cloud.set_temper(knobs.temper);
        let chaos = Arc::new(Chaos::new(luck.fork(), Arc::clone(&clock), knobs));
        let store = Arc::new(planted.map_or_else(MemoryStore::new, Planted::store));
        if seed.is_multiple_of(4) {
            // Two passes at once are safe: then it is the counters alone that guard the limits.
            store.break_lease();
        }
        let ledger = Ledger::new(tell, clock.now());
        let seen = Arc::clone(&ledger.commits);
        store.on_each(move |operation| {
            if let Operation::Commit(writes) = operation {
                seen.lock().unwrap().see(writes);
            }
            Fault::None
        });
        let workflow = Arc::new(FakeWorkflow::new(Machine::parse(DEFINITION).unwrap()));
        let (bus, artifacts) = (Arc::new(FakeBus::default()), Arc::new(FakeArtifacts::default()));
        let entropy = Arc::new(luck.fork());
        let settings = Settings {
            boot_deadline: Duration::from_secs(300),
            max_running_jobs: 3,
            max_provisioned_instances: 5,
            ..Settings::default()
        };
        let true_ports = Ports {
            store: Arc::clone(&store) as _,
            workflow: Arc::clone(&workflow) as _,
            bus: Arc::clone(&bus) as _,
            catalog: Arc::clone(&cloud) as _,
            checks: Arc::clone(&cloud) as _,
            stacks: Arc::clone(&cloud) as _,
            instances: Arc::clone(&cloud) as _,
            prices: Arc::clone(&cloud) as _,
            artifacts,
            entropy,
            settings,
        };
        let ports = Arc::new(with_faults(&true_ports, &(Arc::clone(&chaos) as Arc<dyn Faults>)));
        let mut world = World {
            clock,
            cloud,
            workflow,
            bus,
            ports,
            true_ports: Arc::new(true_ports),
            chaos,
            luck,
            plans: vec![],
            agents: BTreeMap::new(),
            ledger,
            planted,
            policies: vec![],
            projects: vec![],
            calm_since: None,
            tasks: BTreeMap::new(),
            agenda: BTreeMap::new(),
            numbers: 0,
        };
        world.open_queues();
        world.open_projects();
        world.set_out(rough);
        world
    }

    /// Queues that limit every scope: one by fair share, one first come first served, so few that everybody meets them.
    fn open_queues(&mut self) {
        let settings = &self.true_ports.settings;
        let [normal, test] = initial_queues(settings.max_running_jobs, settings.max_provisioned_instances)
            .try_into()
            .expect("two queues");
        let limits = |jobs, instances, vcpus| Limits { jobs, instances, vcpus, ..Limits::default() };
        let normal = QueuePolicy {
            order: QueueOrder::Fairshare,
            per_user: limits(Some(2), None, None),
            per_project: limits(None, Some(3), None),
            ..normal
        };
        let test = QueuePolicy { per_group: limits(None, None, Some(12)), priority: 5, ..test };
        self.policies = vec![normal, test];
        let writes = self.policies.iter().cloned().map(Write::CreateQueue).collect();
        resolve(self.true_ports.store.commit(writes)).expect("an empty table");
    }

    /// One project whose budget has room for a small job or two at a time, one that is only warned.
    fn open_projects(&mut self) {
        let project = |name: &str, amount, hard| Project {
            budget: Some(Budget { amount: MicroUsd(amount), hard }),
            ..Project::open(name.parse().expect("a name"))
        };
        self.projects = vec![project("alpha", 150_000, true), project("beta", 1, false)];
        self.write_projects();
    }

    fn write_projects(&self) {
        let writes = self.projects.iter().cloned().map(Write::PutProject).collect();
        resolve(self.true_ports.store.commit(writes)).expect("a table");
    }

    /// The administrator gives so much that nobody waits for money for ever.
    pub fn raise_budgets(&mut self) {
        self.projects[0].budget = Some(Budget { amount: MicroUsd(1_000_000_000), hard: true });
        self.write_projects();
    }

    fn set_out(&mut self, rough: bool) {
        let jobs = 3 + usize::try_from(self.luck.below(5)).unwrap_or(0);
        self.plans = (0..jobs).map(|number| Plan::drawn(number, &self.luck)).collect();
        for number in 0..jobs {
            self.after(self.plans[number].after, Moment::Submit(number));
        }
        let strokes = if rough { self.luck.below(12) } else { 0 };
        for _ in 0..strokes {
            let at = self.luck.millis(60_000, 1_400_000);
            self.after(at, Moment::Stroke(Stroke::drawn(&self.luck)));
        }
        self.after(self.luck.millis(0, 60_000), Moment::Minute);
        self.after(CHAOS, Moment::Calm);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Puts something on the agenda.
    pub fn after(&mut self, span: Duration, moment: Moment) {
        self.numbers += 1;
        self.agenda.insert((self.now().plus(span), self.numbers), moment);
    }

    /// True so often in a thousand.
    pub fn chance(&self, of: impl Fn(&Knobs) -> u64) -> bool {
        self.luck.permille(of(&self.chaos.knobs()))
    }

    /// Calls a function.
    pub fn call(&mut self, call: Call, work: impl Future<Output = Reply> + Send + 'static) {
        self.numbers += 1;
        let number = self.numbers;
        let began = self.now();
        self.tasks.insert(number, Task { call, work: Box::pin(work), began });
        let start = self.luck.millis(1, 150);
        self.after(start, Moment::GoOn(number));
    }

    /// Runs until everything is at rest, or for as long as that may take.
    pub fn run(&mut self) {
        let end = self.now().plus(CHAOS + REST);
        while self.ledger.broken.is_empty() {
            let ours = self.agenda.keys().next().map(|(at, _)| *at);
            let Some(next) = ours.into_iter().chain(self.cloud.due()).min() else { break };
            if next > end {
                self.overdue();
                break;
            }
            self.clock.set(next);
            self.ledger.steps += 1;
            self.hear_the_cloud();
            if ours.is_some_and(|at| at <= next) {
                self.step();
            }
            self.hear_the_control_plane();
            self.look_at_commits();
            if self.ledger.at_rest {
                break;
            }
        }
        if self.ledger.broken.is_empty() {
            self.look_back();
        }
    }

    fn step(&mut self) {
        let Some((_, moment)) = self.agenda.pop_first() else { return };
        match moment {
            Moment::GoOn(task) => self.go_on(task),
            Moment::Minute => self.minute(),
            Moment::Submit(number) => self.submit(number),
            Moment::Wish(number, wish) => self.wish(number, wish),
            Moment::Event(retries) => self.dispatch(retries),
            Moment::Incident(incident, retries) => self.incident(incident, retries),
            Moment::Execution(name, what) => self.workflow.happened(&name, what),
            Moment::Wake(instance, number) => self.wake(&instance, number),
            Moment::Again(message) => self.again(message),
            Moment::Stroke(stroke) => self.stroke(stroke),
            Moment::Calm => self.calm(),
        }
    }

    /// A function goes on to its next pause, its end, or its death.
    fn go_on(&mut self, number: u64) {
        let Some(mut task) = self.tasks.remove(&number) else { return };
        let too_old = self.now().since(task.began) > FUNCTION_TIMEOUT;
        let reply = if too_old || self.chance(|k| k.dies) {
            self.ledger.count("a function died");
            Reply::Died
        } else {
            match poll_once(task.work.as_mut()) {
                Poll::Ready(reply) => reply,
                Poll::Pending => {
                    let pause = self.pause();
                    self.tasks.insert(number, task);
                    return self.after(pause, Moment::GoOn(number));
                }
            }
        };
        if !is_idle(&reply) {
            self.ledger.tell(self.clock.now(), || format!("{:?} -> {}", task.call, brief(&reply)));
        }
        self.answer(task.call, reply);
    }

    fn pause(&self) -> Duration {
        match self.luck.below(100) {
            0 => self.luck.millis(1_000, 25_000),
            1..10 => self.luck.millis(100, 3_000),
            _ => self.luck.millis(1, 100),
        }
    }

    fn calm(&mut self) {
        self.ledger.tell(self.clock.now(), || "calm".into());
        self.calm_since = Some(self.now());
        self.chaos.calm_down();
        self.raise_budgets();
        self.cloud.set_temper(soca_fakes::cloud::Temper::default());
    }
}

fn with_faults(of: &Ports, faults: &Arc<dyn Faults>) -> Ports {
    Ports {
        store: Arc::new(Faulty::new(Arc::clone(&of.store), Arc::clone(faults))),
        workflow: Arc::new(Faulty::new(Arc::clone(&of.workflow), Arc::clone(faults))),
        bus: Arc::new(Faulty::new(Arc::clone(&of.bus), Arc::clone(faults))),
        catalog: Arc::new(Faulty::new(Arc::clone(&of.catalog), Arc::clone(faults))),
        checks: Arc::new(Faulty::new(Arc::clone(&of.checks), Arc::clone(faults))),
        stacks: Arc::new(Faulty::new(Arc::clone(&of.stacks), Arc::clone(faults))),
        instances: Arc::new(Faulty::new(Arc::clone(&of.instances), Arc::clone(faults))),
        prices: Arc::new(Faulty::new(Arc::clone(&of.prices), Arc::clone(faults))),
        artifacts: Arc::new(Faulty::new(Arc::clone(&of.artifacts), Arc::clone(faults))),
        entropy: Arc::clone(&of.entropy),
        settings: of.settings.clone(),
    }
}

/// A pass that found nothing to do.
fn is_idle(reply: &Reply) -> bool {
    matches!(reply, Reply::Handled(Ok(done)) if done.is_empty())
}

fn brief(reply: &Reply) -> String {
    match reply {
        Reply::Submitted(Ok(accepted)) => format!("job {:?}", accepted.job.as_ref().map(|j| j.id.0)),
        Reply::Managed(Ok(job)) => job.state.name().into(),
        Reply::Synced(Ok(orders)) => match &orders.order {
            None => format!("#{}", orders.acknowledged),
            Some(order) => {
                let text = format!("{order:?}");
                format!("#{} {}", orders.acknowledged, text.get(..20).unwrap_or(&text))
            }
        },
        other => format!("{other:?}"),
    }
}

/// What commits showed, shared with the store's hook.
pub type Shared<T> = Arc<Mutex<T>>;
