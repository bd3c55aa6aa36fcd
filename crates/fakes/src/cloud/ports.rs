//! The cloud's ports.

use super::{
    FakeCloud, catalog,
    state::{Group, GroupState, Machine, Step},
};
use async_trait::async_trait;
use soca_app::ports::{
    Catalog, CloudError, ComputeStacks, Instances, Prices,
    cloud::{CloudInstance, CloudStackState, StackPlan},
};
use soca_domain::{
    InstanceId, MicroUsd, StackId, Timestamp,
    instance_type::{InstanceType, InstanceTypeName},
    offer::Offer,
};
use std::collections::BTreeMap;

#[async_trait]
impl Catalog for FakeCloud {
    async fn instance_type(&self, name: &InstanceTypeName) -> Result<Option<InstanceType>, CloudError> {
        Ok(catalog::find(name.as_str()))
    }

    async fn instance_type_names(&self) -> Result<Vec<String>, CloudError> {
        Ok(catalog::catalog().into_iter().map(|t| t.name.to_string()).collect())
    }

    async fn offers(&self) -> Result<Vec<Offer>, CloudError> {
        Ok(catalog::offers())
    }
}

#[async_trait]
impl Prices for FakeCloud {
    async fn on_demand(&self, name: &InstanceTypeName) -> Result<Option<MicroUsd>, CloudError> {
        Ok(catalog::price(name.as_str()))
    }

    async fn all_on_demand(&self) -> Result<BTreeMap<InstanceTypeName, MicroUsd>, CloudError> {
        let priced = |t: InstanceType| Some((catalog::price(t.name.as_str())?, t.name));
        Ok(catalog::catalog().into_iter().filter_map(priced).map(|(price, name)| (name, price)).collect())
    }
}

#[async_trait]
impl ComputeStacks for FakeCloud {
    async fn create(&self, plan: &StackPlan) -> Result<(), CloudError> {
        let now = self.clock.now();
        let mut state = self.state();
        if state.groups.contains_key(&plan.stack) {
            return Ok(());
        }
        let group =
            Group { plan: plan.clone(), created_at: now, state: GroupState::Creating, delete_failed: false };
        state.groups.insert(plan.stack.clone(), group);
        state.plan(now, self.chance.millis(3_000, 20_000), Step::Made(plan.stack.clone()));
        Ok(())
    }

    async fn state(&self, stack: &StackId) -> Result<CloudStackState, CloudError> {
        Ok(match FakeCloud::state(self).groups.get(stack).map(|g| g.state.clone()) {
            None => CloudStackState::Absent,
            Some(GroupState::Creating) => CloudStackState::Creating,
            Some(GroupState::Created) => CloudStackState::Created,
            Some(GroupState::Failed(why)) => CloudStackState::Failed(why),
            Some(GroupState::Deleting) => CloudStackState::Deleting,
        })
    }

    async fn delete(&self, stack: &StackId) -> Result<(), CloudError> {
        let now = self.clock.now();
        FakeCloud::state(self).delete(stack, now, &self.chance);
        Ok(())
    }

    async fn list(&self) -> Result<Vec<(StackId, Timestamp)>, CloudError> {
        Ok(self.stacks())
    }
}

#[async_trait]
impl Instances for FakeCloud {
    async fn of_stack(&self, stack: &StackId) -> Result<Vec<CloudInstance>, CloudError> {
        Ok(self.state().machines.values().filter(|m| m.stack == *stack).map(instance).collect())
    }

    async fn instance(&self, id: &InstanceId) -> Result<Option<CloudInstance>, CloudError> {
        Ok(self.state().machines.get(id).map(instance))
    }

    async fn alive(&self) -> Result<Vec<CloudInstance>, CloudError> {
        Ok(self.state().machines.values().filter(|m| m.state.is_alive()).map(instance).collect())
    }

    async fn terminate(&self, ids: &[InstanceId]) -> Result<(), CloudError> {
        let now = self.clock.now();
        let mut state = self.state();
        for id in ids {
            state.end(id, now, &self.chance);
        }
        Ok(())
    }
}

fn instance(machine: &Machine) -> CloudInstance {
    CloudInstance {
        used: machine.used.clone(),
        stack: Some(machine.stack.clone()),
        alive: machine.state.is_alive(),
    }
}
