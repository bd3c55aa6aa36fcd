//! The nodes' side: instances boot, agents call, messages are lost and come twice.

use crate::{
    agent::{Agent, Deed, Life},
    call::{Call, Message, Reply},
    world::{Moment, World},
};
use soca_app::{
    Error,
    enroll_node::{Enrollment, enroll},
    sync_node::{Orders, Sync, SyncNode},
};
use soca_domain::{Code, InstanceId, Timestamp, element::ElementChunk};
use soca_fakes::{cloud::Machine, resolve::resolve};
use std::{sync::Arc, time::Duration};

impl World {
    /// An instance runs: its agent starts a moment later.
    pub fn boot(&mut self, machine: Machine) {
        if machine.join_token.is_empty() {
            return; // A stray has no agent of ours.
        }
        let instance = machine.used.instance.clone();
        let session = format!("session-{}", self.luck.next());
        self.agents.insert(instance.clone(), Agent::new(machine, session, self.now()));
        let start = self.luck.millis(500, 8_000);
        self.wake_after(&instance, start);
    }

    fn wake_after(&mut self, instance: &InstanceId, span: Duration) {
        let Some(agent) = self.agents.get_mut(instance) else { return };
        agent.wake += 1;
        let wake = agent.wake;
        self.after(span, Moment::Wake(instance.clone(), wake));
    }

    pub fn restart(&mut self, instance: &InstanceId) {
        if let Some(agent) = self.agents.get_mut(instance) {
            self.ledger.count("an agent was restarted");
            agent.busy = false;
            let span = self.luck.millis(1_000, 30_000);
            self.wake_after(instance, span);
        }
    }

    pub fn mute(&mut self, instance: &InstanceId, span: Duration) {
        let now = self.now();
        if let Some(agent) = self.agents.get_mut(instance) {
            self.ledger.count("an agent hung");
            agent.mute_until = now.plus(span);
        }
    }

    pub fn wake(&mut self, instance: &InstanceId, number: u64) {
        let now = self.now();
        let Some(agent) = self.agents.get_mut(instance).filter(|a| a.wake == number) else { return };
        let deeds = agent.progress(now);
        let mute = agent.mute_until > now;
        if !mute && !agent.busy && agent.has_to_call(now) {
            agent.busy = true;
            let message = if agent.enrolled {
                Message::Sync(agent.message())
            } else {
                Message::Enroll(enrollment(agent))
            };
            self.send(instance, message);
        }
        self.judge(deeds);
        self.sleep_until_due(instance);
    }

    fn sleep_until_due(&mut self, instance: &InstanceId) {
        let now = self.now();
        let Some(agent) = self.agents.get(instance) else { return };
        let due = if agent.busy { agent.due().max(now.plus(Duration::from_secs(1))) } else { agent.due() };
        let due = if agent.mute_until > now { agent.mute_until } else { due };
        self.wake_after(instance, due.since(now).max(Duration::from_millis(20)));
    }

    fn judge(&mut self, deeds: Vec<Deed>) {
        for deed in deeds {
            self.ledger.tell(self.clock.now(), || format!("agent: {deed:?}"));
            match deed {
                Deed::Ended(key, end) => drop(self.ledger.ended.insert(key, end)),
                Deed::Began(key, element) => {
                    let Some(job) = self.job(key.0) else {
                        return self.ledger.broke(format!("{key:?} is nobody's"));
                    };
                    let chunk = element.and_then(|e| ElementChunk::number_of(&job.array?, e));
                    let stored =
                        chunk.and_then(|n| resolve(self.true_ports.store.element_chunk(job.id, n)).unwrap());
                    let ended = |c: &ElementChunk| {
                        element.is_some_and(|e| c.elements.get(&e).is_some_and(|e| e.end.is_some()))
                    };
                    if stored.is_some_and(|c| ended(&c)) {
                        self.ledger
                            .broke(format!("P2: element {element:?} of {key:?} had ended and began again"));
                    }
                    self.ledger.begin(key, element, job.run.rerunnable);
                }
            }
        }
    }

    fn send(&mut self, instance: &InstanceId, message: Message) {
        self.ledger.messages.push(message.clone());
        if self.chance(|k| k.message_twice) {
            self.ledger.count("a message came twice");
            let later = self.luck.millis(10, 900_000);
            self.after(later, Moment::Again(message.clone()));
        }
        if self.chance(|k| k.message_lost) {
            self.ledger.count("a message was lost");
            if self.luck.permille(500) {
                // Or came after the agent had given it up.
                let late = self.luck.millis(5_000, 600_000);
                self.after(late, Moment::Again(message));
            }
            return self.unanswered(instance);
        }
        let call = match &message {
            Message::Enroll(_) => Call::Enroll(instance.clone()),
            Message::Sync(_) => Call::Sync(instance.clone()),
        };
        self.call_for(call, message);
    }

    /// A message that comes once more.
    pub fn again(&mut self, message: Message) {
        self.call_for(Call::Again, message);
    }

    fn call_for(&mut self, call: Call, message: Message) {
        let (ports, clock) = (Arc::clone(&self.ports), Arc::clone(&self.clock));
        self.call(call, async move {
            match message {
                Message::Enroll(asked) => Reply::Enrolled(enroll(ports.mover(), &asked, clock.now()).await),
                Message::Sync(sync) => {
                    Reply::Synced(sync_once(&ports, &sync, clock.now()).await.map(Box::new))
                }
            }
        });
    }

    /// Nobody answered: the agent tries again after its timeout.
    fn unanswered(&mut self, instance: &InstanceId) {
        let pause = self.luck.millis(2_000, 20_000);
        let next = self.now().plus(pause);
        if let Some(agent) = self.agents.get_mut(instance) {
            agent.busy = false;
            agent.next_call = next;
        }
        self.sleep_until_due(instance);
    }

    pub fn agent_answered(&mut self, instance: &InstanceId, reply: Reply) {
        if self.chance(|k| k.message_lost) {
            self.ledger.count("an answer was lost");
            return self.unanswered(instance);
        }
        match reply {
            Reply::Enrolled(Ok(_)) => self.enrolled(instance),
            Reply::Synced(Ok(orders)) => self.ordered(instance, *orders),
            Reply::Enrolled(Err(Error::Refused(faults))) => {
                let fine = [Code::JoinTokenUsed, Code::JoinTokenExpired].contains(&faults[0].code);
                if !fine {
                    self.ledger.broke(format!("{instance} may not enrol: {faults:?}"));
                }
                self.ledger.count(&format!("an agent was refused with {}", faults[0].code));
                self.unanswered(instance);
            }
            Reply::Synced(Err(Error::Refused(faults))) => {
                self.ledger.broke(format!("{instance} may not sync: {faults:?}"));
            }
            _ => self.unanswered(instance),
        }
    }

    fn enrolled(&mut self, instance: &InstanceId) {
        let now = self.now();
        if let Some(agent) = self.agents.get_mut(instance) {
            agent.enrolled = true;
            agent.busy = false;
            agent.next_call = now;
        }
        self.sleep_until_due(instance);
    }

    fn ordered(&mut self, instance: &InstanceId, orders: Orders) {
        let now = self.now();
        let lives: Vec<Life> = self.plans.iter().map(|plan| plan.life).collect();
        let Some(agent) = self.agents.get_mut(instance) else { return };
        agent.busy = false;
        agent.answered(orders, now, |order| {
            let number = order.details.name.as_str().trim_start_matches("sim").parse::<usize>();
            let life = number.ok().and_then(|n| lives.get(n)).copied().unwrap_or(lives[0]);
            let share = if order.details.array.is_some() { 5 } else { 1 };
            Life { span: life.span / share, ..life }
        });
        let deeds = agent.progress(now);
        if agent.stopped {
            self.agents.remove(instance);
        }
        self.judge(deeds);
        self.sleep_until_due(instance);
    }
}

/// One sync, as the agent function runs it.
pub async fn sync_once(ports: &soca_fakes::Ports, sync: &Sync, now: Timestamp) -> Result<Orders, Error> {
    SyncNode { mover: ports.mover(), artifacts: &*ports.artifacts }.run(sync, now).await
}

fn enrollment(agent: &Agent) -> Enrollment {
    let machine = &agent.machine;
    Enrollment {
        stack: machine.stack.clone(),
        instance: machine.used.instance.clone(),
        join_token: machine.join_token.clone(),
        session_token: agent.session.clone(),
        hostname: format!("ip-{}", machine.used.instance),
        address: "10.0.0.1".into(),
        instance_type: machine.used.instance_type.clone(),
        cpus: 2,
    }
}
