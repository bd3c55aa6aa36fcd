//! The loop that leads the instances: one thread, one inbox, and a list of what is due later.

use crate::{
    call::{CallError, Caller},
    fault::{Fault, Kind, Outcome},
    files,
    layout::Layout,
    log,
    planes::Planes,
    ports::Ports,
    room::{
        RoomFile, events,
        feed::{Entry, Instance},
        machine::Machine,
        orders::{Order, Target},
    },
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_millis(100);
const SHORT_TICK: Duration = Duration::from_millis(10);
const CRASHED: (&str, &str) = ("Server.InternalError", "Server.InternalError: Internal error on the host");
const TAKEN_BACK: (&str, &str) =
    ("Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Instance terminated by Spot");

/// What comes into the inbox.
#[derive(Debug)]
pub enum Message {
    /// News from the compute plane.
    Feed(Vec<Entry>),
    /// An order, and where its answer goes.
    Order(Box<Order>, Sender<Outcome<Value>>),
    /// Tell how things stand.
    Report(Sender<Value>),
    /// End everything.
    End,
}

/// What is due later.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Due {
    Boot(String),
    TakeBack(String),
}

/// The machine room's state.
#[derive(Debug)]
pub struct Room {
    layout: Layout,
    planes: Planes,
    compute: Caller,
    bus: Sender<Value>,
    machines: BTreeMap<String, Machine>,
    due: Vec<(Instant, Due)>,
    boot: Duration,
    /// The most bytes a file of a new node may have.
    file_limit: Option<u64>,
    problems: Vec<String>,
}

impl Room {
    /// A room without instances.
    pub fn new(layout: Layout, file: &RoomFile, planes: Planes, boot: Duration) -> Room {
        let compute = Caller::plane(Ports::url(file.ports.compute), &file.secret);
        let bus = events::emitter(Caller::plane(Ports::url(file.ports.serverless), &file.secret));
        let (machines, due, problems) = (BTreeMap::new(), Vec::new(), Vec::new());
        Room { layout, planes, compute, bus, machines, due, boot, file_limit: None, problems }
    }

    /// Works until it is told to end.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        loop {
            match inbox.recv_timeout(self.pause()) {
                Ok(Message::Feed(entries)) => entries.into_iter().for_each(|entry| self.take(entry)),
                Ok(Message::Order(order, answer)) => {
                    let _ = answer.send(self.obey(&order));
                }
                Ok(Message::Report(answer)) => {
                    let _ = answer.send(self.report());
                }
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.tick();
        }
        self.machines.values_mut().for_each(Machine::cut_power);
        self.machines.values_mut().for_each(Machine::crash);
        self.planes.end();
        log::line("everything has ended");
    }

    fn pause(&self) -> Duration {
        let tick = if self.machines.values().any(|machine| machine.leaving) { SHORT_TICK } else { TICK };
        let next = self.due.iter().map(|(at, _)| at.saturating_duration_since(Instant::now())).min();
        next.map_or(tick, |next| next.min(tick))
    }

    fn tick(&mut self) {
        for death in self.planes.deaths() {
            log::line(&death);
            self.problems.push(death);
        }
        let now = Instant::now();
        let (ripe, later) = std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
        self.due = later;
        let ripe: Vec<(Instant, Due)> = ripe;
        for (_, due) in ripe {
            match due {
                Due::Boot(id) => self.enter(&id, "running", None),
                Due::TakeBack(id) => self.enter(&id, "shutting-down", Some(TAKEN_BACK)),
            }
        }
        let leaving = self.machines.iter_mut().filter(|(_, machine)| machine.leaving);
        let dark: Vec<String> =
            leaving.filter_map(|(id, machine)| machine.is_dark().then(|| id.clone())).collect();
        for id in dark {
            if let Some(machine) = self.machines.get_mut(&id) {
                machine.leaving = false;
            }
            self.enter(&id, "terminated", None);
        }
    }

    /// Reports an instance's new state to EC2; one that is gone or further on already is no fault.
    fn enter(&self, id: &str, state: &str, reason: Option<(&str, &str)>) {
        let mut body = json!({ "state": state });
        if let Some((code, message)) = reason {
            body["reason"] = json!({ "code": code, "message": message });
        }
        match self.compute.post(&format!("/_soca/instances/{id}/state"), &body) {
            Ok(_) | Err(CallError::Refused(404 | 409, _)) => {}
            Err(error) => log::line(&format!("{id} could not become {state}: {error}")),
        }
    }

    fn emit(&self, event: Value) {
        let _ = self.bus.send(event);
    }

    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Instance(instance) => self.lead(*instance),
            Entry::LaunchSuccessful { group, instance_id } => {
                self.emit(events::launch_successful(&group, &instance_id));
            }
            Entry::LaunchUnsuccessful(refused) => {
                log::line(&format!("{} could not launch: {}", refused.group, refused.status_message));
                self.emit(events::launch_unsuccessful(&refused));
            }
            Entry::Stack(change) => {
                log::line(&format!("stack {} is {} {}", change.stack, change.status, change.reason));
                self.emit(events::stack_change(&change));
            }
        }
    }

    fn lead(&mut self, instance: Instance) {
        let (id, state) = (instance.instance_id.clone(), instance.state.clone());
        if self.machines.get(&id).is_some_and(|machine| machine.instance.state == state) {
            return;
        }
        log::line(&format!("{id} ({}, {}) is {state}", instance.instance_type, instance.zone));
        self.emit(events::state_change(&instance));
        let machine = self.machines.entry(id.clone()).or_insert_with(|| Machine::new(instance.clone()));
        machine.instance = instance;
        match state.as_str() {
            "pending" => self.due.push((Instant::now() + self.boot, Due::Boot(id))),
            "running" if machine.node.is_none() => {
                if let Err(fault) = machine.start(&self.layout, self.file_limit) {
                    log::line(&format!("{id} has no node: {fault}"));
                    self.problems.push(format!("{id} has no node: {}", fault.message));
                }
            }
            "shutting-down" => {
                machine.cut_power();
                machine.leaving = true;
            }
            "stopping" | "stopped" => {
                machine.crash();
                machine.node = None;
            }
            "terminated" => {
                machine.crash();
                self.machines.remove(&id);
            }
            _ => {}
        }
    }

    fn obey(&mut self, order: &Order) -> Outcome<Value> {
        match order {
            Order::KillNode(target) => {
                let id = self.find(target)?;
                if let Some(machine) = self.machines.get_mut(&id) {
                    machine.crash();
                }
                log::line(&format!("ordered: {id} dies"));
                self.enter(&id, "shutting-down", Some(CRASHED));
                Ok(json!({ "instance": id }))
            }
            Order::StopAgent(target) => self.tell(target, "stop"),
            Order::RestartAgent(target) => self.tell(target, "start"),
            Order::SpotInterrupt { target, after } => self.interrupt(target, *after),
            Order::SlowBoot { seconds } => {
                self.boot = Duration::try_from_secs_f64(*seconds)
                    .map_err(|e| refused(format!("{seconds} is no time to boot: {e}.")))?;
                Ok(json!({ "boot_seconds": self.boot.as_secs_f64() }))
            }
            Order::LimitFiles { kib } => {
                self.file_limit = (*kib > 0).then(|| kib.saturating_mul(1024));
                Ok(json!({ "file_limit": self.file_limit }))
            }
            _ => Err(refused("This order is not the machine room's.".to_owned())),
        }
    }

    fn tell(&mut self, target: &Target, word: &str) -> Outcome<Value> {
        let id = self.find(target)?;
        let node = self.machines.get_mut(&id).and_then(|machine| machine.node.as_mut());
        let node = node.ok_or_else(|| refused(format!("{id} has no node yet.")))?;
        node.tell(word)?;
        log::line(&format!("ordered: {word} the agent of {id}"));
        Ok(json!({ "instance": id }))
    }

    fn interrupt(&mut self, target: &Target, after: f64) -> Outcome<Value> {
        let id = self.find(target)?;
        if self.machines.get(&id).is_none_or(|machine| machine.instance.market != "spot") {
            return Err(refused(format!("{id} is not a spot instance.")));
        }
        let after = Duration::try_from_secs_f64(after).map_err(|e| refused(format!("{after} s: {e}.")))?;
        log::line(&format!("ordered: {id} is taken back in {} s", after.as_secs_f64()));
        self.emit(events::spot_warning(&id));
        self.due.push((Instant::now() + after, Due::TakeBack(id.clone())));
        Ok(json!({ "instance": id }))
    }

    /// The instance that is meant; of a job's nodes the one with the index, or the n-th while none has enrolled.
    fn find(&self, target: &Target) -> Outcome<String> {
        if let Some(id) = &target.instance {
            let known = self.machines.contains_key(id);
            return known.then(|| id.clone()).ok_or_else(|| refused(format!("There is no instance {id}.")));
        }
        let alive = |machine: &&Machine| ["pending", "running"].contains(&machine.instance.state.as_str());
        let of_job: Vec<&Machine> =
            self.machines.values().filter(alive).filter(|machine| machine.job() == target.job).collect();
        let enrolled = of_job.iter().find(|machine| machine.index(&self.layout) == Some(target.index));
        let unknown = of_job.iter().filter(|machine| machine.index(&self.layout).is_none());
        let guess = enrolled.is_none().then(|| unknown.take(target.index as usize + 1).last()).flatten();
        let found = enrolled.or(guess).map(|machine| machine.instance.instance_id.clone());
        found.ok_or_else(|| {
            let job = target.job.unwrap_or_default();
            refused(format!("Job {job} has no node {} ({} instances).", target.index, of_job.len()))
        })
    }

    fn report(&mut self) -> Value {
        let layout = &self.layout;
        let instances: Vec<Value> = self
            .machines
            .values_mut()
            .map(|machine| {
                let (node, index, job) = (machine.node_state(), machine.index(layout), machine.job());
                let it = &machine.instance;
                json!({
                    "id": it.instance_id, "state": it.state, "type": it.instance_type, "zone": it.zone,
                    "market": it.market, "stack": it.stack, "job": job, "index": index, "node": node,
                })
            })
            .collect();
        let nodes = instances.iter().filter(|instance| instance["node"] == "running").count();
        let planes: Vec<Value> = self.planes.0.iter().map(|plane| {
            json!({ "name": plane.name, "pid": plane.pid(), "alive": plane.alive(), "log": plane.log })
        }).collect();
        let disk = files::read::<Value>(&layout.twin_file()).is_some();
        json!({
            "up": disk && self.planes.0.iter().all(crate::planes::Plane::alive),
            "deployed": disk, "pid": std::process::id(), "planes": planes, "instances_alive": instances.len(),
            "instances": instances, "nodes": nodes, "boot_seconds": self.boot.as_secs_f64(),
            "problems": self.problems,
        })
    }
}

fn refused(message: String) -> Fault {
    Fault::new(Kind::Order, message, "See what there is: cargo xtask status")
}
