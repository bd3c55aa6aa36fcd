//! What EC2 would say to a launch.

use super::FakeCloud;
use async_trait::async_trait;
use soca_app::ports::{CloudError, LaunchChecks};
use soca_domain::{Code, Fault, instance_type::InstanceType, launch::LaunchSpec, request::SubnetChoice};

/// The cluster's subnets.
const SUBNETS: [&str; 2] = ["subnet-0a", "subnet-0b"];
/// Images that nobody can launch begin so.
const NO_IMAGE: &str = "ami-0bad";

#[async_trait]
impl LaunchChecks for FakeCloud {
    async fn check_launch(&self, spec: &LaunchSpec, types: &[InstanceType]) -> Result<(), CloudError> {
        let refused =
            |code, what: String| Err(CloudError::Refused(Fault::new(code, what, "Choose another.")));
        if let Some(fault) = self.state().refusals.pop_front() {
            return Err(CloudError::Refused(fault));
        }
        if let Some(image) = spec.instance_ami.as_ref().filter(|image| image.starts_with(NO_IMAGE)) {
            return refused(Code::ImageUnusable, format!("There is no image {image}."));
        }
        if let Some(SubnetChoice::Named(named)) = &spec.subnets
            && let Some(unknown) = named.iter().find(|name| !SUBNETS.contains(&name.as_str()))
        {
            return refused(Code::SubnetUnusable, format!("{unknown} is not the cluster's."));
        }
        let asked = types.first().map_or(0, |t| t.vcpus) * spec.nodes;
        let quota = self.state().quota;
        if asked > quota {
            return refused(
                Code::QuotaTooSmall,
                format!("{asked} vCPUs are more than the quota of {quota}."),
            );
        }
        if asked + self.vcpus_in_use() > quota {
            return refused(Code::QuotaInUse, format!("The quota of {quota} vCPUs is in use."));
        }
        Ok(())
    }
}

impl FakeCloud {
    fn vcpus_in_use(&self) -> u32 {
        let state = self.state();
        let alive = state.machines.values().filter(|m| m.state.is_alive());
        alive.filter_map(|m| super::catalog::find(m.used.instance_type.as_str())).map(|t| t.vcpus).sum()
    }
}
