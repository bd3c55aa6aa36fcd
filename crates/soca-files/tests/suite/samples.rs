//! Files made up in the forms of SOCA's releases.

/// As the installer of 2.6.1 leaves it, with a few values set.
pub(crate) const QUEUES_261: &str = r#"# Provisioning of the queues
queue_type:
  compute:
    queues: ["high", "normal", "low"]
    # max_running_jobs: 50
    max_provisioned_instances: 30
    allowed_users: [] # everybody
    excluded_users: []
    queue_mode: "fairshare"
    allowed_instance_types: []
    excluded_instance_types: []
    restricted_parameters: []
    instance_ami: "ami-0123456789abcdef0"
    instance_type: "c5.large" # Required
    ht_support: "false"
    root_size: "10"
    #scratch_size: "100"
  desktop:
    queues: ["desktop"]
    allowed_users: ["ann", "cn=cfd,ou=Group,dc=soca,dc=local"]
    excluded_users: ["*"]
    allowed_instance_types: ["g4dn", "c5.4xlarge"]
    excluded_instance_types: ["g4dn.metal"]
    restricted_parameters: ["instance_ami", "spot_price"]
    instance_ami: "ami-0123456789abcdef0"
    instance_type: "g4dn.xlarge"
    spot_price: auto
  test:
    queues: ["test"]
    allowed_users: []
    excluded_users: []
    allowed_instance_types: []
    excluded_instance_types: []
    restricted_parameters: []
    instance_ami: "ami-0123456789abcdef0"
    instance_type: "c5.large"
    placement_group: false
"#;

/// As of 2.7: shared instances, security groups and profiles.
pub(crate) const QUEUES_27: &str = r#"queue_type:
  compute:
    queues: ["normal"]
    max_running_jobs: 50
    scaling_mode: "single_job"
    allowed_security_group_ids: ["sg-0abc1234"]
    allowed_instance_profiles: ["cfd-profile", "arn:aws:iam::123456789012:instance-profile/a/b"]
    instance_ami: "ami-0123456789abcdef0"
    instance_type: "c5.large"
  job-shared:
    queues: ["job-shared"]
    scaling_mode: "multiple_jobs"
    terminate_when_idle: 3
    instance_type: "c5.large+c5.xlarge"
    ht_support: "true"
  alwayson:
    queues: ["alwayson"]
    terminate_when_idle: "0"
"#;

/// As of 24.10 and later.
pub(crate) const QUEUES_NEW: &str = r#"queue_type:
  compute:
    queues: ["high", "normal", "low"]
    allowed_users: ["*"]
    excluded_users: []
    allowed_instance_types: ["*"]
    excluded_instance_types: []
    restricted_parameters: []
    scaling_mode: "single_job"
    allowed_security_group_ids: []
    allowed_instance_profiles: []
    base_os: "amazonlinux2023"
    instance_types: "c6i.large"
    ht_support: "false"
    root_size: "40"
    nested_virtualization: false
    capacity_reservation_id: "cr-0abc1234"
    fluent_lic_count: 1
"#;

pub(crate) const LICENSES_OLD: &str = r#"# Every resource must be known to PBS
comsol:
  comsol_lic_acdc: "/apps/tools/license_check.py -s lic1.example.org -p 27718 -f ACDC -m 2"
  comsol_lic_cad: "python3 /apps/tools/license_check.py -s lic1.example.org -p 27718 -f CADIMPORT"
flow:
  flow_lic_core: "/apps/tools/rlm_check.py -s lic2 -p 5053 -f flow"
  flow_lic_gui: "ssh lic2 'rlmstat | grep gui | wc -l'"
  flow_pack: "echo 12"
solver_lic_token: "/apps/tools/license_check.py -s 10.0.9.1 -p 1055 -f token"
"#;

pub(crate) const LICENSES_PREVIEW: &str = r#"comsol:
  comsol_lic_acdc: # the resource
    server: "lic1.example.org"
    port: 27718
    feature: "ACDC"
    minus: 5 # for others
    provider: "flexlm"
  comsol_lic_cad: {server: lic1, port: "27718", feature: CADIMPORT}
"#;

pub(crate) const LICENSES_NEW: &str = r#"settings:
  flexlm_lmutil_path: "/opt/lmutil"
daemons:
  comsol_lic_acdc:
    server: "10.0.9.1"
    port: 27718
    feature: "ACDC"
    minus: 0
    provider: "flexlm"
"#;

/// Every file of queues.
pub(crate) const QUEUES: &[&str] = &[QUEUES_261, QUEUES_27, QUEUES_NEW];
/// Every file of licenses.
pub(crate) const LICENSES: &[&str] = &[LICENSES_OLD, LICENSES_PREVIEW, LICENSES_NEW];
