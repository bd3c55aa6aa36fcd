//! Plans, clusters and images for tests.

use crate::{cluster::Cluster, image::Image};
use soca_app::ports::cloud::StackPlan;
use soca_domain::{
    instance_type::{Architecture, InstanceType},
    launch::LaunchSpec,
    memory::MemoryMib,
    request::Resources,
};

/// An installation with three subnets and an image per architecture.
pub(crate) fn cluster() -> Cluster {
    Cluster {
        id: "soca-test".into(),
        subnets: ["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"].map(String::from).to_vec(),
        security_group: "sg-0000000c".into(),
        instance_profile: "arn:aws:iam::123456789012:instance-profile/soca-test-node".into(),
        ami_x86_64: Some("ami-00000086".into()),
        ami_arm64: Some("ami-00000064".into()),
        key_name: None,
    }
}

/// An image that fits.
pub(crate) fn image() -> Image {
    Image {
        id: "ami-00000086".into(),
        root_device: "/dev/xvda".into(),
        root_gib: 8,
        architecture: Some(Architecture::X86_64),
        available: true,
    }
}

/// One node of each of these types (`a+b`), everything else by default.
pub(crate) fn spec(types: &str) -> LaunchSpec {
    let instance_types = types.split('+').map(|name| name.parse().unwrap()).collect();
    LaunchSpec::resolve(&Resources { instance_types, ..Resources::default() }, &Resources::default()).unwrap()
}

/// A type with two threads on each of its two cores.
pub(crate) fn instance_type(name: &str) -> InstanceType {
    InstanceType {
        name: name.parse().unwrap(),
        vcpus: 4,
        cores: 2,
        memory: MemoryMib(8192),
        architecture: Architecture::X86_64,
        efa: false,
        threads_settable: true,
        gpus: 0,
    }
}

/// The plan of job 12's first attempt.
pub(crate) fn plan(launch: LaunchSpec) -> StackPlan {
    StackPlan {
        stack: "job-12-1".parse().unwrap(),
        types: launch.instance_types.iter().map(|name| instance_type(name.as_str())).collect(),
        launch,
        job_name: "wing".into(),
        owner: "ada".into(),
        queue: "normal".into(),
        project: Some("aero".into()),
        join_token: "secret".into(),
    }
}
