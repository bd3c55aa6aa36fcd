//! EC2, Auto Scaling, CloudFormation and the price list in memory, and they behave: stacks and instances take their
//! time, pools run dry, groups replace what dies, spot instances are taken back, deletions fail and go well later.
//!
//! Time passes by [`FakeCloud::advance`], which says what an account's events would have said ([`News`]).

mod catalog;
mod checks;
mod life;
mod ports;
mod state;

pub use catalog::{PRICELESS, catalog};
pub use life::News;
pub use state::{GroupState, Machine, MachineState, Temper};

use crate::{FakeClock, chance::Chance, locked};
use soca_domain::{Fault, InstanceId, StackId, Timestamp, instance_type::InstanceTypeName};
use state::State;
use std::sync::{Arc, Mutex, MutexGuard};

/// The cloud.
#[derive(Debug)]
pub struct FakeCloud {
    clock: Arc<FakeClock>,
    chance: Chance,
    state: Mutex<State>,
}

impl FakeCloud {
    /// An account with nothing in it.
    pub fn new(clock: Arc<FakeClock>, seed: u64) -> Self {
        Self { clock, chance: Chance::new(seed), state: Mutex::default() }
    }

    /// How well things go from now on.
    pub fn set_temper(&self, temper: Temper) {
        self.state().temper = temper;
    }

    /// The next `launches` of a type find no capacity.
    pub fn run_dry(&self, pool: InstanceTypeName, launches: u32) {
        self.state().dry.insert(pool, launches);
    }

    /// The next launch check is refused with this.
    pub fn refuse_next_launch(&self, fault: Fault) {
        self.state().refusals.push_back(fault);
    }

    /// The account's vCPU quota.
    pub fn set_quota(&self, vcpus: u32) {
        self.state().quota = vcpus;
    }

    /// An instance dies.
    pub fn kill(&self, instance: &InstanceId) {
        let now = self.clock.now();
        self.state().end(instance, now, &self.chance);
    }

    /// EC2 warns that it takes an instance back, and does so two minutes later.
    pub fn take_back(&self, instance: &InstanceId) {
        let now = self.clock.now();
        self.state().take_back(instance, now);
    }

    /// An instance appears that nobody asked for, with a stack's tag.
    pub fn stray(&self, stack: StackId, pool: InstanceTypeName) {
        let now = self.clock.now();
        self.state().launch_one(&stack, pool, "", false, now, &self.chance);
    }

    /// All instances there ever were.
    pub fn machines(&self) -> Vec<Machine> {
        self.state().machines.values().cloned().collect()
    }

    /// Stacks that exist, with the time of their creation.
    pub fn stacks(&self) -> Vec<(StackId, Timestamp)> {
        self.state().groups.iter().map(|(id, group)| (id.clone(), group.created_at)).collect()
    }

    /// When something will happen next.
    pub fn due(&self) -> Option<Timestamp> {
        self.state().agenda.keys().next().map(|(at, _)| *at)
    }

    /// Lets everything happen that is due, and tells of it.
    pub fn advance(&self) -> Vec<News> {
        let now = self.clock.now();
        self.state().advance(now, &self.chance)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}
