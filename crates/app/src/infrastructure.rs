//! What EC2, Auto Scaling and CloudFormation tell us by events. Each event may come late, twice or never.

use crate::{
    await_nodes::update_stack,
    error::Error,
    ports::{Instances, Store, StoreError, Workflow, Write},
    transition::RACES,
    waiter,
};
use soca_domain::{
    Code, Fault, InstanceId, StackId, Timestamp,
    node::{Node, NodeState},
    stack::{Stack, StackState},
};

/// What happened to our capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incident {
    /// An instance is being stopped or terminated, or is gone.
    InstanceGone(InstanceId),
    /// EC2 takes a spot instance back in two minutes.
    SpotWarning(InstanceId),
    /// The stack's group could not launch.
    LaunchFailed(StackId, Fault),
    /// CloudFormation could not make the stack.
    StackFailed(StackId, Fault),
}

/// What handling an incident needs.
pub struct HandleIncident<'a> {
    /// The table.
    pub store: &'a dyn Store,
    /// The state machine.
    pub workflow: &'a dyn Workflow,
    /// EC2, to learn whose instance it is.
    pub instances: &'a dyn Instances,
}

impl HandleIncident<'_> {
    /// Notes the incident where it belongs. Incidents of stacks that are being released are their teardown's own.
    pub async fn run(&self, incident: &Incident, now: Timestamp) -> Result<(), Error> {
        match incident {
            Incident::LaunchFailed(stack, fault) | Incident::StackFailed(stack, fault) => {
                self.trouble(stack, fault.clone(), now).await
            }
            Incident::SpotWarning(instance) => match self.stack_of(instance).await? {
                Some(stack) => self.set_state(&stack, instance, NodeState::Draining).await,
                None => Ok(()),
            },
            Incident::InstanceGone(instance) => match self.stack_of(instance).await? {
                Some(stack) => self.gone(&stack, instance, now).await,
                None => Ok(()),
            },
        }
    }

    async fn stack_of(&self, instance: &InstanceId) -> Result<Option<StackId>, Error> {
        Ok(self.instances.instance(instance).await?.and_then(|i| i.stack))
    }

    /// A node that had enrolled is lost, and its stack with it. One that had not is replaced by its group, or missed
    /// by the boot deadline.
    pub(crate) async fn gone(
        &self,
        stack: &StackId,
        instance: &InstanceId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(node) = self.store.node(stack, instance).await? else { return Ok(()) };
        let fault = match node.state {
            NodeState::Draining => Fault::new(
                Code::SpotInterrupted,
                format!("EC2 took the spot instance {instance} back."),
                "The job is started again unless it was submitted with -r n; leave spot_price out for on-demand nodes.",
            ),
            NodeState::Up | NodeState::Down => Fault::new(
                Code::NodeLost,
                format!("The instance {instance} was lost."),
                "The job is started again unless it was submitted with -r n.",
            ),
        };
        // The stack before its node: the sweep looks no more after a node that is down.
        self.trouble(stack, fault, now).await?;
        self.set_state(stack, instance, NodeState::Down).await
    }

    /// Sets the state of a node, if it has enrolled.
    async fn set_state(&self, stack: &StackId, instance: &InstanceId, state: NodeState) -> Result<(), Error> {
        for _ in 0..RACES {
            let Some(node) = self.store.node(stack, instance).await? else { return Ok(()) };
            if node.state == state || node.state == NodeState::Down {
                return Ok(());
            }
            match self.store.commit(vec![Write::UpdateNode(Node { state, ..node })]).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable("too many lost races".into()))
    }

    /// Notes the first trouble of a stack and fails the step that waits, if one does.
    pub(crate) async fn trouble(&self, id: &StackId, fault: Fault, now: Timestamp) -> Result<(), Error> {
        if self.store.stack(id).await?.is_none() {
            return Ok(());
        }
        let noted = update_stack(self.store, id, |stack| match stack.state {
            StackState::Releasing { .. } | StackState::Released { .. } => None,
            StackState::Reserving | StackState::Launching { .. } | StackState::Ready { .. } => {
                (stack.trouble.is_none()).then(|| Stack { trouble: Some(fault.clone()), ..stack })
            }
        })
        .await?;
        // What happens to a stack that is being released is its teardown's own doing, and no trouble.
        if noted.trouble.as_ref() == Some(&fault) {
            tracing::warn!(stack.id = %id, fault.code = %fault.code, "trouble noted");
        }
        waiter::answer(self.store, self.workflow, id, now).await
    }
}
