//! How a stack is called in the cloud: CloudFormation stack, Auto Scaling group and launch template share one name.

use soca_domain::StackId;

/// The name of a stack's CloudFormation stack, Auto Scaling group and launch template.
pub fn cloud_name(cluster: &str, stack: &StackId) -> String {
    format!("{cluster}-{stack}")
}

/// The stack that a name made by [`cloud_name`] stands for; `None` for names that are not this cluster's.
pub fn stack_of(cluster: &str, name: &str) -> Option<StackId> {
    name.strip_prefix(cluster)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_only_for_their_cluster() {
        let id: StackId = "job-7-2".parse().unwrap();
        assert_eq!(cloud_name("soca-a", &id), "soca-a-job-7-2");
        assert_eq!(stack_of("soca-a", "soca-a-job-7-2"), Some(id));
        for other in
            ["soca-b-job-7-2", "soca-a", "soca-a-", "soca-a-network", "soca-a-x-job-7-2", "soca-ajob-7-2"]
        {
            assert_eq!(stack_of("soca-a", other), None, "{other}");
        }
    }
}
