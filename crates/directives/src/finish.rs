//! What only the whole request can tell: totals over all nodes, values derived from others, and conflicts.

use crate::{
    reader::Reader,
    report::Spot,
    table::{self, Key},
    values,
};
use soca_domain::{
    Code, Fault,
    fault::Place,
    memory::MemoryMib,
    request::{Resources, SubnetChoice},
};

impl Reader {
    /// Derives what follows from the parameters, then checks the rules between them.
    pub(crate) fn finish(&mut self) {
        self.derive();
        for conflict in conflicts(&self.request.resources) {
            let spot = self.spot(conflict.key);
            self.report
                .fault_at(spot, Fault::new(Code::ConflictingParameters, conflict.what, conflict.remedy));
        }
    }

    /// Shares totals out over the nodes, and takes shell and threads where they come from.
    pub(crate) fn derive(&mut self) {
        self.share_cpus();
        self.share_memory();
        self.share_gpus();
        if let Some(threads) = self.threads {
            let variables = &mut self.request.environment.variables;
            if !variables.iter().any(|(name, _)| name == "OMP_NUM_THREADS") {
                variables.push(("OMP_NUM_THREADS".into(), Some(threads.to_string())));
            }
        }
        if let (None, Some(line)) = (&self.request.shell, self.interpreter.take()) {
            let spot = Spot::new(1, 3, "#!");
            match values::shell(&line, "#!") {
                Ok(shell) => {
                    self.request.shell = Some(shell);
                    self.note(Key::Shell, spot);
                }
                Err(fault) => self.report.fault_at(spot, fault),
            }
        }
    }

    /// `-l nodes=4,ncpus=8` asks for 8 CPUs in all, as PBS has it; the request counts them for each node.
    fn share_cpus(&mut self) {
        let resources = &mut self.request.resources;
        let (Some(nodes), Some(cpus), true) = (resources.nodes, resources.ncpus, self.cpus_in_all) else {
            return;
        };
        if nodes < 2 {
            return;
        }
        let each = cpus / nodes;
        resources.ncpus = Some(each);
        let spot = self.spot(Key::Ncpus);
        self.shared_evenly(spot, cpus, nodes, ("CPUs", "ncpus"));
    }

    /// The same for GPUs.
    fn share_gpus(&mut self) {
        let resources = &mut self.request.resources;
        let (Some(nodes @ 2..), Some(gpus), true) = (resources.nodes, resources.gpus, self.gpus_in_all)
        else {
            return;
        };
        resources.gpus = Some(gpus / nodes);
        let spot = self.spot(Key::Gpus);
        self.shared_evenly(spot, gpus, nodes, ("GPUs", "ngpus"));
    }

    fn shared_evenly(&mut self, spot: Spot, total: u32, nodes: u32, (things, name): (&str, &str)) {
        if total.is_multiple_of(nodes) {
            let each = (total / nodes).to_string();
            self.report.warn(spot, shared(&format!("{total} {things}"), nodes, &each, name));
            return;
        }
        let what = format!("{total} {things} in all cannot be shared out evenly over {nodes} nodes.");
        let remedy = format!("Say what each node must have: -l select={nodes}:{name}=…");
        self.report.fault_at(spot, Fault::new(Code::BadCount, what, remedy));
    }

    /// The same for memory, rounded up.
    fn share_memory(&mut self) {
        let resources = &mut self.request.resources;
        let (Some(nodes), Some(memory), true) = (resources.nodes, resources.memory, self.memory_in_all)
        else {
            return;
        };
        if nodes < 2 {
            return;
        }
        let each = MemoryMib(memory.0.div_ceil(u64::from(nodes)));
        resources.memory = Some(each);
        let spot = self.spot(Key::Memory);
        self.report.warn(spot, shared(&memory.to_string(), nodes, &each.to_string(), "mem"));
    }

    /// Where a parameter that was given stands.
    fn spot(&self, key: Key) -> Spot {
        let id = table::of(key).id();
        Spot(self.places.get(id).cloned().unwrap_or(Place { line: 1, column: 1, name: id.into() }))
    }
}

fn shared(total: &str, nodes: u32, each: &str, name: &str) -> String {
    format!(
        "As in PBS, this is for all nodes together: {total} over {nodes} nodes are {each} on each. \
         To say it for each node, write select={nodes}:{name}=…"
    )
}

/// Two parameters that do not go together; `key` is the one to point at.
struct Conflict {
    key: Key,
    what: String,
    remedy: &'static str,
}

/// SOCA's rules between parameters, as far as the request alone can tell.
fn conflicts(r: &Resources) -> Vec<Conflict> {
    let nodes = r.nodes.unwrap_or(1);
    let several = match &r.subnets {
        Some(SubnetChoice::Any(n)) => *n > 1,
        Some(SubnetChoice::Named(names)) => names.len() > 1,
        None => false,
    };
    let (spot, group) = (r.spot_price.is_some(), r.placement_group == Some(true));
    let no_spot = "Add -l spot_price=auto, or remove it.";
    let too_many = r.spot_allocation_count.filter(|count| r.nodes.is_some() && *count > nodes);
    let rules: [(bool, Key, String, &str); 8] = [
        (
            spot && r.capacity_reservation_id.is_some(),
            Key::CapacityReservation,
            "A capacity reservation cannot be used with spot instances.".into(),
            "Remove spot_price or capacity_reservation_id.",
        ),
        (
            too_many.is_some(),
            Key::SpotCount,
            format!("{} of {nodes} nodes cannot be spot instances.", too_many.unwrap_or_default()),
            "Write a spot_allocation_count of at most the number of nodes.",
        ),
        (
            !spot && r.spot_allocation_count.is_some(),
            Key::SpotCount,
            "A number of spot instances is given, and no spot price.".into(),
            no_spot,
        ),
        (
            !spot && r.spot_allocation_strategy.is_some(),
            Key::SpotStrategy,
            "A strategy for spot instances is given, and no spot price.".into(),
            no_spot,
        ),
        (
            !spot && r.spot_attempts.is_some(),
            Key::SpotAttempts,
            "A number of attempts on spot instances is given, and no spot price.".into(),
            no_spot,
        ),
        (
            r.scratch_iops.is_some_and(|n| n > 0) && r.scratch_size_gib.is_none_or(|n| n == 0),
            Key::ScratchIops,
            "IOPS are asked for, and no scratch volume.".into(),
            "Add -l scratch_size=… in GiB, or remove scratch_iops.",
        ),
        (
            group && r.nodes == Some(1),
            Key::PlacementGroup,
            "A placement group keeps nodes close together, and there is only one node.".into(),
            "Remove placement_group, or ask for more nodes.",
        ),
        (
            group && several,
            Key::PlacementGroup,
            "A placement group lies in one subnet, and several are given.".into(),
            "Name one subnet, or remove placement_group.",
        ),
    ];
    let hit = rules.into_iter().filter(|(hit, ..)| *hit);
    hit.map(|(_, key, what, remedy)| Conflict { key, what, remedy }).collect()
}
