//! What compute stacks are made from, from the environment.

use soca_cloud_aws::Cluster;
use soca_runtime::{EnvError, required, text};

/// `CLUSTER_ID SUBNET_IDS SECURITY_GROUP_ID INSTANCE_PROFILE AMI_X86_64 AMI_ARM64 KEY_NAME`
pub fn cluster() -> Result<Cluster, EnvError> {
    Ok(Cluster {
        id: required("CLUSTER_ID")?,
        subnets: required("SUBNET_IDS")?
            .split(',')
            .map(|s| s.trim().to_owned())
            .filter(|s| !s.is_empty())
            .collect(),
        security_group: required("SECURITY_GROUP_ID")?,
        instance_profile: required("INSTANCE_PROFILE")?,
        ami_x86_64: text("AMI_X86_64"),
        ami_arm64: text("AMI_ARM64"),
        key_name: text("KEY_NAME"),
    })
}
