//! Puts one value where it belongs in the request.

use crate::{piece::Piece, placeholder, reader::Reader, report::Spot, table::Key, values};
use soca_domain::{
    Fault,
    depend::parse_dependencies,
    id::shorten,
    policy::MAX_ATTEMPTS,
    request::{MAX_CPUS_PER_NODE, MAX_GPUS_PER_NODE, MAX_NODES, MAX_SPOT_ATTEMPTS, Mail},
    time::parse_walltime,
};

/// The largest EBS volume, in GiB.
const MAX_VOLUME_GIB: u32 = 65_536;
/// The most IOPS one EBS volume can be provisioned with.
const MAX_IOPS: u32 = 256_000;

impl Reader {
    /// Reads the value of `key` and keeps it.
    pub(crate) fn assign(&mut self, key: Key, name: &str, value: Piece<'_>) -> Result<(), Fault> {
        match (key, placeholder::find(value.text())) {
            (_, None) => {}
            (Key::Stdout | Key::Stderr | Key::Export, Some(found)) => {
                let message =
                    format!("{} is not replaced in a directive and is taken as it stands.", shorten(found));
                self.report.warn(Spot::of(&value, name), message);
            }
            _ => placeholder::refuse(value.text(), name)?,
        }
        match key {
            Key::Stdout | Key::Stderr => self.output(key, name, value),
            Key::MailEvents | Key::MailTo => self.mail(key, name, value),
            Key::Queue => self.queue(name, value),
            Key::Place => self.place(name, value),
            _ => self.job(key, name, value.text()),
        }
    }

    fn job(&mut self, key: Key, name: &str, text: &str) -> Result<(), Fault> {
        let request = &mut self.request;
        match key {
            Key::Name => request.name = Some(text.parse()?),
            Key::Project => request.project = Some(text.parse()?),
            Key::Join => request.output.join = values::join(text, name)?,
            Key::Array => request.array = Some(text.parse()?),
            Key::Begin => request.begin = Some(values::begin(text, name)?),
            Key::Hold => request.hold = values::yes_no(text, name)?,
            Key::Rerunnable => request.rerunnable = Some(values::yes_no(text, name)?),
            Key::Priority => request.priority = Some(values::priority(text, name)?),
            Key::Export => request.environment.variables = values::environment(text, name)?,
            Key::ExportAll => request.environment.all = values::yes_no(text, name)?,
            Key::Depend => {
                let read = parse_dependencies(text)?;
                (request.depend, request.singleton) = (read.on, read.singleton);
            }
            Key::Shell => request.shell = Some(values::shell(text, name)?),
            Key::Attempts | Key::Warning | Key::Grace | Key::Deadline | Key::MaxCost => {
                return self.policy(key, name, text);
            }
            _ => return self.resource_value(key, name, text),
        }
        Ok(())
    }

    /// What the job says of its own course.
    fn policy(&mut self, key: Key, name: &str, text: &str) -> Result<(), Fault> {
        let policy = &mut self.request.resources.policy;
        match key {
            Key::Attempts => policy.attempts = Some(values::count(text, name, MAX_ATTEMPTS)?),
            Key::Warning => policy.warning = Some(values::warning(text, name)?),
            Key::Grace => policy.grace = Some(values::grace(text, name)?),
            Key::Deadline => policy.deadline = Some(values::begin(text, name)?),
            _ => policy.max_cost = Some(values::max_cost(text, name)?),
        }
        Ok(())
    }

    fn resource_value(&mut self, key: Key, name: &str, text: &str) -> Result<(), Fault> {
        let r = &mut self.request.resources;
        let gib = |text| values::size(text, name, MAX_VOLUME_GIB, "GiB").map(Some);
        let count = |text| values::count(text, name, MAX_CPUS_PER_NODE).map(Some);
        match key {
            Key::Ncpus => r.ncpus = count(text)?,
            Key::Mpiprocs => r.mpiprocs = count(text)?,
            Key::Ompthreads => self.threads = count(text)?,
            Key::Memory => r.memory = Some(text.parse()?),
            Key::Gpus => r.gpus = Some(values::count(text, name, MAX_GPUS_PER_NODE)?),
            Key::Arch => r.architecture = Some(values::architecture(text, name)?),
            Key::Selection => r.selection = Some(values::selection(text, name)?),
            Key::Walltime => r.walltime = Some(parse_walltime(text)?),
            Key::InstanceTypes => r.instance_types = values::instance_types(text, name)?,
            Key::InstanceAmi => r.instance_ami = Some(values::ami(text, name)?),
            Key::BaseOs => r.base_os = Some(values::base_os(text, name)?),
            Key::RootSize => r.root_size_gib = gib(text)?,
            Key::ScratchSize => r.scratch_size_gib = gib(text)?,
            Key::ScratchIops => {
                r.scratch_iops = Some(values::size(text, name, MAX_IOPS, "operations per second")?)
            }
            Key::Subnets => r.subnets = Some(values::subnets(text, name)?),
            Key::SpotPrice => r.spot_price = Some(values::spot_price(text, name)?),
            Key::SpotCount => r.spot_allocation_count = Some(values::count(text, name, MAX_NODES)?),
            Key::SpotStrategy => r.spot_allocation_strategy = Some(values::spot_strategy(text, name)?),
            Key::SpotAttempts => r.spot_attempts = Some(values::count(text, name, MAX_SPOT_ATTEMPTS)?),
            Key::InstanceProfile => r.instance_profile = Some(values::instance_profile(text, name)?),
            Key::SecurityGroups => r.security_groups = values::security_groups(text, name)?,
            Key::CapacityReservation => {
                r.capacity_reservation_id = Some(values::capacity_reservation(text, name)?)
            }
            _ => self.set_switch(key, Some(values::yes_no(text, name)?)),
        }
        Ok(())
    }

    /// Sets a resource that is yes or no; any other key is none of its business.
    fn set_switch(&mut self, key: Key, value: Option<bool>) {
        let r = &mut self.request.resources;
        match key {
            Key::HtSupport => r.ht_support = value,
            Key::KeepEbs => r.keep_ebs = value,
            Key::EfaSupport => r.efa_support = value,
            Key::PlacementGroup => r.placement_group = value,
            _ => debug_assert!(false, "{key:?} has no value of its own"),
        }
    }

    /// What a yes-or-no option alone means: yes.
    pub(crate) fn switch_on(&mut self, key: Key) {
        match key {
            Key::Hold => self.request.hold = true,
            Key::ExportAll => self.request.environment.all = true,
            Key::Rerunnable => self.request.rerunnable = Some(true),
            _ => self.set_switch(key, Some(true)),
        }
    }

    /// `-o` and `-e`: a host before the path is left out, since the file system is everywhere the same.
    fn output(&mut self, key: Key, name: &str, value: Piece<'_>) -> Result<(), Fault> {
        let (host, path) = match value.split_once(':') {
            Some((host, path)) if !host.text().is_empty() && !host.text().contains('/') => (Some(host), path),
            _ => (None, value),
        };
        let read = values::path(path.text(), name)?;
        if let Some(host) = host {
            let message = format!(
                "The host {} is left out: the shared file system is on every node.",
                shorten(host.text())
            );
            self.report.warn(Spot::of(&host, name), message);
        }
        let output = &mut self.request.output;
        *(if key == Key::Stdout { &mut output.stdout } else { &mut output.stderr }) = Some(read);
        Ok(())
    }

    /// `-m` and `-M`; addresses alone mean PBS's default, a message when the job is aborted.
    fn mail(&mut self, key: Key, name: &str, value: Piece<'_>) -> Result<(), Fault> {
        let mut mail =
            self.request.mail.take().unwrap_or_else(|| Mail { events: "a".into(), to: Vec::new() });
        let read = if key == Key::MailTo {
            values::addresses(value.text(), name).map(|to| mail.to = to)
        } else {
            values::mail_events(value.text(), name).map(|(events, _each)| mail.events = events)
        };
        let message = "Mail is noted and not sent yet; soca status and soca submit -f tell how it went.";
        self.report.warn(Spot::of(&value, name), message);
        self.request.mail = Some(mail);
        read
    }

    /// `-q queue[@server]`.
    fn queue(&mut self, name: &str, value: Piece<'_>) -> Result<(), Fault> {
        let (queue, server) =
            value.split_once('@').map_or((value, None), |(queue, server)| (queue, Some(server)));
        self.request.queue = Some(queue.text().parse()?);
        if let Some(server) = server {
            let message = format!("The server {} is left out: there is only one.", shorten(server.text()));
            self.report.warn(Spot::of(&server, name), message);
        }
        Ok(())
    }

    fn place(&mut self, name: &str, value: Piece<'_>) -> Result<(), Fault> {
        let (place, grouped) = values::place(value.text(), name)?;
        self.request.resources.place = Some(place);
        if grouped {
            let message =
                "Grouping by a resource is left out; say placement_group=yes to keep nodes close together.";
            self.report.warn(Spot::of(&value, name), message);
        }
        Ok(())
    }
}
