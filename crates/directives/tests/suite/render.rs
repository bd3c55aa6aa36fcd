//! Writes a request as directives, for the round trip.

use soca_domain::{
    request::{
        Arrangement, BaseOs, Begin, JobRequest, Join, PlaceRequest, SpotPrice, SpotStrategy, SubnetChoice,
    },
    time::format_walltime,
};

/// Every parameter of a request as (letter or resource, long name, value).
fn parts(r: &JobRequest) -> Vec<(&'static str, &'static str, String)> {
    let mut parts = Vec::new();
    let mut put = |short, long, value: Option<String>| parts.extend(value.map(|v| (short, long, v)));
    put("-N", "name", r.name.as_ref().map(ToString::to_string));
    put("-q", "queue", r.queue.as_ref().map(ToString::to_string));
    put("-P", "project", r.project.as_ref().map(ToString::to_string));
    put("-o", "output", r.output.stdout.clone());
    put("-e", "error", r.output.stderr.clone());
    put("-j", "join", join(r.output.join));
    put("-J", "array", r.array.map(|a| a.to_string()));
    put("-a", "begin", r.begin.map(begin));
    put("-r", "rerunnable", r.rerunnable.map(yes_no));
    put("-p", "priority", r.priority.map(|p| p.to_string()));
    put("-v", "export", variables(r));
    put("-S", "shell", r.shell.clone());
    put(
        "-m",
        "mail-events",
        r.mail.as_ref().map(|m| if m.events.is_empty() { "n".into() } else { m.events.clone() }),
    );
    put("-M", "mail-to", r.mail.as_ref().filter(|m| !m.to.is_empty()).map(|m| m.to.join(",")));
    let singleton = r.singleton.then(|| "singleton".to_owned());
    let depend = r.depend.iter().map(ToString::to_string).chain(singleton).collect::<Vec<_>>().join(",");
    put("-W depend", "depend", (!depend.is_empty()).then_some(depend));
    parts.extend(resources(r));
    parts
}

fn resources(r: &JobRequest) -> Vec<(&'static str, &'static str, String)> {
    let r = &r.resources;
    let mut parts = Vec::new();
    let mut put = |name, value: Option<String>| parts.extend(value.map(|v| (name, name, v)));
    let number = |n: Option<u32>| n.map(|n| n.to_string());
    let plus = |list: &[String]| (!list.is_empty()).then(|| list.join("+"));
    put("walltime", r.walltime.map(format_walltime));
    put("place", r.place.map(place));
    put("instance_type", plus(&r.instance_types.iter().map(ToString::to_string).collect::<Vec<_>>()));
    put("instance_ami", r.instance_ami.clone());
    put("base_os", r.base_os.map(|os| BaseOs::ALL.iter().find(|(_, o)| *o == os).unwrap().0.to_owned()));
    put("ht_support", r.ht_support.map(yes_no));
    put("root_size", number(r.root_size_gib));
    put("scratch_size", number(r.scratch_size_gib));
    put("scratch_iops", number(r.scratch_iops));
    put("keep_ebs", r.keep_ebs.map(yes_no));
    put("efa_support", r.efa_support.map(yes_no));
    put("placement_group", r.placement_group.map(yes_no));
    put(
        "subnet_id",
        r.subnets.as_ref().map(|s| match s {
            SubnetChoice::Any(n) => n.to_string(),
            SubnetChoice::Named(names) => names.join("+"),
        }),
    );
    put(
        "spot_price",
        r.spot_price.map(|p| match p {
            SpotPrice::Auto => "auto".into(),
            SpotPrice::Max(micro) => format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000),
        }),
    );
    put("spot_allocation_count", number(r.spot_allocation_count));
    put(
        "spot_allocation_strategy",
        r.spot_allocation_strategy.map(|s| match s {
            SpotStrategy::LowestPrice => "lowest-price".into(),
            SpotStrategy::Diversified => "diversified".into(),
            SpotStrategy::CapacityOptimized => "capacity-optimized".into(),
        }),
    );
    put("spot_attempts", number(r.spot_attempts));
    put("arch", r.architecture.map(|arch| arch.as_str().into()));
    put("instance_selection", r.selection.map(|selection| selection.as_str().into()));
    put("instance_profile", r.instance_profile.clone());
    put("security_groups", plus(&r.security_groups));
    put("capacity_reservation_id", r.capacity_reservation_id.clone());
    put("attempts", number(r.policy.attempts));
    put("signal", r.policy.warning.map(|w| w.to_string()));
    put("grace", r.policy.grace.map(|g| g.as_secs().to_string()));
    put("deadline", r.policy.deadline.map(begin));
    put("max_cost", r.policy.max_cost.map(|c| format!("{}.{:06}", c.0 / 1_000_000, c.0 % 1_000_000)));
    parts
}

fn begin(b: Begin) -> String {
    let two = |part: Option<i8>| part.map_or(String::new(), |n| format!("{n:02}"));
    let year = b.year.map_or(String::new(), |y| format!("{y:04}"));
    format!("{year}{}{}{:02}{:02}.{:02}", two(b.month), two(b.day), b.hour, b.minute, b.second)
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "No" }.into()
}

fn join(join: Join) -> Option<String> {
    match join {
        Join::Separate => None,
        Join::IntoStdout => Some("oe".into()),
        Join::IntoStderr => Some("eo".into()),
    }
}

fn place(place: PlaceRequest) -> String {
    let arrangement = match place.arrangement {
        Arrangement::Free => "free",
        Arrangement::Pack => "pack",
        Arrangement::Scatter => "scatter",
        Arrangement::Vscatter => "vscatter",
    };
    format!("{arrangement}:{}", if place.exclusive { "excl" } else { "shared" })
}

fn variables(r: &JobRequest) -> Option<String> {
    let escape = |value: &str| value.chars().flat_map(|c| ['\\', c]).collect::<String>();
    let one = |(name, value): &(String, Option<String>)| match value {
        Some(value) => format!("{name}={}", escape(value)),
        None => name.clone(),
    };
    let all = &r.environment.variables;
    (!all.is_empty()).then(|| all.iter().map(one).collect::<Vec<_>>().join(","))
}

/// A word that holds together whatever is in it.
fn quote(value: &str) -> String {
    value.split('\'').map(|part| format!("'{part}'")).collect::<Vec<_>>().join("\"'\"")
}

/// The amounts that each node must have, by PBS's names and the long ones.
fn per_node(r: &JobRequest) -> Vec<(&'static str, &'static str, String)> {
    let r = &r.resources;
    let amounts = [
        ("ncpus", "cpus", r.ncpus.map(|n| n.to_string())),
        ("mpiprocs", "processes", r.mpiprocs.map(|n| n.to_string())),
        ("mem", "memory", r.memory.map(|m| m.to_string())),
        ("ngpus", "gpus", r.gpus.map(|n| n.to_string())),
    ];
    amounts.into_iter().filter_map(|(short, long, value)| value.map(|v| (short, long, v))).collect()
}

/// The script in PBS's form.
pub(crate) fn pbs(r: &JobRequest) -> String {
    let mut script = String::from("#PBS \n");
    for (name, _, value) in parts(r) {
        script += &match name.strip_prefix('-') {
            Some("W depend") => format!("#PBS -W depend={value}\n"),
            Some(letter) => format!("#PBS -{letter} {}\n", quote(&value)),
            None => format!("#PBS -l {name}={value}\n"),
        };
    }
    let amounts: Vec<String> =
        per_node(r).into_iter().map(|(name, _, value)| format!("{name}={value}")).collect();
    if let Some(nodes) = r.resources.nodes {
        script += &format!("#PBS -l select={}\n", [vec![nodes.to_string()], amounts].concat().join(":"));
    } else if !amounts.is_empty() {
        script += &format!("#PBS -l {}\n", amounts.join(","));
    }
    script
        + if r.hold { "#PBS -h\n" } else { "" }
        + if r.environment.all { "#PBS -V\n" } else { "" }
        + "date\n"
}

/// The script in the long form, all on one line.
pub(crate) fn soca(r: &JobRequest) -> String {
    let nodes = r.resources.nodes.map(|n| ("nodes", "nodes", n.to_string()));
    let all = parts(r).into_iter().chain(per_node(r)).chain(nodes);
    let line: String =
        all.map(|(_, long, value)| format!(" --{}={}", long.replace('_', "-"), quote(&value))).collect();
    let flags = [(r.hold, " --hold"), (r.environment.all, " --export-all")];
    let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, flag)| *flag).collect();
    format!("#SOCA{line}{flags}\ndate\n")
}
