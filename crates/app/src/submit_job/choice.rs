//! Which instance types a job may be given: those it names, its queue's, or those that fit what it asks for.
//!
//! 1. Types that the job names are taken as they are; each must fit.
//! 2. Of the queue's default types those are taken that fit; all, where the queue lets nobody name a type.
//! 3. Where none of them fits, or the job says how to choose (`instance_selection`), all types are looked at that the
//!    queue allows, by price or by speed.

use super::{SubmitJob, Warning, admission};
use crate::{error::Error, offers};
use soca_directives::Places;
use soca_domain::{
    Code, Fault, MicroUsd, Timestamp,
    fault::Place,
    instance_type::{Architecture, InstanceType},
    launch::LaunchSpec,
    memory::MemoryMib,
    offer::{Offer, Selection},
    queue::QueuePolicy,
    request::{JobRequest, Resources},
};
use soca_planner::fleet::{Demand, Index, Lacking, Misfit, Nodes, Size, misfit};

/// The most types that are chosen by size: enough for one to have capacity, few enough to be read.
const MOST_RUNGS: usize = 8;

/// A launch whose types are settled.
pub(super) struct Launchable {
    /// With at least one type.
    pub(super) launch: LaunchSpec,
    /// What EC2 says of them, in the same order.
    pub(super) types: Vec<InstanceType>,
    /// What one instance of each costs for an hour on demand, where that is known.
    pub(super) rates: Vec<Option<MicroUsd>>,
    /// What the owner may not expect.
    pub(super) warning: Option<Warning>,
}

impl SubmitJob<'_> {
    /// Settles the types of a job.
    pub(super) async fn launchable(
        &self,
        queue: &QueuePolicy,
        request: &JobRequest,
        places: &Places,
        now: Timestamp,
    ) -> Result<Launchable, Error> {
        let asked = &request.resources;
        let mut launch = LaunchSpec::outline(asked, &queue.defaults);
        if !asked.instance_types.is_empty() || !is_by_size(asked, queue) {
            launch = LaunchSpec::resolve(asked, &queue.defaults)?;
            return self.named(queue, launch, places).await;
        }
        if asked.selection.is_none() && self.keep_fitting(&mut launch).await? {
            return self.named(queue, launch, places).await;
        }
        let unfit = std::mem::take(&mut launch.instance_types);
        let selection = asked.selection.or(queue.defaults.selection).unwrap_or_default();
        let mut chosen = self.by_size(queue, launch, selection, now).await?;
        if asked.selection.is_none() && !unfit.is_empty() {
            let unfit: Vec<String> = unfit.iter().map(ToString::to_string).collect();
            chosen.warning = Some(passed_over(&unfit.join(", "), &chosen, size_place(places)));
        }
        Ok(chosen)
    }

    /// Types that somebody named: each must exist, fit and be allowed.
    async fn named(
        &self,
        queue: &QueuePolicy,
        launch: LaunchSpec,
        places: &Places,
    ) -> Result<Launchable, Error> {
        let types = admission::check_types(self.catalog, &launch, places).await?;
        admission::check_allowed(queue, &launch, places)?;
        let mut rates = Vec::new();
        for name in &launch.instance_types {
            rates.push(self.prices.on_demand(name).await.ok().flatten());
        }
        Ok(Launchable { launch, types, rates, warning: None })
    }

    /// Keeps those of the queue's types that fit; whether there are any.
    async fn keep_fitting(&self, launch: &mut LaunchSpec) -> Result<bool, Error> {
        let mut kept = Vec::new();
        for name in &launch.instance_types {
            let found = self.catalog.instance_type(name).await?;
            if found.is_some_and(|found| admission::fits(launch, &found).is_ok()) {
                kept.push(name.clone());
            }
        }
        if !kept.is_empty() {
            launch.instance_types = kept;
            return Ok(true);
        }
        Ok(false)
    }

    /// Types by what each node must have, of all that the queue allows.
    async fn by_size(
        &self,
        queue: &QueuePolicy,
        mut launch: LaunchSpec,
        selection: Selection,
        now: Timestamp,
    ) -> Result<Launchable, Error> {
        let list = offers::known(self.store, self.catalog, self.prices, now).await?;
        let allowed = |o: &Offer| queue.admit_types(std::slice::from_ref(&o.kind.name)).is_ok();
        let offers: Vec<Offer> = list.offers.into_iter().filter(allowed).collect();
        let demand = demand(&launch);
        let rungs = Index::new(&offers).rungs(&demand, selection, MOST_RUNGS);
        if rungs.is_empty() {
            return Err(no_type_fits(queue, &demand, &misfit(&offers, &demand, launch.nodes)).into());
        }
        let chosen: Vec<&Offer> = rungs.iter().map(|rung| &offers[rung.offer]).collect();
        launch.instance_types = chosen.iter().map(|o| o.kind.name.clone()).collect();
        launch.selection = Some(selection);
        let types = chosen.iter().map(|o| o.kind.clone()).collect();
        let rates = chosen.iter().map(|o| o.hourly).collect();
        Ok(Launchable { launch, types, rates, warning: None })
    }
}

/// Whether the types are to be found by what nodes must have: the job says so, or its queue does and names no type. A
/// queue that lets nobody name a type means its own to be taken.
fn is_by_size(asked: &Resources, queue: &QueuePolicy) -> bool {
    let own = &queue.defaults;
    let is_kept = |name: &String| name == "instance_type" || name == "instance_types";
    if own.instance_types.is_empty() {
        return asks_by_size(asked) || asks_by_size(own);
    }
    asks_by_size(asked) && !queue.restricted_parameters.iter().any(is_kept)
}

/// Whether somebody says what nodes must have.
fn asks_by_size(asked: &Resources) -> bool {
    asked.ncpus.is_some()
        || asked.memory.is_some()
        || asked.gpus.is_some()
        || asked.architecture.is_some()
        || asked.selection.is_some()
        || asked.efa_support == Some(true)
}

/// Programs are made for Intel and AMD unless their owner says otherwise.
fn demand(launch: &LaunchSpec) -> Demand {
    Demand {
        per_node: Size {
            cpus: launch.ncpus.unwrap_or(1),
            memory: launch.memory.unwrap_or(MemoryMib(0)),
            gpus: launch.gpus.unwrap_or(0),
        },
        total: Size::NONE,
        nodes: Nodes::Exactly(launch.nodes),
        hyper_threading: launch.ht_support,
        architecture: launch.architecture.unwrap_or(Architecture::X86_64),
        efa: launch.efa_support,
        spot: launch.spot.is_some(),
    }
}

/// Where the script says how large a node must be.
fn size_place(places: &Places) -> Place {
    let named = ["ncpus", "mem", "ngpus", "arch", "efa_support"].iter().find_map(|name| places.get(name));
    named.cloned().unwrap_or(Place { line: 0, column: 0, name: "ncpus".into() })
}

fn passed_over(unfit: &str, chosen: &Launchable, place: Place) -> Warning {
    let types: Vec<String> = chosen.launch.instance_types.iter().map(ToString::to_string).collect();
    Warning {
        line: place.line,
        column: place.column,
        name: place.name,
        message: format!(
            "The queue's own type ({unfit}) does not have what is asked for; chosen by size: {}.",
            types.join(", ")
        ),
    }
}

fn no_type_fits(queue: &QueuePolicy, demand: &Demand, misfit: &Misfit) -> Fault {
    let arch = demand.architecture.as_str();
    let asked = demand.per_node;
    let unit = if demand.hyper_threading { "hardware threads" } else { "cores" };
    let name = misfit.nearest.as_ref().map(ToString::to_string).unwrap_or_default();
    let near = format!(" ({name})");
    let (what, remedy) = match misfit.lacking {
        Lacking::Cpus(most) => (
            format!("{} {unit}; with the rest of what is asked for the most is {most}{near}", asked.cpus),
            "Ask for fewer CPUs on each node and more nodes, or for less of the rest.",
        ),
        Lacking::Memory(most) => (
            format!(
                "{} of memory; with the rest of what is asked for the most is {most}{near}",
                asked.memory
            ),
            "Ask for less memory on each node and more nodes, or for less of the rest.",
        ),
        Lacking::Gpus(most) => (
            format!("{} GPUs; with the rest of what is asked for the most is {most}{near}", asked.gpus),
            "Ask for fewer GPUs on each node and more nodes, or for less of the rest.",
        ),
        Lacking::Efa => (
            format!("an Elastic Fabric Adapter; without one {name} would do"),
            "Leave efa_support out, or ask for larger nodes.",
        ),
        Lacking::Spot => {
            (format!("a spot market; on demand {name} would do"), "Leave spot_price out, or ask for less.")
        }
        Lacking::Architecture(other) => (
            format!("what is asked for; of {} one has it{near}", other.as_str()),
            "Say -l arch=… if the program runs there, or ask for less.",
        ),
        Lacking::Several => {
            ("what is asked for, by far".to_owned(), "Ask for less on each node and more nodes.")
        }
    };
    Fault::new(
        Code::NoTypeFits,
        format!("No {arch} instance type that queue {} allows has {what}.", queue.name),
        remedy,
    )
}
