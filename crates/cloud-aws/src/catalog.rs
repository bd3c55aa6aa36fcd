//! The port `Catalog` on EC2's DescribeInstanceTypes. Types never change, so each is asked for once in a function's life.

use crate::{
    errors::{Failure, Meaning, Service},
    memo::Memo,
};
use async_trait::async_trait;
use aws_sdk_ec2::{
    Client,
    types::{
        ArchitectureType, InstanceType as Ec2Type, InstanceTypeHypervisor, InstanceTypeInfo, ProcessorInfo,
        UsageClassType, VCpuInfo,
    },
};
use soca_app::ports::{Catalog, CloudError};
use soca_domain::{
    instance_type::{Architecture, InstanceType, InstanceTypeName},
    memory::MemoryMib,
    offer::{Offer, Traits},
};

/// What EC2 offers in the client's region.
#[derive(Debug)]
pub struct CatalogAws {
    client: Client,
    known: Memo<InstanceTypeName, InstanceType>,
}

impl CatalogAws {
    /// On an EC2 client.
    pub fn new(client: Client) -> Self {
        Self { client, known: Memo::default() }
    }

    async fn ask(&self, name: &InstanceTypeName) -> Result<Option<InstanceType>, Failure> {
        let call = self.client.describe_instance_types().instance_types(Ec2Type::from(name.as_str())).send();
        match call.await.map_err(|error| Failure::of(Service::Ec2, error)) {
            Ok(reply) => Ok(reply.instance_types().iter().find_map(of_info)),
            Err(failure) if failure.meaning() == Meaning::Absent => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

#[async_trait]
impl Catalog for CatalogAws {
    async fn instance_type(&self, name: &InstanceTypeName) -> Result<Option<InstanceType>, CloudError> {
        if let Some(known) = self.known.get(name) {
            return Ok(Some(known));
        }
        let found = self.ask(name).await?;
        if let Some(found) = &found {
            self.known.put(name, found);
        }
        Ok(found)
    }

    async fn instance_type_names(&self) -> Result<Vec<String>, CloudError> {
        let mut offers = self.client.describe_instance_type_offerings().into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(offer) = offers.next().await {
            let offer = offer.map_err(|error| Failure::of(Service::Ec2, error))?;
            names.extend(offer.instance_type.map(|t| t.as_str().to_owned()));
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    async fn offers(&self) -> Result<Vec<Offer>, CloudError> {
        let mut types = self.client.describe_instance_types().into_paginator().items().send();
        let mut offers = Vec::new();
        while let Some(info) = types.next().await {
            let info = info.map_err(|error| Failure::of(Service::Ec2, error))?;
            let offer = of_info(&info)
                .filter(|_| sells(&info, &UsageClassType::OnDemand))
                .map(|kind| Offer { kind, traits: traits(&info), hourly: None });
            offers.extend(offer);
        }
        offers.sort_by(|a, b| a.kind.name.cmp(&b.kind.name));
        Ok(offers)
    }
}

/// EC2's description in our words; `None` for what cannot run Linux jobs (Macs) or lacks its vital facts.
fn of_info(info: &InstanceTypeInfo) -> Option<InstanceType> {
    let cpu = info.v_cpu_info()?;
    let vcpus = natural(cpu.default_v_cpus())?;
    Some(InstanceType {
        name: info.instance_type()?.as_str().parse().ok()?,
        vcpus,
        cores: cores(cpu, vcpus),
        memory: MemoryMib(info.memory_info()?.size_in_mib().and_then(|mib| u64::try_from(mib).ok())?),
        architecture: architecture(info.processor_info()?)?,
        efa: info.network_info().and_then(|network| network.efa_supported()).unwrap_or(false),
        threads_settable: !info.bare_metal().unwrap_or(false) && cpu.valid_threads_per_core().contains(&1),
        gpus: info.gpu_info().map_or(0, |gpu| gpu.gpus().iter().filter_map(|g| natural(g.count())).sum()),
    })
}

/// What EC2 says of a type besides its size. What it does not say is taken for the usual.
fn traits(info: &InstanceTypeInfo) -> Traits {
    let clock = info.processor_info().and_then(ProcessorInfo::sustained_clock_speed_in_ghz).unwrap_or(0.0);
    let accelerated = info.fpga_info().is_some()
        || info.inference_accelerator_info().is_some()
        || info.neuron_info().is_some()
        || info.media_accelerator_info().is_some();
    Traits {
        clock_mhz: (clock * 1_000.0).round().clamp(0.0, 100_000.0) as u32,
        nitro: info.hypervisor() == Some(&InstanceTypeHypervisor::Nitro),
        burstable: info.burstable_performance_supported().unwrap_or(false),
        bare_metal: info.bare_metal().unwrap_or(false),
        accelerated,
        spot: sells(info, &UsageClassType::Spot),
    }
}

/// Whether a type is for sale in this way; some are in capacity blocks only, where jobs cannot be launched by type.
fn sells(info: &InstanceTypeInfo, class: &UsageClassType) -> bool {
    let classes = info.supported_usage_classes();
    classes.is_empty() || classes.contains(class)
}

fn cores(cpu: &VCpuInfo, vcpus: u32) -> u32 {
    let threads = natural(cpu.default_threads_per_core()).filter(|threads| *threads > 0).unwrap_or(1);
    natural(cpu.default_cores()).unwrap_or(vcpus / threads).max(1)
}

fn architecture(processor: &ProcessorInfo) -> Option<Architecture> {
    let supported = processor.supported_architectures();
    if supported.contains(&ArchitectureType::Arm64) {
        return Some(Architecture::Arm64);
    }
    supported.contains(&ArchitectureType::X8664).then_some(Architecture::X86_64)
}

fn natural(number: Option<i32>) -> Option<u32> {
    number.and_then(|n| u32::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{GpuDeviceInfo, GpuInfo, MemoryInfo, NetworkInfo};

    fn info(name: &str, architecture: ArchitectureType, cpu: VCpuInfo) -> InstanceTypeInfo {
        InstanceTypeInfo::builder()
            .instance_type(Ec2Type::from(name))
            .v_cpu_info(cpu)
            .memory_info(MemoryInfo::builder().size_in_mib(4096).build())
            .processor_info(ProcessorInfo::builder().supported_architectures(architecture).build())
            .network_info(NetworkInfo::builder().efa_supported(true).build())
            .gpu_info(GpuInfo::builder().gpus(GpuDeviceInfo::builder().count(8).build()).build())
            .build()
    }

    fn cpu() -> aws_sdk_ec2::types::builders::VCpuInfoBuilder {
        VCpuInfo::builder().default_v_cpus(4).default_cores(2).default_threads_per_core(2)
    }

    #[test]
    fn descriptions_are_read() {
        let cpu = cpu().valid_threads_per_core(1).valid_threads_per_core(2).build();
        let found = of_info(&info("p4d.24xlarge", ArchitectureType::X8664, cpu)).unwrap();
        assert_eq!((found.vcpus, found.cores, found.gpus, found.memory), (4, 2, 8, MemoryMib(4096)));
        assert!(found.efa && found.threads_settable);
        assert_eq!(found.architecture, Architecture::X86_64);
    }

    #[test]
    fn threads_are_settable_only_where_ec2_says_so() {
        let t2 = of_info(&info("t2.large", ArchitectureType::X8664, cpu().build())).unwrap();
        assert!(!t2.threads_settable);
        let bare = cpu().valid_threads_per_core(1).build();
        let mut bare = info("c5.metal", ArchitectureType::X8664, bare);
        bare.bare_metal = Some(true);
        assert!(!of_info(&bare).unwrap().threads_settable);
    }

    #[test]
    fn what_choosing_needs_is_read() {
        let mut hpc = info("hpc7a.96xlarge", ArchitectureType::X8664, cpu().build());
        if let Some(processor) = &mut hpc.processor_info {
            processor.sustained_clock_speed_in_ghz = Some(3.7);
        }
        hpc.hypervisor = Some(InstanceTypeHypervisor::Nitro);
        hpc.supported_usage_classes = Some(vec![UsageClassType::OnDemand]);
        let expected = Traits { clock_mhz: 3_700, nitro: true, ..Traits::default() };
        assert_eq!(traits(&hpc), expected);
        hpc.current_generation = Some(false);
        assert_eq!(traits(&hpc), expected, "EC2's mark says nothing about what is on sale");
        assert!(sells(&hpc, &UsageClassType::OnDemand));
        hpc.supported_usage_classes = Some(vec![UsageClassType::CapacityBlock]);
        assert!(!sells(&hpc, &UsageClassType::OnDemand));
    }

    #[test]
    fn macs_are_not_for_jobs() {
        assert_eq!(of_info(&info("mac2.metal", ArchitectureType::Arm64Mac, cpu().build())), None);
    }
}
