//! What a job gets: its request with the queue's defaults and the built-in ones filled in, fixed at submission.

use crate::{
    fault::{Code, Fault},
    instance_type::{Architecture, InstanceTypeName},
    memory::MemoryMib,
    offer::Selection,
    request::{BaseOs, Resources, SpotPrice, SpotStrategy, SubnetChoice},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Everything the compute stack and the agent need to know about capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchSpec {
    /// Instances, at least 1.
    pub nodes: u32,
    /// CPUs asked for on each node; `None` means all it has.
    pub ncpus: Option<u32>,
    /// Processes on each node (lines per host in the node file); `None` means one.
    pub mpiprocs: Option<u32>,
    /// Memory asked for on each node.
    pub memory: Option<MemoryMib>,
    /// GPUs asked for on each node.
    #[serde(default)]
    pub gpus: Option<u32>,
    /// The CPU architecture asked for.
    #[serde(default)]
    pub architecture: Option<Architecture>,
    /// How the types were chosen, when nobody named them.
    #[serde(default)]
    pub selection: Option<Selection>,
    /// The longest run; `None` is without limit.
    pub walltime: Option<Duration>,
    /// First choice first; never empty.
    pub instance_types: Vec<InstanceTypeName>,
    /// Image; `None` means the cluster's.
    pub instance_ami: Option<String>,
    /// Operating system of the image; `None` means the cluster's.
    pub base_os: Option<BaseOs>,
    /// Whether hardware threads count as CPUs; SOCA's default is no.
    pub ht_support: bool,
    /// Root volume, GiB.
    pub root_size_gib: u32,
    /// Scratch volume, GiB; 0 means none.
    pub scratch_size_gib: u32,
    /// Provisioned IOPS of the scratch volume; 0 means gp3.
    pub scratch_iops: u32,
    /// Whether volumes outlive their instances, for debugging.
    pub keep_ebs: bool,
    /// Elastic Fabric Adapter.
    pub efa_support: bool,
    /// Cluster placement group.
    pub placement_group: bool,
    /// Subnets; `None` means any of the cluster's.
    pub subnets: Option<SubnetChoice>,
    /// Spot market, if asked for.
    pub spot: Option<SpotSpec>,
    /// So many attempts on the spot market come to nothing before the job goes on demand.
    #[serde(default = "spot_attempts")]
    pub spot_attempts: u32,
    /// Instance profile; `None` means the cluster's.
    pub instance_profile: Option<String>,
    /// Security groups besides the cluster's.
    pub security_groups: Vec<String>,
    /// Capacity reservation to launch into.
    pub capacity_reservation_id: Option<String>,
}

/// How much of a job may run on spot instances, and at what price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotSpec {
    /// The most an instance may cost.
    pub price: SpotPrice,
    /// How many of the nodes are spot; the others are on-demand.
    pub count: u32,
    /// How EC2 picks pools.
    pub strategy: SpotStrategy,
}

/// SOCA's default root volume: 40 GiB since 24.10 (10 before, too small for today's images).
const ROOT_SIZE_GIB: u32 = 40;

/// Attempts on the spot market unless the job says: the third and last attempt of a job is then on demand.
fn spot_attempts() -> u32 {
    2
}

impl LaunchSpec {
    /// Fills in what the job did not say: first from the queue's defaults, then with the built-in ones.
    ///
    /// # Errors
    /// `NO_INSTANCE_TYPE` when neither says which instance type.
    pub fn resolve(job: &Resources, queue: &Resources) -> Result<LaunchSpec, Fault> {
        let spec = LaunchSpec::outline(job, queue);
        if spec.instance_types.is_empty() {
            return Err(Fault::new(
                Code::NoInstanceType,
                "Neither the job nor its queue says which instance type to use.",
                "Say how large nodes must be (-l select=1:ncpus=4:mem=16gb) or name a type (-l instance_type=c6i.large).",
            ));
        }
        Ok(spec)
    }

    /// The same, with no types where nobody names any.
    pub fn outline(job: &Resources, queue: &Resources) -> LaunchSpec {
        let r = overlay(job, queue);
        let nodes = r.nodes.unwrap_or(1);
        LaunchSpec {
            nodes,
            ncpus: r.ncpus,
            mpiprocs: r.mpiprocs,
            memory: r.memory,
            gpus: r.gpus,
            architecture: r.architecture,
            selection: None,
            walltime: r.walltime,
            instance_types: r.instance_types,
            instance_ami: r.instance_ami,
            base_os: r.base_os,
            ht_support: r.ht_support.unwrap_or(false),
            root_size_gib: r.root_size_gib.unwrap_or(ROOT_SIZE_GIB),
            scratch_size_gib: r.scratch_size_gib.unwrap_or(0),
            scratch_iops: r.scratch_iops.unwrap_or(0),
            keep_ebs: r.keep_ebs.unwrap_or(false),
            efa_support: r.efa_support.unwrap_or(false),
            placement_group: nodes > 1 && r.placement_group.unwrap_or(false),
            subnets: r.subnets,
            spot: r.spot_price.map(|price| SpotSpec {
                price,
                count: r.spot_allocation_count.unwrap_or(nodes).min(nodes),
                strategy: r.spot_allocation_strategy.unwrap_or(SpotStrategy::LowestPrice),
            }),
            spot_attempts: r.spot_attempts.unwrap_or_else(spot_attempts),
            instance_profile: r.instance_profile,
            security_groups: r.security_groups,
            capacity_reservation_id: r.capacity_reservation_id,
        }
    }

    /// The type that is tried first.
    pub fn first_type(&self) -> &InstanceTypeName {
        self.instance_types.first().expect("resolve refuses an empty list")
    }
}

/// The job's values where it has them, else the queue's.
fn overlay(job: &Resources, queue: &Resources) -> Resources {
    let job = job.clone();
    let queue = queue.clone();
    Resources {
        nodes: job.nodes.or(queue.nodes),
        ncpus: job.ncpus.or(queue.ncpus),
        mpiprocs: job.mpiprocs.or(queue.mpiprocs),
        memory: job.memory.or(queue.memory),
        gpus: job.gpus.or(queue.gpus),
        architecture: job.architecture.or(queue.architecture),
        selection: job.selection.or(queue.selection),
        walltime: job.walltime.or(queue.walltime),
        place: job.place.or(queue.place),
        instance_types: or_list(job.instance_types, queue.instance_types),
        instance_ami: job.instance_ami.or(queue.instance_ami),
        base_os: job.base_os.or(queue.base_os),
        ht_support: job.ht_support.or(queue.ht_support),
        root_size_gib: job.root_size_gib.or(queue.root_size_gib),
        scratch_size_gib: job.scratch_size_gib.or(queue.scratch_size_gib),
        scratch_iops: job.scratch_iops.or(queue.scratch_iops),
        keep_ebs: job.keep_ebs.or(queue.keep_ebs),
        efa_support: job.efa_support.or(queue.efa_support),
        placement_group: job.placement_group.or(queue.placement_group),
        subnets: job.subnets.or(queue.subnets),
        spot_price: job.spot_price.or(queue.spot_price),
        spot_allocation_count: job.spot_allocation_count.or(queue.spot_allocation_count),
        spot_allocation_strategy: job.spot_allocation_strategy.or(queue.spot_allocation_strategy),
        spot_attempts: job.spot_attempts.or(queue.spot_attempts),
        instance_profile: job.instance_profile.or(queue.instance_profile),
        security_groups: or_list(job.security_groups, queue.security_groups),
        capacity_reservation_id: job.capacity_reservation_id.or(queue.capacity_reservation_id),
        policy: job.policy.or(queue.policy),
    }
}

fn or_list<T>(job: Vec<T>, queue: Vec<T>) -> Vec<T> {
    if job.is_empty() { queue } else { job }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(names: &[&str]) -> Vec<InstanceTypeName> {
        names.iter().map(|n| n.parse().unwrap()).collect()
    }

    #[test]
    fn the_job_wins_over_the_queue_and_the_queue_over_the_built_in() {
        let queue = Resources {
            instance_types: types(&["c5.large"]),
            root_size_gib: Some(20),
            ..Resources::default()
        };
        let job = Resources { nodes: Some(2), root_size_gib: Some(30), ..Resources::default() };
        let spec = LaunchSpec::resolve(&job, &queue).unwrap();
        assert_eq!((spec.nodes, spec.root_size_gib, spec.first_type().as_str()), (2, 30, "c5.large"));
        let spec = LaunchSpec::resolve(&Resources::default(), &queue).unwrap();
        assert_eq!((spec.nodes, spec.root_size_gib, spec.ht_support), (1, 20, false));
    }

    #[test]
    fn no_instance_type_is_refused() {
        let fault = LaunchSpec::resolve(&Resources::default(), &Resources::default()).unwrap_err();
        assert_eq!(fault.code, Code::NoInstanceType);
    }
}
