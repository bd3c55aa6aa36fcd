//! What an installation has that compute stacks are made from.

use soca_app::ports::cloud::StackPlan;
use soca_domain::{Code, Fault, instance_type::Architecture, launch::LaunchSpec, request::SubnetChoice};
use std::sync::Arc;

/// Renders the user data of a stack's nodes: the caller's, since it is the agent's protocol and not the cloud's.
pub type UserData = Arc<dyn Fn(&StackPlan) -> String + Send + Sync>;

/// The installation's settings. The caller reads them from its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its id: the prefix of every name and the value of the tag `soca:ClusterId`.
    pub id: String,
    /// Subnets that compute nodes may use; at least one.
    pub subnets: Vec<String>,
    /// The security group of every compute node.
    pub security_group: String,
    /// Name or ARN of the compute nodes' instance profile.
    pub instance_profile: String,
    /// The image for Intel and AMD, unless a job names its own; `None` when the installation has none.
    pub ami_x86_64: Option<String>,
    /// The image for Graviton, unless a job names its own.
    pub ami_arm64: Option<String>,
    /// An EC2 key pair for administrators.
    pub key_name: Option<String>,
}

impl Cluster {
    /// The image a launch uses: the job's own, else the installation's for the architecture.
    ///
    /// # Errors
    /// `IMAGE_UNUSABLE` when there is neither.
    pub(crate) fn image_id<'a>(&'a self, spec: &'a LaunchSpec, arch: Architecture) -> Result<&'a str, Fault> {
        let (own, word) = match arch {
            Architecture::X86_64 => (&self.ami_x86_64, "x86_64"),
            Architecture::Arm64 => (&self.ami_arm64, "arm64"),
        };
        spec.instance_ami.as_deref().or(own.as_deref()).ok_or_else(|| {
            Fault::new(
                Code::ImageUnusable,
                format!("This installation has no image for {word} instances."),
                "Choose instance types of the other architecture, or name an image with -l instance_ami=ami-….",
            )
        })
    }

    /// The instance profile a launch uses.
    pub(crate) fn profile<'a>(&'a self, spec: &'a LaunchSpec) -> &'a str {
        spec.instance_profile.as_deref().unwrap_or(&self.instance_profile)
    }

    /// The security groups a launch uses, the installation's first.
    pub(crate) fn security_groups(&self, spec: &LaunchSpec) -> Vec<String> {
        std::iter::once(&self.security_group).chain(&spec.security_groups).cloned().collect()
    }

    /// The subnets of a launch. `turn` moves the choice on, so that another attempt begins in another zone.
    ///
    /// A single node may go wherever there is room; nodes that talk to each other stay in one zone unless the job
    /// asks for more; a placement group always does.
    ///
    /// # Errors
    /// `SUBNET_UNUSABLE` when the job names a subnet that is not the installation's or asks for more than it has.
    pub(crate) fn choose_subnets(&self, spec: &LaunchSpec, turn: usize) -> Result<Vec<String>, Fault> {
        let (mut from, wanted) = match &spec.subnets {
            Some(SubnetChoice::Named(names)) => (self.named(names)?, names.len()),
            Some(SubnetChoice::Any(count)) => {
                (self.subnets.clone(), usize::try_from(*count).unwrap_or(usize::MAX))
            }
            None if spec.nodes > 1 => (self.subnets.clone(), 1),
            None => (self.subnets.clone(), self.subnets.len()),
        };
        if from.is_empty() || wanted > from.len() {
            return Err(
                self.subnet_fault(format!("The job asks for {wanted} subnets; there are {}.", from.len()))
            );
        }
        let turn = turn % from.len();
        from.rotate_left(turn);
        from.truncate(if spec.placement_group { 1 } else { wanted.max(1) });
        Ok(from)
    }

    fn named(&self, names: &[String]) -> Result<Vec<String>, Fault> {
        match names.iter().find(|name| !self.subnets.contains(name)) {
            Some(name) => {
                let shown = soca_domain::id::shorten(name);
                Err(self.subnet_fault(format!("The subnet \"{shown}\" is not this installation's.")))
            }
            None => Ok(names.to_vec()),
        }
    }

    fn subnet_fault(&self, message: String) -> Fault {
        Fault::new(Code::SubnetUnusable, message, format!("Choose from {}.", self.subnets.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::samples::{cluster, spec};

    #[test]
    fn one_node_may_go_anywhere_and_several_stay_together() {
        let (cluster, mut spec) = (cluster(), spec("c6i.large"));
        assert_eq!(
            cluster.choose_subnets(&spec, 0).unwrap(),
            ["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"]
        );
        spec.nodes = 4;
        assert_eq!(cluster.choose_subnets(&spec, 0).unwrap(), ["subnet-0000000a"]);
        assert_eq!(cluster.choose_subnets(&spec, 4).unwrap(), ["subnet-0000000b"]);
        spec.subnets = Some(SubnetChoice::Any(2));
        assert_eq!(cluster.choose_subnets(&spec, 2).unwrap(), ["subnet-0000000c", "subnet-0000000a"]);
        spec.placement_group = true;
        assert_eq!(cluster.choose_subnets(&spec, 2).unwrap(), ["subnet-0000000c"]);
    }

    #[test]
    fn foreign_and_too_many_subnets_are_refused() {
        let (cluster, mut spec) = (cluster(), spec("c6i.large"));
        for choice in [
            SubnetChoice::Any(4),
            SubnetChoice::Named(vec!["subnet-0000000f".into()]),
            SubnetChoice::Named(vec![]),
        ] {
            spec.subnets = Some(choice);
            assert_eq!(cluster.choose_subnets(&spec, 0).unwrap_err().code, Code::SubnetUnusable);
        }
    }

    #[test]
    fn a_job_may_bring_its_own_image() {
        let (mut cluster, mut spec) = (cluster(), spec("c6i.large"));
        assert_eq!(cluster.image_id(&spec, Architecture::Arm64).unwrap(), "ami-00000064");
        cluster.ami_arm64 = None;
        assert_eq!(cluster.image_id(&spec, Architecture::Arm64).unwrap_err().code, Code::ImageUnusable);
        spec.instance_ami = Some("ami-000000a1".into());
        assert_eq!(cluster.image_id(&spec, Architecture::Arm64).unwrap(), "ami-000000a1");
    }
}
