//! The port `ComputeStacks` on CloudFormation.

use crate::{
    cluster::{Cluster, UserData},
    errors::{Failure, Meaning, Service},
    image,
    names::{cloud_name, stack_of},
    tags::tags,
    template,
};
use async_trait::async_trait;
use aws_sdk_cloudformation::{
    Client,
    types::{OnFailure, ResourceStatus, StackEvent, StackStatus, StackSummary, Tag},
};
use soca_app::ports::{
    CloudError, ComputeStacks,
    cloud::{CloudStackState, StackPlan},
};
use soca_domain::{Code, Fault, StackId, Timestamp};
use std::sync::Arc;

/// Compute stacks in CloudFormation.
pub struct ComputeStacksAws {
    client: Client,
    cluster: String,
    recipe: Option<Recipe>,
}

/// What is needed to make stacks, besides looking at them and deleting them.
struct Recipe {
    ec2: aws_sdk_ec2::Client,
    cluster: Arc<Cluster>,
    user_data: UserData,
    role: String,
}

impl ComputeStacksAws {
    /// Looks at stacks and deletes them; making one is refused.
    pub fn new(client: Client, cluster: impl Into<String>) -> Self {
        Self { client, cluster: cluster.into(), recipe: None }
    }

    /// Makes stacks too: asks `ec2` for images, and has CloudFormation work in `role` (its ARN), so that the caller
    /// needs no permissions on EC2 and Auto Scaling.
    pub fn making(
        client: Client,
        ec2: aws_sdk_ec2::Client,
        cluster: Arc<Cluster>,
        user_data: UserData,
        role: impl Into<String>,
    ) -> Self {
        let id = cluster.id.clone();
        Self { client, cluster: id, recipe: Some(Recipe { ec2, cluster, user_data, role: role.into() }) }
    }

    /// Why the first resource that failed did so; the stack's own reason only counts them.
    async fn reason(&self, name: &str) -> Result<Option<String>, CloudError> {
        let mut events = self.client.describe_stack_events().stack_name(name).into_paginator().items().send();
        let mut first = None;
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| Failure::of(Service::CloudFormation, error))?;
            first = failed(&event).or(first);
        }
        Ok(first)
    }

    async fn standing(
        &self,
        name: &str,
        status: &StackStatus,
        own: &str,
    ) -> Result<CloudStackState, CloudError> {
        Ok(match standing(status) {
            CloudStackState::Failed(status) => {
                let reason = self.reason(name).await?.unwrap_or_else(|| own.to_owned());
                CloudStackState::Failed(if reason.is_empty() {
                    status
                } else {
                    format!("{status}: {reason}")
                })
            }
            other => other,
        })
    }
}

impl Recipe {
    async fn template(&self, plan: &StackPlan) -> Result<String, CloudError> {
        let architecture = plan.types.first().map(|kind| kind.architecture);
        let architecture = architecture.unwrap_or(soca_domain::instance_type::Architecture::X86_64);
        let id = self.cluster.image_id(&plan.launch, architecture).map_err(CloudError::Refused)?;
        let image = image::image(&self.ec2, id).await?;
        let rendered = template::render(plan, &self.cluster, &image, &(self.user_data)(plan));
        rendered.map(|template| template.to_json()).map_err(CloudError::Refused)
    }
}

fn not_a_maker() -> Fault {
    Fault::new(
        Code::Internal,
        "This function does not make stacks.",
        "Give your administrator the job's number.",
    )
}

#[async_trait]
impl ComputeStacks for ComputeStacksAws {
    async fn create(&self, plan: &StackPlan) -> Result<(), CloudError> {
        let Some(recipe) = &self.recipe else { return Err(CloudError::Refused(not_a_maker())) };
        let tags = tags(plan, &self.cluster).into_iter();
        let call = self
            .client
            .create_stack()
            .stack_name(cloud_name(&self.cluster, &plan.stack))
            .template_body(recipe.template(plan).await?)
            .client_request_token(plan.stack.as_str())
            .role_arn(&recipe.role)
            .on_failure(OnFailure::DoNothing) // the state machine tears down whatever became of it
            .set_tags(Some(tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()));
        match call.send().await.map_err(|error| Failure::of(Service::CloudFormation, error)) {
            Ok(_) => Ok(()),
            Err(failure) if failure.meaning() == Meaning::AlreadyThere => Ok(()),
            Err(failure) => Err(failure.or_fault(stack_refused)),
        }
    }

    async fn state(&self, stack: &StackId) -> Result<CloudStackState, CloudError> {
        let name = cloud_name(&self.cluster, stack);
        let reply = self.client.describe_stacks().stack_name(&name).send().await;
        match reply.map_err(|error| Failure::of(Service::CloudFormation, error)) {
            Ok(reply) => match reply.stacks().first() {
                Some(found) => {
                    let status = found.stack_status().unwrap_or(&StackStatus::CreateInProgress);
                    self.standing(&name, status, found.stack_status_reason().unwrap_or_default()).await
                }
                None => Ok(CloudStackState::Absent),
            },
            Err(failure) if failure.meaning() == Meaning::Absent => Ok(CloudStackState::Absent),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn delete(&self, stack: &StackId) -> Result<(), CloudError> {
        // Asking again is harmless while it is being deleted, and right when that failed.
        let call = self.client.delete_stack().stack_name(cloud_name(&self.cluster, stack)).send();
        match call.await.map_err(|error| Failure::of(Service::CloudFormation, error)) {
            Ok(_) => Ok(()),
            Err(failure) if failure.meaning() == Meaning::Absent => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn list(&self) -> Result<Vec<(StackId, Timestamp)>, CloudError> {
        let request = self.client.list_stacks().set_stack_status_filter(Some(present()));
        let mut stacks = request.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(summary) = stacks.next().await {
            let summary = summary.map_err(|error| Failure::of(Service::CloudFormation, error))?;
            found.extend(listed(&self.cluster, &summary));
        }
        Ok(found)
    }
}

/// A stack of this cluster with the time of its creation.
fn listed(cluster: &str, summary: &StackSummary) -> Option<(StackId, Timestamp)> {
    let id = stack_of(cluster, summary.stack_name()?)?;
    Some((id, Timestamp(summary.creation_time()?.to_millis().ok()?)))
}

/// Every status but "deleted", which CloudFormation remembers for 90 days.
fn present() -> Vec<StackStatus> {
    let all = StackStatus::values().iter().map(|status| StackStatus::from(*status));
    all.filter(|status| *status != StackStatus::DeleteComplete).collect()
}

fn standing(status: &StackStatus) -> CloudStackState {
    match status {
        StackStatus::CreateInProgress | StackStatus::ReviewInProgress => CloudStackState::Creating,
        StackStatus::DeleteInProgress => CloudStackState::Deleting,
        StackStatus::DeleteComplete => CloudStackState::Absent,
        StackStatus::CreateFailed
        | StackStatus::DeleteFailed
        | StackStatus::RollbackComplete
        | StackStatus::RollbackFailed
        | StackStatus::RollbackInProgress => CloudStackState::Failed(status.as_str().to_owned()),
        _ => CloudStackState::Created,
    }
}

/// The reason in an event that says that a resource failed, unless it only failed because another did.
fn failed(event: &StackEvent) -> Option<String> {
    let failed = [Some(&ResourceStatus::CreateFailed), Some(&ResourceStatus::DeleteFailed)];
    let reason = event.resource_status_reason().filter(|_| failed.contains(&event.resource_status()))?;
    let echo = reason.contains("cancelled") || event.physical_resource_id() == event.stack_id();
    (!echo).then(|| format!("{}: {reason}", event.logical_resource_id().unwrap_or("a resource")))
}

fn stack_refused(failure: &Failure) -> Fault {
    Fault::new(
        Code::StackFailed,
        format!("CloudFormation refused the job's stack: {}", failure.sentence()),
        "Change what the sentence names; otherwise tell your administrator.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::primitives::DateTime;

    #[test]
    fn every_status_has_a_standing() {
        assert_eq!(standing(&StackStatus::CreateInProgress), CloudStackState::Creating);
        assert_eq!(standing(&StackStatus::CreateComplete), CloudStackState::Created);
        assert_eq!(standing(&StackStatus::DeleteInProgress), CloudStackState::Deleting);
        assert_eq!(standing(&StackStatus::DeleteComplete), CloudStackState::Absent);
        for failed in [StackStatus::CreateFailed, StackStatus::DeleteFailed, StackStatus::RollbackComplete] {
            assert_eq!(standing(&failed), CloudStackState::Failed(failed.as_str().into()));
        }
        assert!(
            present().contains(&StackStatus::DeleteFailed)
                && !present().contains(&StackStatus::DeleteComplete)
        );
    }

    #[test]
    fn only_this_clusters_compute_stacks_are_listed() {
        let summary = |name: &str| {
            let status = StackStatus::CreateComplete;
            StackSummary::builder()
                .stack_name(name)
                .creation_time(DateTime::from_secs(5))
                .stack_status(status)
                .build()
        };
        let found = listed("soca-a", &summary("soca-a-job-7-2")).unwrap();
        assert_eq!(found, ("job-7-2".parse().unwrap(), Timestamp(5000)));
        assert_eq!(listed("soca-a", &summary("soca-a")), None);
        assert_eq!(listed("soca-a", &summary("soca-b-job-7-2")), None);
    }

    #[test]
    fn the_reason_is_the_first_resources_own() {
        let event = |resource: &str, status, reason: &str| {
            StackEvent::builder()
                .logical_resource_id(resource)
                .physical_resource_id(resource)
                .stack_id("stack")
                .resource_status(status)
                .resource_status_reason(reason)
                .build()
        };
        let own = event("Nodes", ResourceStatus::CreateFailed, "No such subnet");
        assert_eq!(failed(&own).as_deref(), Some("Nodes: No such subnet"));
        let echo = event("PlacementGroup", ResourceStatus::CreateFailed, "Resource creation cancelled");
        let whole = event("stack", ResourceStatus::CreateFailed, "The following resource(s) failed: [Nodes]");
        let begun = event("Nodes", ResourceStatus::CreateInProgress, "Resource creation Initiated");
        for other in [echo, whole, begun] {
            assert_eq!(failed(&other), None);
        }
    }
}
