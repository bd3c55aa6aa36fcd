//! What EC2, Auto Scaling and CloudFormation would put on the default bus, in AWS's own words.

use crate::{
    call::Caller,
    log,
    room::feed::{Instance, Refused, StackChange},
};
use serde_json::{Value, json};
use std::{
    sync::mpsc::{self, Sender},
    thread,
};

/// Account and region of everything in the twin.
pub const ACCOUNT: &str = "123456789012";
/// Its region.
pub const REGION: &str = "us-east-1";

fn entry(source: &str, kind: &str, resource: String, detail: &Value) -> Value {
    json!({ "Source": source, "DetailType": kind, "Resources": [resource], "Detail": detail.to_string() })
}

fn instance_arn(id: &str) -> String {
    format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{id}")
}

fn group_arn(group: &str) -> String {
    format!("arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:soca-twin:autoScalingGroupName/{group}")
}

/// An instance entered a state.
pub fn state_change(instance: &Instance) -> Value {
    let detail = json!({ "instance-id": instance.instance_id, "state": instance.state });
    entry("aws.ec2", "EC2 Instance State-change Notification", instance_arn(&instance.instance_id), &detail)
}

/// A spot instance is about to be taken back.
pub fn spot_warning(instance: &str) -> Value {
    let detail = json!({ "instance-id": instance, "instance-action": "terminate" });
    entry("aws.ec2", "EC2 Spot Instance Interruption Warning", instance_arn(instance), &detail)
}

/// A group launched an instance.
pub fn launch_successful(group: &str, instance: &str) -> Value {
    let detail = json!({ "StatusCode": "InProgress", "AutoScalingGroupName": group, "EC2InstanceId": instance,
        "StatusMessage": "", "Description": format!("Launching a new EC2 instance: {instance}") });
    entry("aws.autoscaling", "EC2 Instance Launch Successful", group_arn(group), &detail)
}

/// A group could not launch.
pub fn launch_unsuccessful(refused: &Refused) -> Value {
    let detail = json!({
        "StatusCode": "Failed", "AutoScalingGroupName": refused.group, "ActivityId": refused.activity_id,
        "RequestId": refused.activity_id, "StatusMessage": refused.status_message, "EC2InstanceId": "",
        "Description": refused.description, "Cause": refused.cause,
        "Details": { "Availability Zone": refused.zone }, "Origin": "EC2", "Destination": "AutoScalingGroup",
    });
    entry("aws.autoscaling", "EC2 Instance Launch Unsuccessful", group_arn(&refused.group), &detail)
}

/// A stack entered a status.
pub fn stack_change(change: &StackChange) -> Value {
    let detail = json!({
        "stack-id": change.stack_id, "client-request-token": change.token.as_deref().unwrap_or_default(),
        "status-details": { "status": change.status, "status-reason": change.reason },
    });
    entry("aws.cloudformation", "CloudFormation Stack Status Change", change.stack_id.clone(), &detail)
}

/// Puts events on the bus in order, in a thread of its own so that a slow plane holds nobody up.
pub fn emitter(plane: Caller) -> Sender<Value> {
    let (sender, receiver) = mpsc::channel::<Value>();
    thread::spawn(move || {
        while let Ok(event) = receiver.recv() {
            match plane.post("/_soca/events", &json!({ "Entries": [event] })) {
                Ok(answer) if answer["FailedEntryCount"] == 0 => {}
                Ok(answer) => log::line(&format!("an event was not taken: {answer}")),
                Err(error) => log::line(&format!("an event was lost: {error}")),
            }
        }
    });
    sender
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_form_of_aws() {
        let warning = spot_warning("i-1");
        assert_eq!(warning["DetailType"], "EC2 Spot Instance Interruption Warning");
        assert_eq!(warning["Detail"], r#"{"instance-action":"terminate","instance-id":"i-1"}"#);
        assert_eq!(warning["Resources"][0], "arn:aws:ec2:us-east-1:123456789012:instance/i-1");
        let change = StackChange {
            stack: "s".into(),
            stack_id: "arn".into(),
            status: "ROLLBACK_IN_PROGRESS".into(),
            reason: "no".into(),
            token: None,
        };
        let detail: Value = serde_json::from_str(stack_change(&change)["Detail"].as_str().unwrap()).unwrap();
        assert_eq!(detail["status-details"]["status"], "ROLLBACK_IN_PROGRESS");
    }
}
