//! The volumes of an instance: root, and scratch when the job asks for one.

use serde::Serialize;
use soca_domain::launch::LaunchSpec;

/// SOCA's device name for scratch; the agent finds the volume by it.
const SCRATCH_DEVICE: &str = "/dev/xvdbx";

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Mapping {
    device_name: String,
    ebs: Volume,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Volume {
    volume_size: u32,
    volume_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iops: Option<u32>,
    encrypted: bool,
    delete_on_termination: bool,
}

pub(super) fn mappings(spec: &LaunchSpec, root_device: &str) -> Vec<Mapping> {
    let mut mappings = vec![mapping(spec, root_device, spec.root_size_gib, None)];
    if spec.scratch_size_gib > 0 {
        let iops = Some(spec.scratch_iops).filter(|iops| *iops > 0);
        mappings.push(mapping(spec, SCRATCH_DEVICE, spec.scratch_size_gib, iops));
    }
    mappings
}

fn mapping(spec: &LaunchSpec, device: &str, gib: u32, iops: Option<u32>) -> Mapping {
    Mapping {
        device_name: device.to_owned(),
        ebs: Volume {
            volume_size: gib,
            volume_type: if iops.is_some() { "io2" } else { "gp3" },
            iops,
            encrypted: true,
            delete_on_termination: !spec.keep_ebs,
        },
    }
}
