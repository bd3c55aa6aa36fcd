//! The names of job parameters that SOCA's releases know, which a queue may preset.

/// Every job parameter of releases 2.6.1 to 26.4, with what PBS itself reads.
pub(super) const KNOWN: &[&str] = &[
    "anonymous_metrics",
    "base_os",
    "capacity_reservation_id",
    "cpus",
    "efa_support",
    "force_ri",
    "fsx_lustre",
    "fsx_lustre_deployment_type",
    "fsx_lustre_per_unit_throughput",
    "fsx_lustre_size",
    "fsx_lustre_storage_type",
    "ht_support",
    "instance_ami",
    "instance_profile",
    "instance_type",
    "instance_types",
    "keep_ebs",
    "keep_forever",
    "mem",
    "mpiprocs",
    "ncpus",
    "nested_virtualization",
    "ngpus",
    "nodes",
    "placement_group",
    "place",
    "ppn",
    "root_size",
    "scratch_iops",
    "scratch_size",
    "security_groups",
    "select",
    "spot_allocation_count",
    "spot_allocation_strategy",
    "spot_price",
    "stack_uuid",
    "subnet_id",
    "subnet_ids",
    "system_metrics",
    "tags",
    "walltime",
    "weighted_capacity",
];

/// Whether a name is a job parameter: one of the list, or a license by its name (`*_lic*`).
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name) || name.contains("_lic")
}
