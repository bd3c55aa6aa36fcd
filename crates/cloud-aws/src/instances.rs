//! The port `Instances` on EC2, which sees only what carries this cluster's tag.

use crate::{
    ec2::{self, filter, tagged},
    errors::{Failure, Meaning, Service},
    tags::{CLUSTER_ID, STACK_ID},
};
use async_trait::async_trait;
use aws_sdk_ec2::{
    Client,
    types::{Filter, Instance, InstanceStateName},
};
use soca_app::ports::{CloudError, Instances, cloud::CloudInstance};
use soca_domain::{InstanceId, StackId, Timestamp, price::InstanceUse};

/// The states of an instance that still exists and is not on its way out.
const ALIVE: [&str; 4] = ["pending", "running", "stopping", "stopped"];
/// How many instances one call ends.
const BATCH: usize = 100;

/// The cluster's instances.
#[derive(Debug)]
pub struct InstancesAws {
    client: Client,
    cluster: String,
}

impl InstancesAws {
    /// On an EC2 client, for one cluster.
    pub fn new(client: Client, cluster: impl Into<String>) -> Self {
        Self { client, cluster: cluster.into() }
    }

    async fn find(&self, more: Filter) -> Result<Vec<CloudInstance>, CloudError> {
        let filters = vec![tagged(CLUSTER_ID, &self.cluster), more];
        Ok(ec2::instances(&self.client, filters).await?.iter().filter_map(of_ec2).collect())
    }

    async fn end(&self, ids: &[InstanceId]) -> Result<(), Failure> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let call = self.client.terminate_instances().set_instance_ids(Some(ids)).send();
        call.await.map(|_| ()).map_err(|error| Failure::of(Service::Ec2, error))
    }

    /// One id that EC2 has forgotten fails a whole batch, so its members are then ended one by one.
    async fn end_batch(&self, ids: &[InstanceId]) -> Result<(), Failure> {
        match self.end(ids).await {
            Err(failure) if failure.meaning() == Meaning::Absent => {}
            other => return other,
        }
        if ids.len() == 1 {
            return Ok(());
        }
        for id in ids {
            match self.end(std::slice::from_ref(id)).await {
                Err(failure) if failure.meaning() != Meaning::Absent => return Err(failure),
                _ => {}
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Instances for InstancesAws {
    async fn of_stack(&self, stack: &StackId) -> Result<Vec<CloudInstance>, CloudError> {
        self.find(tagged(STACK_ID, stack.as_str())).await
    }

    async fn instance(&self, id: &InstanceId) -> Result<Option<CloudInstance>, CloudError> {
        Ok(self.find(filter("instance-id", &[id.as_str()])).await?.into_iter().next())
    }

    async fn alive(&self) -> Result<Vec<CloudInstance>, CloudError> {
        self.find(filter("instance-state-name", &ALIVE)).await
    }

    async fn terminate(&self, ids: &[InstanceId]) -> Result<(), CloudError> {
        for batch in ids.chunks(BATCH) {
            self.end_batch(batch).await?;
        }
        Ok(())
    }
}

fn of_ec2(instance: &Instance) -> Option<CloudInstance> {
    let launched = instance.launch_time()?;
    let state = instance.state().and_then(|state| state.name());
    let tag = instance.tags().iter().find(|tag| tag.key() == Some(STACK_ID)).and_then(|tag| tag.value());
    Some(CloudInstance {
        used: InstanceUse {
            instance: instance.instance_id()?.parse().ok()?,
            instance_type: instance.instance_type()?.as_str().parse().ok()?,
            launched_at: Timestamp(launched.to_millis().ok()?),
            ended_at: instance.state_transition_reason().and_then(ended_at),
        },
        stack: tag.and_then(|id| id.parse().ok()),
        alive: state.is_some_and(is_alive),
    })
}

fn is_alive(state: &InstanceStateName) -> bool {
    ALIVE.contains(&state.as_str())
}

/// When an instance went, which EC2 says in words: `User initiated (2026-11-23 08:00:00 GMT)`.
fn ended_at(reason: &str) -> Option<Timestamp> {
    let (_, rest) = reason.rsplit_once('(')?;
    let (date, time) = rest.strip_suffix(" GMT)").or(rest.strip_suffix(" UTC)"))?.split_once(' ')?;
    format!("{date}T{time}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::{
        primitives::DateTime,
        types::{InstanceState, InstanceType, Tag},
    };

    fn instance(state: InstanceStateName, reason: &str) -> Instance {
        Instance::builder()
            .instance_id("i-0abc")
            .instance_type(InstanceType::from("c6i.large"))
            .launch_time(DateTime::from_millis(1_700_000_000_123))
            .state(InstanceState::builder().name(state).build())
            .state_transition_reason(reason)
            .tags(Tag::builder().key(STACK_ID).value("job-7-1").build())
            .build()
    }

    #[test]
    fn instances_are_read() {
        let found = of_ec2(&instance(InstanceStateName::Running, "")).unwrap();
        assert_eq!(found.stack, Some("job-7-1".parse().unwrap()));
        assert_eq!((found.used.launched_at, found.used.ended_at), (Timestamp(1_700_000_000_123), None));
        assert!(found.alive);
    }

    #[test]
    fn the_end_is_read_from_ec2s_words() {
        let found =
            of_ec2(&instance(InstanceStateName::Terminated, "User initiated (2023-11-14 22:13:20 GMT)"))
                .unwrap();
        assert_eq!(found.used.ended_at, Some(Timestamp(1_700_000_000_000)));
        assert!(!found.alive);
        for vague in ["", "Server.SpotInstanceTermination: taken back", "User initiated (soon GMT)", "("] {
            assert_eq!(ended_at(vague), None, "{vague}");
        }
    }

    #[test]
    fn an_instance_on_its_way_out_is_not_alive() {
        assert!(!of_ec2(&instance(InstanceStateName::ShuttingDown, "")).unwrap().alive);
        assert!(of_ec2(&instance(InstanceStateName::Stopped, "")).unwrap().alive);
    }
}
