//! The control plane's side: schedules, events, executions, and what people ask for.

use crate::{
    call::{Call, Reply, Wish},
    planted::Planted,
    users,
    world::{Moment, World},
};
use soca_app::{
    cancel_job,
    dispatch::{Dispatch, Report},
    hold_job,
    infrastructure::{HandleIncident, Incident},
    submit_job::SubmitJob,
    sweep::Sweep,
};
use soca_domain::{Code, JobState};
use soca_fakes::{
    asl::{Command, Failed, Happened},
    cloud::News,
};
use std::{sync::Arc, time::Duration};

/// How often Lambda calls a function again for an event that it failed on.
const EVENT_RETRIES: u32 = 2;

impl World {
    /// The schedules of each minute.
    pub fn minute(&mut self) {
        self.after(Duration::from_secs(60), Moment::Minute);
        self.look_around();
        if self.calm_since.is_some() {
            self.release_the_held();
        }
        if !self.chance(|k| k.schedule_lost) {
            self.dispatch(0);
        }
        if !self.chance(|k| k.schedule_lost) && self.planted != Some(Planted::NoSweep) {
            self.sweep();
        }
    }

    pub fn dispatch(&mut self, retries: u32) {
        let (ports, clock) = (Arc::clone(&self.ports), Arc::clone(&self.clock));
        self.call(Call::Dispatch(retries), async move {
            let dispatch =
                Dispatch { mover: ports.mover(), entropy: &*ports.entropy, settings: &ports.settings };
            let report = dispatch.run(&|| clock.now()).await;
            let busy = |report: &Report| report.started + report.dropped > 0;
            Reply::Handled(report.map(|r| Some(r).filter(busy).iter().map(|r| format!("{r:?}")).collect()))
        });
    }

    fn sweep(&mut self) {
        let (ports, now) = (Arc::clone(&self.ports), self.now());
        self.call(Call::Sweep, async move {
            let (stacks, instances) = (&*ports.stacks, &*ports.instances);
            let sweep = Sweep { mover: ports.mover(), stacks, instances, settings: &ports.settings };
            let repairs = sweep.run(now).await;
            Reply::Handled(repairs.map(|all| all.iter().map(|repair| format!("{repair:?}")).collect()))
        });
    }

    pub fn incident(&mut self, incident: Incident, retries: u32) {
        let (ports, now) = (Arc::clone(&self.ports), self.now());
        self.call(Call::Incident(incident.clone(), retries), async move {
            let (store, workflow, instances) = (&*ports.store, &*ports.workflow, &*ports.instances);
            let handle = HandleIncident { store, workflow, instances };
            Reply::Handled(handle.run(&incident, now).await.map(|()| vec![]))
        });
    }

    /// Events are lost, come twice, late, and so in any order.
    fn deliver(&mut self, moment: impl Fn() -> Moment) {
        if self.chance(|k| k.event_lost) {
            return self.ledger.count("an event was lost");
        }
        let late = self.chance(|k| k.event_late);
        let delay = if late { self.luck.millis(1_000, 120_000) } else { self.luck.millis(20, 500) };
        self.after(delay, moment());
        if self.chance(|k| k.event_twice) {
            self.ledger.count("an event came twice");
            let again = self.luck.millis(20, 600_000);
            self.after(again, moment());
        }
    }

    pub fn hear_the_cloud(&mut self) {
        for news in self.cloud.advance() {
            self.ledger.tell(self.clock.now(), || format!("cloud: {}", brief(&news)));
            let incident = match news {
                News::Running(machine) => {
                    self.boot(*machine);
                    continue;
                }
                News::Gone(instance) => {
                    self.agents.remove(&instance);
                    Incident::InstanceGone(instance)
                }
                News::SpotWarning(instance) => Incident::SpotWarning(instance),
                News::LaunchFailed(stack, fault) => Incident::LaunchFailed(stack, fault),
                News::StackFailed(stack, fault) => Incident::StackFailed(stack, fault),
            };
            self.ledger.incidents.push(incident.clone());
            self.deliver(|| Moment::Incident(incident.clone(), EVENT_RETRIES));
        }
    }

    pub fn hear_the_control_plane(&mut self) {
        for event in self.bus.drain() {
            self.ledger.tell(self.clock.now(), || format!("{event:?}"));
            self.ledger.events += 1;
            self.deliver(|| Moment::Event(EVENT_RETRIES));
        }
        for (name, command) in self.workflow.commands() {
            self.obey(name, command);
        }
    }

    /// What an execution wants.
    fn obey(&mut self, name: String, command: Command) {
        match command {
            Command::End(result) => {
                self.ledger.tell(self.clock.now(), || format!("execution {name} ends: {result:?}"));
            }
            Command::Sleep { visit, seconds } => {
                self.after(Duration::from_secs_f64(seconds), Moment::Execution(name, Happened::Woke(visit)));
            }
            Command::Invoke { visit, function, payload, timeout_seconds } => {
                if let Some(seconds) = timeout_seconds {
                    let late = Moment::Execution(name.clone(), Happened::TimedOut(visit));
                    self.after(Duration::from_secs(seconds), late);
                }
                if self.chance(|k| k.throttled) {
                    let error = "Lambda.TooManyRequestsException".into();
                    let failed = Err(Failed { error, cause: String::new() });
                    let soon = Moment::Execution(name, Happened::Returned(visit, failed));
                    return self.after(Duration::from_millis(50), soon);
                }
                let (ports, clock) = (Arc::clone(&self.ports), Arc::clone(&self.clock));
                self.call(Call::Step(name, visit), async move {
                    Reply::Stepped(ports.invoke(&function, &payload, clock.now()).await)
                });
            }
        }
    }

    pub fn submit(&mut self, number: usize) {
        let first = self.plans.iter().find_map(|plan| plan.acknowledged);
        let plan = &mut self.plans[number];
        if let (Some(how), Some(job)) = (plan.depends.take(), first) {
            plan.options.push(match how {
                "singleton" => "-Wdepend=singleton".to_owned(),
                _ => format!("-Wdepend={how}:{job}"),
            });
        }
        let (submission, ports, now) = (plan.submission(), Arc::clone(&self.ports), self.now());
        self.call(Call::Submit(number), async move {
            let submit = SubmitJob {
                store: &*ports.store,
                catalog: &*ports.catalog,
                artifacts: &*ports.artifacts,
                prices: &*ports.prices,
                bus: &*ports.bus,
                settings: &ports.settings,
            };
            Reply::Submitted(submit.run(&submission, now).await.map(Box::new))
        });
    }

    pub fn wish(&mut self, number: usize, wish: Wish) {
        let Some(job) = self.plans[number].acknowledged else { return };
        let (ports, now, caller) = (Arc::clone(&self.ports), self.now(), users::caller(number));
        self.call(Call::Manage(number, wish, job), async move {
            let mover = ports.mover();
            let done = match wish {
                Wish::Cancel => cancel_job::cancel(mover, &caller, job, now).await,
                Wish::Hold => hold_job::hold(mover, &caller, job, now).await,
                Wish::Release => hold_job::release(mover, &caller, job, now).await,
            };
            Reply::Managed(done.map(Box::new))
        });
    }

    /// People come back to what they hold, and find in their list what was never acknowledged to them.
    pub fn release_the_held(&mut self) {
        for number in 0..self.plans.len() {
            let (user, key) = (users::caller(number).user, format!("key-{number}"));
            let made = soca_fakes::resolve::resolve(self.true_ports.store.remembered(&user, &key)).unwrap();
            let plan = &mut self.plans[number];
            plan.acknowledged = plan.acknowledged.or(made.map(|made| made.job));
        }
        for number in 0..self.plans.len() {
            let wish = if self.luck.permille(500) { Wish::Release } else { Wish::Cancel };
            let held = |job: &soca_domain::Job| matches!(job.state, JobState::Held { .. });
            if self.plans[number].acknowledged.and_then(|id| self.job(id)).is_some_and(|job| held(&job)) {
                let at = self.luck.millis(1_000, 600_000);
                self.after(at, Moment::Wish(number, wish));
            }
        }
    }

    /// What follows from a function's end.
    pub fn answer(&mut self, call: Call, reply: Reply) {
        match (call, reply) {
            (Call::Submit(number), Reply::Submitted(Ok(accepted))) => {
                self.acknowledged(number, accepted.job.map(|j| j.id));
            }
            (Call::Submit(_), Reply::Submitted(Err(soca_app::Error::Refused(faults))))
                if faults
                    .iter()
                    .all(|fault| [Code::BudgetSpent, Code::PriceUnknown].contains(&fault.code)) =>
            {
                self.ledger.count(&format!("a submit was refused with {}", faults[0].code));
            }
            (Call::Submit(number), Reply::Submitted(Err(soca_app::Error::Refused(faults)))) => {
                self.ledger.broke(format!("job {number} was refused: {faults:?}"));
            }
            (Call::Submit(number), _) => self.submit_again(number),
            (Call::Manage(_, Wish::Cancel, id), Reply::Managed(Ok(_))) => {
                let now = self.now();
                self.ledger.cancelled.entry(id).or_insert(now);
            }
            (Call::Manage(_, _, _), Reply::Managed(Ok(_))) => {}
            (Call::Manage(number, wish, _), reply) => self.manage_again(number, wish, &reply),
            (Call::Sweep, Reply::Handled(Ok(repairs))) => {
                for repair in repairs {
                    let kind = repair.split('(').next().unwrap_or_default();
                    self.ledger.count(&format!("repair {kind}"));
                }
            }
            (Call::Dispatch(0) | Call::Sweep | Call::Again, _) | (_, Reply::Handled(Ok(_))) => {}
            (Call::Dispatch(retries), _) => {
                self.after(Duration::from_secs(60), Moment::Event(retries - 1));
            }
            (Call::Incident(incident, retries), _) if retries > 0 && !self.chance(|k| k.event_lost) => {
                self.after(Duration::from_secs(60), Moment::Incident(incident, retries - 1));
            }
            (Call::Incident(..), _) => self.ledger.count("an incident was given up"),
            (Call::Step(name, visit), Reply::Stepped(result)) => {
                if let Err(failed) = &result {
                    self.ledger.count(&format!("a step threw {}", failed.error));
                }
                self.workflow.happened(&name, Happened::Returned(visit, result));
            }
            (Call::Step(name, visit), _) => {
                let failed = Failed { error: "Runtime.ExitError".into(), cause: "signal: killed".into() };
                self.workflow.happened(&name, Happened::Returned(visit, Err(failed)));
            }
            (Call::Enroll(instance) | Call::Sync(instance), reply) => self.agent_answered(&instance, reply),
        }
    }

    fn acknowledged(&mut self, number: usize, job: Option<soca_domain::JobId>) {
        let Some(job) = job else { return self.ledger.broke("P1: an answer without a job".into()) };
        if let Some(known) = self.plans[number].acknowledged.replace(job) {
            if known != job {
                self.ledger.broke(format!("P1: one key, jobs {known} and {job}"));
            }
            return;
        }
        for (after, wish) in self.plans[number].wishes.clone() {
            self.after(after, Moment::Wish(number, wish));
        }
        if self.luck.permille(200) {
            // The answer did not reach the client, who asks again.
            self.submit_again(number);
        }
    }

    fn submit_again(&mut self, number: usize) {
        self.plans[number].tries += 1;
        if self.plans[number].tries < 6 {
            let pause = self.luck.millis(500, 20_000);
            self.after(pause, Moment::Submit(number));
        }
    }

    fn manage_again(&mut self, number: usize, wish: Wish, reply: &Reply) {
        let refused = |code| matches!(reply, Reply::Managed(Err(e)) if e.fault().code == code);
        if refused(Code::JobEnded) || refused(Code::WrongState) {
            return;
        }
        if matches!(reply, Reply::Managed(Err(soca_app::Error::Refused(_)))) {
            self.ledger.broke(format!("{wish:?} of job {number}: {reply:?}"));
        }
        let pause = self.luck.millis(500, 20_000);
        self.after(pause, Moment::Wish(number, wish));
    }
}

fn brief(news: &News) -> String {
    match news {
        News::Running(machine) => format!("{} of {} runs", machine.used.instance, machine.stack),
        other => format!("{other:?}"),
    }
}
