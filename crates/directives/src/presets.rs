//! Job parameters that a queue presets: the resources of `-l`, each by its name with its value as text, and back.

use crate::{
    piece::Word,
    places::Places,
    reader::{Reader, Scope},
    report::{Spot, Warning},
    resources, table,
};
use soca_domain::{
    Code, Fault,
    request::{Arrangement, BaseOs, PlaceRequest, Resources, SpotPrice, SpotStrategy, SubnetChoice},
    time::format_walltime,
};

/// One parameter that a queue presets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset<'a> {
    /// Its name, as after `-l`: `instance_type`.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
    /// The line of the value in its file, from 1; 0 when there is no file.
    pub line: u32,
    /// The column of the value, from 1.
    pub column: u32,
}

/// Presets that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presets {
    /// What a job gets that does not say.
    pub resources: Resources,
    /// What was left out, or read otherwise than its writer may think.
    pub warnings: Vec<Warning>,
    /// Where each parameter was given.
    pub places: Places,
}

impl Presets {
    /// The resources, where nobody would see a warning.
    ///
    /// # Errors
    /// `BAD_VALUE` for each warning: something would be left out, or count twice.
    pub fn strict(self) -> Result<Resources, Vec<Fault>> {
        let faults: Vec<Fault> = self.warnings.into_iter().map(unwarned).collect();
        if faults.is_empty() { Ok(self.resources) } else { Err(faults) }
    }
}

fn unwarned(warning: Warning) -> Fault {
    let Warning { line, column, name, message } = warning;
    let fault = Fault::new(Code::BadValue, message, format!("Leave {name} out."));
    if line == 0 { fault } else { fault.at(line, column, name) }
}

/// Reads what a queue presets. Counts are for each node, as within `select`.
///
/// # Errors
/// Everything that is wrong, in the order of place; faults of presets with a line have a place.
pub fn read_presets(presets: &[Preset<'_>]) -> Result<Presets, Vec<Fault>> {
    let mut reader = Reader::default();
    for preset in presets {
        let name = word(preset.name, preset);
        let value = word(preset.value, preset);
        reader.resource(name.piece(), Some(value.piece()), Scope::Job);
        if reader.threads.take().is_some() {
            let spot = Spot::of(&value.piece(), preset.name);
            reader.report.fault_at(spot, threads(preset.name));
        }
    }
    let (request, places, report) = reader.into_parts();
    report.into_result().map(|warnings| Presets { resources: request.resources, warnings, places })
}

/// A text at a preset's place.
fn word(text: &str, preset: &Preset<'_>) -> Word {
    let mut word = Word::new(preset.line, preset.column);
    (preset.column..).zip(text.chars()).for_each(|(column, c)| word.push(c, column));
    word
}

fn threads(name: &str) -> Fault {
    Fault::new(
        Code::UnsupportedDirective,
        format!("{name} is a variable of a job's environment, which a queue does not preset."),
        "Remove it; jobs say it themselves.",
    )
}

/// Says whether a name is a job parameter's, whether or not soca does what it asks for.
///
/// # Errors
/// `UNKNOWN_RESOURCE` with the nearest names.
pub fn check_parameter(name: &str) -> Result<(), Fault> {
    preset_name(name).map(|_| ())
}

/// The name by which [`write_presets`] writes a parameter, of which there may be two spellings.
///
/// # Errors
/// `UNKNOWN_RESOURCE` with the nearest names.
pub fn preset_name(name: &str) -> Result<&str, Fault> {
    let param = table::resource_named(name).ok_or_else(|| resources::unknown(name))?;
    Ok(match param.id() {
        "instance_types" => "instance_type",
        "subnet_ids" => "subnet_id",
        _ if name.contains("_lic") => name,
        id => id,
    })
}

/// Writes what a queue presets so that [`read_presets`] reads the same back: SOCA's names, in a fixed order.
pub fn write_presets(r: &Resources) -> Vec<(&'static str, String)> {
    let text = |value: Option<u32>| value.map(|n| n.to_string());
    let yes_no = |value: Option<bool>| value.map(|yes| if yes { "true" } else { "false" }.to_owned());
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join("+"));
    let types: Vec<String> = r.instance_types.iter().map(ToString::to_string).collect();
    let all = [
        ("nodes", text(r.nodes)),
        ("ncpus", text(r.ncpus)),
        ("mpiprocs", text(r.mpiprocs)),
        ("mem", r.memory.map(|memory| memory.to_string())),
        ("ngpus", text(r.gpus)),
        ("arch", r.architecture.map(|arch| arch.as_str().to_owned())),
        ("instance_selection", r.selection.map(|selection| selection.as_str().to_owned())),
        ("walltime", r.walltime.map(format_walltime)),
        ("place", r.place.map(place)),
        ("instance_type", list(&types)),
        ("instance_ami", r.instance_ami.clone()),
        ("base_os", r.base_os.map(base_os)),
        ("ht_support", yes_no(r.ht_support)),
        ("root_size", text(r.root_size_gib)),
        ("scratch_size", text(r.scratch_size_gib)),
        ("scratch_iops", text(r.scratch_iops)),
        ("keep_ebs", yes_no(r.keep_ebs)),
        ("efa_support", yes_no(r.efa_support)),
        ("placement_group", yes_no(r.placement_group)),
        ("subnet_id", r.subnets.as_ref().map(subnets)),
        ("spot_price", r.spot_price.map(spot_price)),
        ("spot_allocation_count", text(r.spot_allocation_count)),
        ("spot_allocation_strategy", r.spot_allocation_strategy.map(spot_strategy)),
        ("spot_attempts", text(r.spot_attempts)),
        ("instance_profile", r.instance_profile.clone()),
        ("security_groups", list(&r.security_groups)),
        ("capacity_reservation_id", r.capacity_reservation_id.clone()),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn place(place: PlaceRequest) -> String {
    let arrangement = match place.arrangement {
        Arrangement::Free => "free",
        Arrangement::Pack => "pack",
        Arrangement::Scatter => "scatter",
        Arrangement::Vscatter => "vscatter",
    };
    format!("{arrangement}{}", if place.exclusive { ":excl" } else { "" })
}

fn base_os(os: BaseOs) -> String {
    let name = BaseOs::ALL.iter().find(|(_, known)| *known == os).map(|(name, _)| *name);
    name.unwrap_or_default().to_owned()
}

fn subnets(choice: &SubnetChoice) -> String {
    match choice {
        SubnetChoice::Any(count) => count.to_string(),
        SubnetChoice::Named(names) => names.join("+"),
    }
}

fn spot_price(price: SpotPrice) -> String {
    match price {
        SpotPrice::Auto => "auto".to_owned(),
        SpotPrice::Max(micro) => format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000),
    }
}

fn spot_strategy(strategy: SpotStrategy) -> String {
    match strategy {
        SpotStrategy::LowestPrice => "lowest-price",
        SpotStrategy::Diversified => "diversified",
        SpotStrategy::CapacityOptimized => "capacity-optimized",
    }
    .to_owned()
}
