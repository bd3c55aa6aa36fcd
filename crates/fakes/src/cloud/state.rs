//! What the account holds, and the agenda of what will happen.

use soca_app::ports::cloud::StackPlan;
use soca_domain::{
    Fault, InstanceId, StackId, Timestamp, instance_type::InstanceTypeName, price::InstanceUse,
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// How well things go: chances in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Temper {
    /// A stack's creation fails.
    pub create_fails: u64,
    /// A stack's deletion fails; the next one goes well.
    pub delete_fails: u64,
    /// An instance never gets as far as running.
    pub boot_fails: u64,
    /// An instance outlives its group's deletion.
    pub left_behind: u64,
}

/// An instance.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its life.
    pub used: InstanceUse,
    /// Whose it is, by its tag.
    pub stack: StackId,
    /// The join token in its user data.
    pub join_token: String,
    /// Whether EC2 may take it back.
    pub spot: bool,
    /// Where it stands.
    pub state: MachineState,
}

/// Where an instance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineState {
    /// Launched.
    Pending,
    /// Its operating system runs.
    Running,
    /// On its way out, or gone.
    Terminated,
}

impl MachineState {
    /// Whether it still exists.
    pub fn is_alive(self) -> bool {
        self != MachineState::Terminated
    }
}

/// Where a stack with its Auto Scaling group stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// Being made.
    Creating,
    /// The group keeps its size.
    Created,
    /// It could not be made, or not be deleted.
    Failed(String),
    /// Being deleted.
    Deleting,
}

/// A stack.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) plan: StackPlan,
    pub(super) created_at: Timestamp,
    pub(super) state: GroupState,
    /// The next deletion goes well, whatever the temper.
    pub(super) delete_failed: bool,
}

/// Something that will happen.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Made(StackId),
    Launch(StackId),
    Boot(InstanceId),
    TakenBack(InstanceId),
    Deleted(StackId),
}

/// Everything.
#[derive(Debug)]
pub(super) struct State {
    pub(super) temper: Temper,
    pub(super) groups: BTreeMap<StackId, Group>,
    pub(super) machines: BTreeMap<InstanceId, Machine>,
    pub(super) agenda: BTreeMap<(Timestamp, u64), Step>,
    pub(super) dry: BTreeMap<InstanceTypeName, u32>,
    pub(super) refusals: VecDeque<Fault>,
    pub(super) quota: u32,
    pub(super) news: Vec<super::News>,
    numbers: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            temper: Temper::default(),
            groups: BTreeMap::new(),
            machines: BTreeMap::new(),
            agenda: BTreeMap::new(),
            dry: BTreeMap::new(),
            refusals: VecDeque::new(),
            quota: 10_000,
            news: vec![],
            numbers: 0,
        }
    }
}

impl State {
    /// A number that was not given before.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Puts something on the agenda.
    pub(super) fn plan(&mut self, at: Timestamp, after: Duration, step: Step) {
        let number = self.number();
        self.agenda.insert((at.plus(after), number), step);
    }

    /// A stack's living instances.
    pub(super) fn alive_of(&self, stack: &StackId) -> Vec<InstanceId> {
        let of = |m: &&Machine| m.stack == *stack && m.state.is_alive();
        self.machines.values().filter(of).map(|m| m.used.instance.clone()).collect()
    }
}
