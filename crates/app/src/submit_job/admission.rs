//! The rules a job must meet besides its script's own: types, dependencies, paths, environment.

use super::Submission;
use crate::{Caller, error::Error, ports::Catalog, settings::Settings};
use soca_directives::Places;
use soca_domain::{
    Code, Fault, MicroUsd, Timestamp,
    array::ArraySpec,
    fault::Place,
    instance_type::{InstanceType, InstanceTypeName, nearest},
    launch::LaunchSpec,
    limit::Need,
    policy::Policy,
    queue::QueuePolicy,
    request::JobRequest,
};

/// The most bytes a job's environment may have.
const MAX_ENVIRONMENT_BYTES: usize = 32 * 1024;

/// The job sets nothing that its queue keeps for itself.
pub(super) fn check_parameters(
    queue: &QueuePolicy,
    request: &JobRequest,
    places: &Places,
) -> Result<(), Error> {
    for name in &queue.restricted_parameters {
        if let Some(place) = places.get(name) {
            let fault = Fault::new(
                Code::RestrictedParameter,
                format!("Queue {} does not let jobs set {name}.", queue.name),
                "Leave it out: the queue's own value holds. Or choose another queue.",
            );
            return Err(at(fault, place).into());
        }
    }
    let listed = |list: &[String], name: &String| list.contains(name);
    let r = &request.resources;
    let profile = r.instance_profile.iter().find(|p| !listed(&queue.allowed_instance_profiles, p));
    let group = r.security_groups.iter().find(|g| !listed(&queue.allowed_security_groups, g));
    if let Some(name) = profile.or(group) {
        return Err(Error::refused(
            Code::ResourceNotAllowed,
            format!("Queue {} does not allow \"{}\".", queue.name, soca_domain::id::shorten(name)),
            "Leave it out, or ask your administrator to allow it on the queue.",
        ));
    }
    Ok(())
}

/// The queue allows every instance type of the list.
pub(super) fn check_allowed(queue: &QueuePolicy, launch: &LaunchSpec, places: &Places) -> Result<(), Error> {
    Ok(queue.admit_types(&launch.instance_types).map_err(|fault| locate(fault, places))?)
}

/// Everybody may let others go first; only administrators may go before others.
pub(super) fn priority(caller: &Caller, request: &JobRequest) -> Result<i32, Error> {
    let priority = request.priority.unwrap_or(0);
    if priority <= 0 || caller.admin {
        return Ok(priority);
    }
    Err(Error::refused(
        Code::PriorityNotAllowed,
        format!("A priority of {priority} is for administrators to give."),
        "Write 0 or less, which lets others go first.",
    ))
}

/// Every type exists and can do what each node is asked to do; what EC2 says of them.
pub(super) async fn check_types(
    catalog: &dyn Catalog,
    launch: &LaunchSpec,
    places: &Places,
) -> Result<Vec<InstanceType>, Error> {
    let mut types: Vec<InstanceType> = Vec::new();
    for name in &launch.instance_types {
        let Some(found) = catalog.instance_type(name).await? else {
            return Err(locate(unknown_type(catalog, name).await?, places).into());
        };
        fits(launch, &found).map_err(|f| locate(f, places))?;
        if let Some(other) = types.iter().find(|other| other.architecture != found.architecture) {
            return Err(locate(mixed(other, &found), places).into());
        }
        types.push(found);
    }
    Ok(types)
}

/// The refusal of a type that does not exist, with the nearest names.
pub(crate) async fn unknown_type(catalog: &dyn Catalog, name: &InstanceTypeName) -> Result<Fault, Error> {
    let known = catalog.instance_type_names().await?;
    let near = nearest(name.as_str(), known.iter().map(String::as_str), 3);
    let remedy = match near[..] {
        [] => "soca price TYPE looks a type up.".to_owned(),
        _ => format!("Did you mean {}?", near.join(", ")),
    };
    Ok(Fault::new(
        Code::UnknownInstanceType,
        format!("There is no instance type \"{name}\" in this region."),
        remedy,
    ))
}

/// Whether a type can do what each node is asked to do.
pub(super) fn fits(launch: &LaunchSpec, found: &InstanceType) -> Result<(), Fault> {
    let too_small = |has: String, wants: String| {
        Fault::new(
            Code::InstanceTooSmall,
            format!("{} has {has}; the job asks for {wants} on each node.", found.name),
            "Choose a larger type, spread the job over more nodes, or ask for less per node.",
        )
    };
    let cpus = found.cpus(launch.ht_support);
    if let Some(wants) = launch.ncpus.filter(|n| *n > cpus) {
        let unit = if launch.ht_support { "hardware thread" } else { "core" };
        let s = if cpus == 1 { "" } else { "s" };
        return Err(too_small(format!("{cpus} {unit}{s}"), format!("{wants} CPUs")));
    }
    if let Some(wants) = launch.memory.filter(|m| *m > found.memory) {
        return Err(too_small(format!("{} of memory", found.memory), format!("{wants}")));
    }
    if let Some(wants) = launch.gpus.filter(|n| *n > found.gpus) {
        let has = if found.gpus == 1 { "1 GPU".to_owned() } else { format!("{} GPUs", found.gpus) };
        return Err(too_small(has, format!("{wants} GPUs")));
    }
    if let Some(wants) = launch.architecture.filter(|wants| *wants != found.architecture) {
        return Err(Fault::new(
            Code::ConflictingParameters,
            format!(
                "{} is {}; the job asks for {}.",
                found.name,
                found.architecture.as_str(),
                wants.as_str()
            ),
            "Choose a type of that architecture, or leave arch out.",
        ));
    }
    if launch.efa_support && !found.efa {
        return Err(Fault::new(
            Code::EfaUnsupported,
            format!("{} has no Elastic Fabric Adapter.", found.name),
            "Choose a type with one, for example hpc6a.48xlarge or c6in.32xlarge, or leave efa_support out.",
        ));
    }
    Ok(())
}

fn mixed(one: &InstanceType, other: &InstanceType) -> Fault {
    Fault::new(
        Code::ConflictingParameters,
        format!("{} and {} have different CPU architectures.", one.name, other.name),
        "One image serves all nodes: list types of one architecture only.",
    )
}

/// Points the fault at the script's instance_type, if it is there that it was given.
fn locate(fault: Fault, places: &Places) -> Fault {
    match places.get("instance_types") {
        Some(place) => at(fault, place),
        None => fault,
    }
}

/// Points the fault at a place in the script; the command line has none.
fn at(fault: Fault, place: &Place) -> Fault {
    if place.line > 0 { fault.at(place.line, place.column, place.name.clone()) } else { fault }
}

/// The job's policy; it can be over by its deadline, and its walltime costs no more than it may.
pub(super) fn policy(
    request: &JobRequest,
    queue: &QueuePolicy,
    launch: &LaunchSpec,
    need: &Need,
    now: Timestamp,
) -> Result<Policy, Error> {
    let asked = request.resources.policy.clone().or(queue.defaults.policy.clone());
    let policy = asked.resolve(request.singleton, now)?;
    let elements = request.array.as_ref().map_or(1, ArraySpec::len);
    let stay = launch.walltime.map(|walltime| walltime.saturating_mul(elements));
    if let Some(deadline) = policy.deadline.filter(|at| now.plus(stay.unwrap_or_default()) >= *at) {
        return Err(Error::refused(
            Code::DeadlineTooSoon,
            format!("The job cannot be over by its deadline, {deadline}, even if it starts at once."),
            "Give a later deadline or a shorter walltime; an array counts its elements one after the other.",
        ));
    }
    match policy.max_cost {
        None => Ok(policy),
        Some(_) if need.hourly_cost == MicroUsd(0) => Err(Error::refused(
            Code::OverMaxCost,
            "The job says what it may cost, and no price is known for its instance types.",
            "Leave max_cost out, or choose a type that soca price knows.",
        )),
        Some(most) => match stay.map(|stay| need.hourly_cost.per_hour_over(stay)).filter(|cost| *cost > most)
        {
            None => Ok(policy),
            Some(cost) => Err(Error::refused(
                Code::OverMaxCost,
                format!("The job costs up to {cost} until its walltime is over and may cost {most}."),
                "Raise max_cost, or choose a shorter walltime, fewer nodes or a cheaper type; an array counts its elements one after the other.",
            )),
        },
    }
}

/// The submit directory: absolute, without `..`, on the shared file system (P10).
pub(super) fn workdir(s: &Submission, settings: &Settings) -> Result<String, Error> {
    let root = settings.shared_root.trim_end_matches('/');
    let Some(given) = &s.workdir else { return Ok(format!("{root}/home/{}", s.caller.user)) };
    inside(given, root).then(|| given.trim_end_matches('/').to_owned()).ok_or_else(|| bad_path(given, root))
}

/// Output files are relative to the submit directory, or absolute on the shared file system.
pub(super) fn check_output(request: &JobRequest, settings: &Settings, workdir: &str) -> Result<(), Error> {
    let root = settings.shared_root.trim_end_matches('/');
    for path in [&request.output.stdout, &request.output.stderr].into_iter().flatten() {
        let full = if path.starts_with('/') { path.clone() } else { format!("{workdir}/{path}") };
        if !inside(&full, root) {
            return Err(bad_path(path, root));
        }
    }
    Ok(())
}

fn inside(path: &str, root: &str) -> bool {
    let clean = path.len() <= 4096
        && !path.chars().any(char::is_control)
        && !path.split('/').any(|part| part == "..");
    clean && path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn bad_path(path: &str, root: &str) -> Error {
    Error::refused(
        Code::BadPath,
        format!("\"{}\" is not on the shared file system.", soca_domain::id::shorten(path)),
        format!("Jobs run and write under {root}, which every node mounts; submit from a directory there."),
    )
}

/// The user's variables: those of `-v`, and all that were sent for `-V`.
pub(super) fn environment(s: &Submission, request: &JobRequest) -> Result<Vec<(String, String)>, Error> {
    let wanted = &request.environment;
    let mut variables: Vec<(String, String)> = if wanted.all { s.environment.clone() } else { vec![] };
    for (name, value) in &wanted.variables {
        let sent = || s.environment.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        if let Some(value) = value.clone().or_else(sent) {
            variables.retain(|(n, _)| n != name);
            variables.push((name.clone(), value));
        }
    }
    let bytes: usize = variables.iter().map(|(n, v)| n.len() + v.len() + 2).sum();
    let bad = |(name, value): &(String, String)| {
        name.is_empty()
            || name.contains(['=', '\0'])
            || name.chars().any(char::is_control)
            || value.contains('\0')
    };
    if bytes > MAX_ENVIRONMENT_BYTES || variables.iter().any(bad) {
        return Err(Error::refused(
            Code::BadValue,
            format!("The job's environment cannot be used: {bytes} bytes, at most {MAX_ENVIRONMENT_BYTES}."),
            "Pass the variables that the job needs with -v NAME instead of all with -V.",
        ));
    }
    Ok(variables)
}

/// `-a` as a point in time.
pub(super) fn begin_at(request: &JobRequest, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let Some(begin) = request.begin else { return Ok(None) };
    let at = begin.after(now).ok_or_else(|| {
        Error::refused(
            Code::BadValue,
            "There is no such date as the one -a gives.",
            "Write -a [[[[CC]YY]MM]DD]hhmm[.SS].",
        )
    })?;
    Ok(Some(at))
}
