//! Every option and resource there is: its name, its long name, what kind of value it takes, what soca does with it.
//!
//! The one list that reading, error messages and suggestions share. A name that is missing here is unknown.

use std::collections::BTreeSet;

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// None: saying it is enough.
    Flag,
    /// Yes or no; the long form alone means yes.
    YesNo,
    /// A whole number.
    Number,
    /// An amount of memory.
    Size,
    /// A span or a point in time.
    Time,
    /// A name, a path or a list of them.
    Text,
}

/// Whether soca does what a parameter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    /// It does.
    Executed(Key),
    /// It need not, and says why in a warning; `{}` stands for the name as written.
    Ignored(&'static str),
    /// It cannot, and says why and what to do instead.
    Refused(&'static str, &'static str),
}

/// The parameters that are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(crate) enum Key {
    ResourceList, Attributes,
    Name, Queue, Project, Stdout, Stderr, Join, Array, Begin, Hold, Rerunnable, Priority, Export, ExportAll, Depend,
    MailEvents, MailTo, Shell,
    Select, Nodes, Ncpus, Mpiprocs, Ompthreads, Memory, Gpus, Arch, Selection, Walltime, Place,
    InstanceTypes, InstanceAmi, BaseOs, HtSupport, RootSize, ScratchSize, ScratchIops, KeepEbs, EfaSupport, PlacementGroup, Subnets, SpotPrice,
    SpotCount, SpotStrategy, SpotAttempts, InstanceProfile, SecurityGroups, CapacityReservation,
    Attempts, Warning, Grace, Deadline, MaxCost,
}

/// One row: an option of `qsub`, a `-l` resource or a `-W` attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    /// The letter of an option; NUL when it has none.
    letter: char,
    /// The name under `-l` or `-W`; empty for an option.
    name: &'static str,
    /// The name after `--`, with underscores; empty when there is none.
    long: &'static str,
    /// What kind of value.
    pub(crate) kind: Kind,
    /// What soca does with it.
    pub(crate) support: Support,
}

impl Param {
    /// The name by which places are kept.
    pub(crate) fn id(&self) -> &'static str {
        if self.name.is_empty() { self.long } else { self.name }
    }

    /// Whether soca does what it says.
    pub(crate) fn is_executed(&self) -> bool {
        matches!(self.support, Support::Executed(_))
    }
}

use Kind::{Flag, Number, Size, Text, Time, YesNo};
use Support::{Executed, Ignored, Refused};

const fn row(letter: char, name: &'static str, long: &'static str, kind: Kind, support: Support) -> Param {
    Param { letter, name, long, kind, support }
}

const fn option(letter: char, long: &'static str, kind: Kind, key: Key) -> Param {
    row(letter, "", long, kind, Executed(key))
}

const fn resource(name: &'static str, long: &'static str, kind: Kind, key: Key) -> Param {
    row('\0', name, long, kind, Executed(key))
}

const fn soca(name: &'static str, kind: Kind, key: Key) -> Param {
    resource(name, name, kind, key)
}

const fn refused(name: &'static str, why: &'static str, remedy: &'static str) -> Param {
    row('\0', name, name, Text, Refused(why, remedy))
}

const fn harmless(name: &'static str, why: &'static str) -> Param {
    row('\0', name, name, Text, Ignored(why))
}

const fn never(letter: char, kind: Kind, why: &'static str, remedy: &'static str) -> Param {
    row(letter, "", "", kind, Refused(why, remedy))
}

const fn moot(letter: char, kind: Kind, why: &'static str) -> Param {
    row(letter, "", "", kind, Ignored(why))
}

const INTERACTIVE: &str = "{} asks for an interactive job, and soca runs batch jobs only.";
const USE_DESKTOP: &str = "Remove it and put the commands into the script, or use a remote desktop.";
const START_DIRECTORY: &str = "{} chooses a directory to start in, and soca does not read it.";
const USE_CD: &str = "Remove it and begin the script with cd and the directory.";
const CHOOSE_TYPE: &str = "Remove it and choose the machines with -l instance_type=…";
const FSX: &str = "{} asks for an FSx for Lustre file system, which soca does not make yet.";
const USE_SCRATCH: &str =
    "Remove it and use the shared file system, or -l scratch_size=… for a fast local disk.";
const BY_SOCA: &str = "{} is set by soca itself.";
const REMOVE: &str = "Remove it.";
const QUEUE_MATTER: &str = "{} is a matter of the queue and its nodes, not of a job.";
const ASK_ADMIN: &str = "Remove it; an administrator can set it up for a queue.";
const HOST: &str = "{} names a host, and every job gets new hosts of its own.";
const CHECKPOINT: &str = "soca does not checkpoint jobs: {} is left out.";
const LICENSE: &str = "{} asks for licences, which soca does not lease yet.";

/// Options with a letter.
pub(crate) const OPTIONS: &[Param] = &[
    option('l', "", Text, Key::ResourceList),
    option('W', "", Text, Key::Attributes),
    option('N', "name", Text, Key::Name),
    option('q', "queue", Text, Key::Queue),
    option('P', "project", Text, Key::Project),
    option('o', "output", Text, Key::Stdout),
    option('e', "error", Text, Key::Stderr),
    option('j', "join", Text, Key::Join),
    option('J', "array", Text, Key::Array),
    option('a', "begin", Time, Key::Begin),
    option('h', "hold", Flag, Key::Hold),
    option('r', "rerunnable", YesNo, Key::Rerunnable),
    option('v', "export", Text, Key::Export),
    option('V', "export_all", Flag, Key::ExportAll),
    option('m', "mail_events", Text, Key::MailEvents),
    option('M', "mail_to", Text, Key::MailTo),
    option('S', "shell", Text, Key::Shell),
    moot('A', Text, "-A is not read: say the project that pays with -P."),
    moot('b', Number, "soca does not wait for a server that is down: -b is left out."),
    moot('c', Text, CHECKPOINT),
    moot('E', Flag, "{} is left out: the variables that it asks for are always set."),
    moot('f', Flag, "{} is a matter of the submit command and is left out."),
    moot('k', Text, "{} is left out: output goes to the shared file system while the job runs."),
    option('p', "priority", Number, Key::Priority),
    moot('R', Text, "soca never removes output: {} is left out."),
    moot('z', Flag, "{} is a matter of the submit command and is left out."),
    never(
        'C',
        Text,
        "{} changes what a directive looks like.",
        "Remove it and begin directives with #PBS or #SOCA.",
    ),
    never('d', Text, START_DIRECTORY, USE_CD),
    never('D', Text, START_DIRECTORY, USE_CD),
    never('F', Text, "{} gives arguments to the script.", "Remove it and pass them as variables with -v."),
    never('G', Flag, INTERACTIVE, USE_DESKTOP),
    never('I', Flag, INTERACTIVE, USE_DESKTOP),
    never('L', Text, "{} asks for Torque's NUMA placement.", "Write -l select=N:ncpus=…:mem=… instead."),
    never('n', Flag, "{} is Torque's way to ask for whole nodes.", "Write -l place=scatter:excl instead."),
    never(
        't',
        Text,
        "{} is Torque's way to ask for an array.",
        "Write -J first-last instead, for example -J 1-50.",
    ),
    never(
        'T',
        Text,
        "{} names a prologue script, and soca runs none.",
        "Put its commands at the start of the script.",
    ),
    never('u', Text, "{} asks to run as another user.", "Remove it; a job runs as the one who submits it."),
    never('w', Text, START_DIRECTORY, USE_CD),
    never('x', Flag, INTERACTIVE, USE_DESKTOP),
    never('X', Flag, "{} asks for X11 forwarding, which a batch job does not have.", USE_DESKTOP),
];

/// Resources of `-l`.
pub(crate) const RESOURCES: &[Param] = &[
    resource("select", "select", Text, Key::Select),
    resource("nodes", "nodes", Number, Key::Nodes),
    resource("ncpus", "cpus", Number, Key::Ncpus),
    resource("mpiprocs", "processes", Number, Key::Mpiprocs),
    resource("ompthreads", "threads", Number, Key::Ompthreads),
    resource("mem", "memory", Size, Key::Memory),
    resource("ngpus", "gpus", Number, Key::Gpus),
    soca("arch", Text, Key::Arch),
    soca("instance_selection", Text, Key::Selection),
    soca("walltime", Time, Key::Walltime),
    soca("place", Text, Key::Place),
    soca("instance_types", Text, Key::InstanceTypes),
    soca("instance_ami", Text, Key::InstanceAmi),
    soca("base_os", Text, Key::BaseOs),
    soca("ht_support", YesNo, Key::HtSupport),
    soca("root_size", Number, Key::RootSize),
    soca("scratch_size", Number, Key::ScratchSize),
    soca("scratch_iops", Number, Key::ScratchIops),
    soca("keep_ebs", YesNo, Key::KeepEbs),
    soca("efa_support", YesNo, Key::EfaSupport),
    soca("placement_group", YesNo, Key::PlacementGroup),
    soca("subnet_ids", Text, Key::Subnets),
    soca("spot_price", Text, Key::SpotPrice),
    soca("spot_allocation_count", Number, Key::SpotCount),
    soca("spot_allocation_strategy", Text, Key::SpotStrategy),
    soca("spot_attempts", Number, Key::SpotAttempts),
    soca("instance_profile", Text, Key::InstanceProfile),
    soca("security_groups", Text, Key::SecurityGroups),
    soca("capacity_reservation_id", Text, Key::CapacityReservation),
    // soca's own.
    soca("attempts", Number, Key::Attempts),
    soca("signal", Text, Key::Warning),
    soca("grace", Number, Key::Grace),
    soca("deadline", Time, Key::Deadline),
    soca("max_cost", Text, Key::MaxCost),
    // SOCA's, known and not executed.
    refused("fsx_lustre", FSX, USE_SCRATCH),
    refused("fsx_lustre_size", FSX, USE_SCRATCH),
    refused("fsx_lustre_deployment_type", FSX, USE_SCRATCH),
    refused("fsx_lustre_per_unit_throughput", FSX, USE_SCRATCH),
    refused("fsx_lustre_storage_type", FSX, USE_SCRATCH),
    refused(
        "force_ri",
        "{} asks to wait for unused reserved instances, which soca does not watch yet.",
        "Remove it; EC2 applies reserved instances to matching jobs by itself.",
    ),
    refused("weighted_capacity", QUEUE_MATTER, ASK_ADMIN),
    refused("terminate_when_idle", QUEUE_MATTER, ASK_ADMIN),
    refused("keep_forever", QUEUE_MATTER, ASK_ADMIN),
    refused("stack_uuid", QUEUE_MATTER, ASK_ADMIN),
    refused(
        "nested_virtualization",
        "{} is not available yet.",
        "Remove it, or choose a bare-metal instance type such as c5.metal.",
    ),
    refused(
        "tags",
        "{} of a job's own are not available yet.",
        "Remove it; every resource carries soca's tags.",
    ),
    harmless("anonymous_metrics", "{} is no longer collected and is left out."),
    harmless("system_metrics", "{} is no longer collected and is left out."),
    refused("compute_node", BY_SOCA, REMOVE),
    refused("stack_id", BY_SOCA, REMOVE),
    refused("instance_id", BY_SOCA, REMOVE),
    refused("asg_spotfleet_id", BY_SOCA, REMOVE),
    refused("error_message", BY_SOCA, REMOVE),
    refused("instance_type_used", BY_SOCA, REMOVE),
    refused("retry_attempt", BY_SOCA, REMOVE),
    refused("availability_zone", BY_SOCA, "Remove it and choose a zone by its subnet with -l subnet_id=…"),
    // PBS's and Torque's own.
    refused("host", HOST, CHOOSE_TYPE),
    refused("vnode", HOST, CHOOSE_TYPE),
    refused("opsys", "{} is a property of the image.", "Write -l base_os=… instead."),
    refused(
        "cput",
        "{} limits CPU time, which soca does not count.",
        "Limit the run with -l walltime=… instead.",
    ),
    refused(
        "pcput",
        "{} limits CPU time, which soca does not count.",
        "Limit the run with -l walltime=… instead.",
    ),
    refused(
        "pmem",
        "{} limits the memory of one process.",
        "Say the memory of a node with -l select=N:mem=…",
    ),
    refused("vmem", "{} limits virtual memory, which soca does not count.", "Use -l mem=… instead."),
    refused("pvmem", "{} limits virtual memory, which soca does not count.", "Use -l mem=… instead."),
    refused("min_walltime", "{} lets a job shrink to fit, which soca does not do.", "Give one -l walltime=…"),
    refused("max_walltime", "{} lets a job shrink to fit, which soca does not do.", "Give one -l walltime=…"),
    refused("procs", "{} asks for processes anywhere.", "Write -l select=N:ncpus=…:mpiprocs=… instead."),
    refused("gres", "{} asks for a generic resource, which soca does not have.", REMOVE),
    harmless("soft_walltime", "{} is only an estimate in PBS and is left out."),
    harmless("software", "{} is only a label in PBS and is left out."),
    harmless("nice", "{} is left out: a job has its nodes to itself."),
];

/// Attributes of `-W`.
pub(crate) const ATTRIBUTES: &[Param] = &[
    resource("depend", "depend", Text, Key::Depend),
    row('\0', "array_indices_submitted", "", Text, Executed(Key::Array)),
    row('\0', "project", "", Text, Executed(Key::Project)),
    row(
        '\0',
        "block",
        "",
        YesNo,
        Ignored("{} is a matter of the submit command and is left out: use its --wait."),
    ),
    row('\0', "group_list", "", Text, Ignored("{} is left out: a job runs with its owner's groups.")),
    row('\0', "umask", "", Text, Ignored("{} is left out: call umask in the script to change it.")),
    row('\0', "run_count", "", Number, Ignored("soca counts starts itself: {} is left out.")),
    row('\0', "release_nodes_on_stageout", "", YesNo, Ignored("soca stages nothing out: {} is left out.")),
    row('\0', "Account_Name", "", Text, Ignored("{} is not read: say the project that pays with -P.")),
    row('\0', "Priority", "", Number, Ignored("soca does not read a priority from a job: {} is left out.")),
    row(
        '\0',
        "sandbox",
        "",
        Text,
        Refused(
            "{} asks for a directory of the job's own, which soca does not make.",
            "Remove it, or make one in the script with mktemp -d.",
        ),
    ),
    row(
        '\0',
        "stagein",
        "",
        Text,
        Refused("soca copies no files: {}.", "Use the shared file system, or copy in the script."),
    ),
    row(
        '\0',
        "stageout",
        "",
        Text,
        Refused("soca copies no files: {}.", "Use the shared file system, or copy in the script."),
    ),
    row('\0', "interactive", "", YesNo, Refused(INTERACTIVE, USE_DESKTOP)),
    row('\0', "create_resv_from_job", "", YesNo, Refused("soca has no reservations: {}.", REMOVE)),
    row(
        '\0',
        "max_run_subjobs",
        "",
        Number,
        Refused("{} belongs to the array.", "Write -J first-last%limit, for example -J 1-50%8."),
    ),
    row(
        '\0',
        "tolerate_node_failures",
        "",
        Text,
        Refused(
            "soca ends a job that loses a node: {}.",
            "Remove it, and say -r y to have it started again.",
        ),
    ),
    row('\0', "x", "", Text, Refused("{} is for Torque's other schedulers.", REMOVE)),
];

/// Other spellings of resources.
const ALIASES: &[(&str, &str)] = &[
    ("instance_type", "instance_types"),
    ("subnet_id", "subnet_ids"),
    ("ppn", "mpiprocs"),
    ("cpus", "ncpus"),
    ("gpus", "ngpus"),
    ("naccelerators", "ngpus"),
];

/// Any resource of this family is a licence.
const LICENSES: Param =
    refused("_lic", LICENSE, "Remove it; an administrator can limit how many such jobs run at once.");

/// The option with this letter.
pub(crate) fn letter(letter: char) -> Option<&'static Param> {
    OPTIONS.iter().find(|p| p.letter == letter && letter != '\0')
}

/// The resource with this name, in either spelling.
pub(crate) fn resource_named(name: &str) -> Option<&'static Param> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    let found = RESOURCES.iter().find(|p| p.name == name);
    found.or_else(|| name.contains("_lic").then_some(&LICENSES))
}

/// The `-W` attribute with this name.
pub(crate) fn attribute(name: &str) -> Option<&'static Param> {
    ATTRIBUTES.iter().find(|p| p.name == name)
}

/// The parameter with this long name, which may have dashes or underscores, or a resource's own name.
pub(crate) fn long(name: &str) -> Option<&'static Param> {
    let name = name.replace('-', "_");
    let all = OPTIONS.iter().chain(RESOURCES).chain(ATTRIBUTES);
    let found = all.clone().find(|p| !p.long.is_empty() && p.long == name);
    found.or_else(|| resource_named(&name))
}

/// The parameter that sets `key`, by its first name.
pub(crate) fn of(key: Key) -> &'static Param {
    let all = || RESOURCES.iter().chain(OPTIONS).chain(ATTRIBUTES);
    all().find(|p| p.support == Executed(key)).expect("every key has a row; a test walks them")
}

/// The names that a resource could have been meant by, with SOCA's older spellings; only what is executed is advised.
pub(crate) fn resource_names() -> impl Iterator<Item = &'static str> {
    RESOURCES
        .iter()
        .filter(|p| p.is_executed())
        .map(|p| p.name)
        .chain(ALIASES.iter().map(|(alias, _)| *alias))
}

/// The names that a long option could have been meant by, each once.
pub(crate) fn long_names() -> BTreeSet<&'static str> {
    let all = OPTIONS.iter().chain(RESOURCES).chain(ATTRIBUTES);
    let longs = all.filter(|p| p.is_executed()).map(|p| p.long).filter(|l| !l.is_empty());
    longs.chain(resource_names()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_letter_and_no_name_is_there_twice() {
        for table in [OPTIONS, RESOURCES, ATTRIBUTES] {
            let mut seen = BTreeSet::new();
            assert!(table.iter().all(|p| seen.insert((p.letter, p.name))));
        }
        let mut longs = BTreeSet::new();
        let all = OPTIONS.iter().chain(RESOURCES).chain(ATTRIBUTES);
        assert!(all.filter(|p| !p.long.is_empty()).all(|p| longs.insert(p.long)));
    }

    #[test]
    fn every_executed_row_is_found_by_its_key_and_has_a_name_for_its_place() {
        for row in OPTIONS.iter().chain(RESOURCES).chain(ATTRIBUTES) {
            let Executed(key) = row.support else { continue };
            let container = matches!(key, Key::ResourceList | Key::Attributes);
            assert!(container || !of(key).id().is_empty(), "{key:?}");
        }
    }

    #[test]
    fn both_spellings_lead_to_the_same_row() {
        for (alias, name) in ALIASES {
            assert_eq!(resource_named(alias).map(Param::id), Some(*name));
        }
        assert_eq!(long("instance-type").map(Param::id), Some("instance_types"));
        assert_eq!(long("mail_to").map(Param::id), long("mail-to").map(Param::id));
        assert!(matches!(resource_named("fluent_lic_count").map(|p| p.support), Some(Refused(..))));
        assert!(long("").is_none() && resource_named("").is_none() && letter('\0').is_none());
    }
}
