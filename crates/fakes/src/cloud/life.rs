//! What time does to stacks and instances.

use super::state::{GroupState, Machine, MachineState, State, Step};
use crate::chance::Chance;
use soca_domain::{
    Code, Fault, InstanceId, StackId, Timestamp, instance_type::InstanceTypeName, price::InstanceUse,
};
use std::time::Duration;

/// What the account's events say.
#[derive(Clone, Debug)]
pub enum News {
    /// An instance runs: its agent may start.
    Running(Box<Machine>),
    /// An instance is gone.
    Gone(InstanceId),
    /// An instance will be taken back in two minutes.
    SpotWarning(InstanceId),
    /// A group could not launch.
    LaunchFailed(StackId, Fault),
    /// A stack could not be made.
    StackFailed(StackId, Fault),
}

/// EC2's notice before it takes a spot instance.
const SPOT_NOTICE: Duration = Duration::from_secs(120);
/// A group that misses instances tries again after so long.
const GROUP_RETRY: Duration = Duration::from_secs(30);

impl State {
    pub(super) fn advance(&mut self, now: Timestamp, chance: &Chance) -> Vec<News> {
        while let Some(((at, _), _)) = self.agenda.first_key_value().filter(|((at, _), _)| *at <= now) {
            let at = *at;
            if let Some((_, step)) = self.agenda.pop_first() {
                self.happens(step, at, chance);
            }
        }
        std::mem::take(&mut self.news)
    }

    fn happens(&mut self, step: Step, at: Timestamp, chance: &Chance) {
        match step {
            Step::Made(stack) => self.made(&stack, at, chance),
            Step::Launch(stack) => self.launch(&stack, at, chance),
            Step::Boot(instance) => self.boot(&instance),
            Step::TakenBack(instance) => self.end(&instance, at, chance),
            Step::Deleted(stack) => self.deleted(&stack, chance),
        }
    }

    fn made(&mut self, stack: &StackId, at: Timestamp, chance: &Chance) {
        let fails = chance.permille(self.temper.create_fails);
        let Some(group) = self.groups.get_mut(stack).filter(|g| g.state == GroupState::Creating) else {
            return;
        };
        if fails {
            let why = "CREATE_FAILED: the launch template was not accepted";
            group.state = GroupState::Failed(why.into());
            let fault = Fault::new(Code::StackFailed, why, "It is tried again.");
            self.news.push(News::StackFailed(stack.clone(), fault));
        } else {
            group.state = GroupState::Created;
            self.launch(stack, at, chance);
        }
    }

    /// The group launches what it misses, from the first type whose pool has room.
    fn launch(&mut self, stack: &StackId, at: Timestamp, chance: &Chance) {
        let Some(group) = self.groups.get(stack).filter(|g| g.state == GroupState::Created) else { return };
        let plan = group.plan.clone();
        let missing = (plan.launch.nodes as usize).saturating_sub(self.alive_of(stack).len());
        for _ in 0..missing {
            let Some(pool) = self.pool(&plan.launch.instance_types) else {
                let fault = Fault::new(
                    Code::CapacityUnavailable,
                    format!("EC2 has no capacity for {} now.", plan.launch.first_type()),
                    "It is tried again; more types to choose from help.",
                );
                self.news.push(News::LaunchFailed(stack.clone(), fault));
                self.plan(at, GROUP_RETRY, Step::Launch(stack.clone()));
                return;
            };
            let spot = plan.launch.spot.is_some();
            self.launch_one(stack, pool, &plan.join_token, spot, at, chance);
        }
    }

    fn pool(&mut self, types: &[InstanceTypeName]) -> Option<InstanceTypeName> {
        for name in types {
            match self.dry.get_mut(name).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => return Some(name.clone()),
            }
        }
        None
    }

    /// A new instance, which boots unless it is unlucky.
    pub(super) fn launch_one(
        &mut self,
        stack: &StackId,
        pool: InstanceTypeName,
        join_token: &str,
        spot: bool,
        at: Timestamp,
        chance: &Chance,
    ) {
        let instance: InstanceId = format!("i-{:08x}", self.number()).parse().expect("a valid id");
        let used =
            InstanceUse { instance: instance.clone(), instance_type: pool, launched_at: at, ended_at: None };
        let (join_token, state) = (join_token.to_owned(), MachineState::Pending);
        self.machines
            .insert(instance.clone(), Machine { used, stack: stack.clone(), join_token, spot, state });
        if !chance.permille(self.temper.boot_fails) {
            self.plan(at, chance.millis(15_000, 75_000), Step::Boot(instance));
        }
    }

    fn boot(&mut self, instance: &InstanceId) {
        if let Some(machine) = self.machines.get_mut(instance).filter(|m| m.state == MachineState::Pending) {
            machine.state = MachineState::Running;
            self.news.push(News::Running(Box::new(machine.clone())));
        }
    }

    pub(super) fn take_back(&mut self, instance: &InstanceId, now: Timestamp) {
        if self.machines.get(instance).is_some_and(|m| m.state.is_alive()) {
            self.news.push(News::SpotWarning(instance.clone()));
            self.plan(now, SPOT_NOTICE, Step::TakenBack(instance.clone()));
        }
    }

    /// An instance goes, for whatever reason; its group replaces it.
    pub(super) fn end(&mut self, instance: &InstanceId, at: Timestamp, chance: &Chance) {
        let Some(machine) = self.machines.get_mut(instance).filter(|m| m.state.is_alive()) else { return };
        machine.state = MachineState::Terminated;
        machine.used.ended_at = Some(at);
        let stack = machine.stack.clone();
        self.news.push(News::Gone(instance.clone()));
        if self.groups.get(&stack).is_some_and(|g| g.state == GroupState::Created) {
            self.plan(at, chance.millis(5_000, 40_000), Step::Launch(stack));
        }
    }

    /// CloudFormation begins to delete a stack: the group goes to zero at once, the stack takes its time.
    pub(super) fn delete(&mut self, stack: &StackId, now: Timestamp, chance: &Chance) {
        let Some(group) = self.groups.get_mut(stack).filter(|g| g.state != GroupState::Deleting) else {
            return;
        };
        group.state = GroupState::Deleting;
        for instance in self.alive_of(stack) {
            if !chance.permille(self.temper.left_behind) {
                self.end(&instance, now, chance);
            }
        }
        self.plan(now, chance.millis(10_000, 90_000), Step::Deleted(stack.clone()));
    }

    fn deleted(&mut self, stack: &StackId, chance: &Chance) {
        let fails = chance.permille(self.temper.delete_fails);
        let Some(group) = self.groups.get_mut(stack).filter(|g| g.state == GroupState::Deleting) else {
            return;
        };
        if fails && !group.delete_failed {
            group.delete_failed = true;
            group.state = GroupState::Failed("DELETE_FAILED: the security group is in use".into());
        } else {
            self.groups.remove(stack);
        }
    }
}
