//! What EC2, Auto Scaling and CloudFormation put on the bus, as incidents. Unknown events are nobody's incident.

use crate::{errors::launch_failure, names::stack_of};
use serde::Deserialize;
use serde_json::Value;
use soca_app::infrastructure::Incident;
use soca_domain::{Code, Fault, id::shorten};

/// The envelope of every EventBridge event.
#[derive(Deserialize)]
struct Envelope {
    source: String,
    #[serde(rename = "detail-type")]
    kind: String,
    detail: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct InstanceDetail {
    instance_id: String,
    #[serde(default)]
    state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LaunchDetail {
    auto_scaling_group_name: String,
    #[serde(default)]
    status_message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct StackDetail {
    stack_id: String,
    status_details: StackStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct StackStatus {
    status: String,
    #[serde(default)]
    status_reason: String,
}

/// The incident an event tells of; `None` when it is none of ours.
pub fn incident_of(cluster: &str, event: &Value) -> Option<Incident> {
    let event = Envelope::deserialize(event).ok()?;
    match (event.source.as_str(), event.kind.as_str()) {
        ("aws.ec2", "EC2 Instance State-change Notification") => {
            let detail = InstanceDetail::deserialize(event.detail).ok()?;
            let going =
                ["shutting-down", "terminated", "stopping", "stopped"].contains(&detail.state.as_str());
            going.then(|| detail.instance_id.parse().ok().map(Incident::InstanceGone)).flatten()
        }
        ("aws.ec2", "EC2 Spot Instance Interruption Warning") => {
            let detail = InstanceDetail::deserialize(event.detail).ok()?;
            detail.instance_id.parse().ok().map(Incident::SpotWarning)
        }
        ("aws.autoscaling", "EC2 Instance Launch Unsuccessful") => {
            let detail = LaunchDetail::deserialize(event.detail).ok()?;
            let stack = stack_of(cluster, &detail.auto_scaling_group_name)?;
            Some(Incident::LaunchFailed(stack, launch_failure(&detail.status_message)))
        }
        ("aws.cloudformation", "CloudFormation Stack Status Change") => {
            let detail = StackDetail::deserialize(event.detail).ok()?;
            stack_incident(cluster, &detail)
        }
        _ => None,
    }
}

fn stack_incident(cluster: &str, detail: &StackDetail) -> Option<Incident> {
    let failed = ["CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"];
    if !failed.contains(&detail.status_details.status.as_str()) {
        return None;
    }
    // arn:aws:cloudformation:region:account:stack/<name>/<uuid>
    let stack = stack_of(cluster, detail.stack_id.split('/').nth(1)?)?;
    let fault = Fault::new(
        Code::StackFailed,
        format!(
            "CloudFormation could not make the stack: {}.",
            shorten(&detail.status_details.status_reason)
        ),
        "It is tried again; if it stays, ask your administrator.",
    );
    Some(Incident::StackFailed(stack, fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(source: &str, kind: &str, detail: Value) -> Value {
        json!({ "version": "0", "source": source, "detail-type": kind, "detail": detail, "resources": [] })
    }

    #[test]
    fn instances_that_go_are_incidents_and_those_that_come_are_not() {
        let state = |s: &str| {
            event(
                "aws.ec2",
                "EC2 Instance State-change Notification",
                json!({ "instance-id": "i-0a", "state": s }),
            )
        };
        for going in ["shutting-down", "terminated", "stopping", "stopped"] {
            assert_eq!(
                incident_of("c", &state(going)),
                Some(Incident::InstanceGone("i-0a".parse().unwrap()))
            );
        }
        assert_eq!(incident_of("c", &state("running")), None);
        let warning = json!({ "instance-id": "i-0a", "instance-action": "terminate" });
        let warning = event("aws.ec2", "EC2 Spot Instance Interruption Warning", warning);
        assert_eq!(incident_of("c", &warning), Some(Incident::SpotWarning("i-0a".parse().unwrap())));
    }

    #[test]
    fn a_launch_without_capacity_belongs_to_its_stack() {
        let detail = json!({
            "AutoScalingGroupName": "c-job-7-1",
            "StatusMessage": "We currently do not have sufficient c6i.large capacity in the Availability Zone you requested (us-east-1a). Launching EC2 instance failed.",
        });
        let found =
            incident_of("c", &event("aws.autoscaling", "EC2 Instance Launch Unsuccessful", detail.clone()));
        let Some(Incident::LaunchFailed(stack, fault)) = found else { panic!("{found:?}") };
        assert_eq!((stack.as_str(), fault.code), ("job-7-1", Code::CapacityUnavailable));
        assert_eq!(
            incident_of("d", &event("aws.autoscaling", "EC2 Instance Launch Unsuccessful", detail)),
            None
        );
    }

    #[test]
    fn a_stack_that_rolls_back_is_an_incident() {
        let detail = |status: &str| {
            json!({
                "stack-id": "arn:aws:cloudformation:us-east-1:1:stack/c-job-7-1/8f",
                "status-details": { "status": status, "status-reason": "no" },
            })
        };
        let kind = "CloudFormation Stack Status Change";
        let failed = incident_of("c", &event("aws.cloudformation", kind, detail("ROLLBACK_IN_PROGRESS")));
        assert!(matches!(failed, Some(Incident::StackFailed(..))));
        assert_eq!(incident_of("c", &event("aws.cloudformation", kind, detail("CREATE_COMPLETE"))), None);
    }

    #[test]
    fn other_events_are_ignored() {
        for other in [json!({}), json!(null), event("aws.s3", "Object Created", json!({}))] {
            assert_eq!(incident_of("c", &other), None);
        }
    }
}
