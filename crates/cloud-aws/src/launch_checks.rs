//! The port `LaunchChecks`: what would keep a launch from succeeding, asked before anything is made.
//!
//! A job that names several types is launchable when one of them is: the Auto Scaling group passes over the others.

use crate::{
    catalog::CatalogAws,
    cluster::Cluster,
    ec2,
    errors::{Failure, Meaning, Service},
    image::{self, Image},
    quota::{self, Class, Market},
    tags::CLUSTER_ID,
};
use async_trait::async_trait;
use aws_sdk_ec2::{
    operation::run_instances::builders::RunInstancesFluentBuilder,
    types::{
        CapacityReservationSpecification, CapacityReservationTarget, IamInstanceProfileSpecification,
        Instance, InstanceLifecycleType, InstanceType as Ec2Type, ResourceType, Tag, TagSpecification,
    },
};
use soca_app::ports::{Catalog, CloudError, LaunchChecks};
use soca_domain::{
    Code, Fault,
    instance_type::{InstanceType, InstanceTypeName},
    launch::LaunchSpec,
};
use std::{collections::BTreeMap, sync::Arc};

/// Launch checks on EC2 and Service Quotas.
pub struct LaunchChecksAws {
    ec2: aws_sdk_ec2::Client,
    quotas: aws_sdk_servicequotas::Client,
    catalog: Arc<CatalogAws>,
    cluster: Arc<Cluster>,
}

/// What is the same for each type of a launch.
struct Launch<'a> {
    spec: &'a LaunchSpec,
    image: &'a Image,
    subnet: String,
}

impl LaunchChecksAws {
    /// On an EC2 and a Service Quotas client; the catalog is the caller's, so that its memory is shared.
    pub fn new(
        ec2: aws_sdk_ec2::Client,
        quotas: aws_sdk_servicequotas::Client,
        catalog: Arc<CatalogAws>,
        cluster: Arc<Cluster>,
    ) -> Self {
        Self { ec2, quotas, catalog, cluster }
    }

    async fn check_subnets(&self, ids: &[String]) -> Result<(), CloudError> {
        let reply = self.ec2.describe_subnets().set_subnet_ids(Some(ids.to_vec())).send().await;
        reply.map(|_| ()).map_err(|error| refused(error, subnet_unusable))
    }

    async fn check_groups(&self, ids: &[String]) -> Result<(), CloudError> {
        let reply = self.ec2.describe_security_groups().set_group_ids(Some(ids.to_vec())).send().await;
        reply.map(|_| ()).map_err(|error| refused(error, group_unusable))
    }

    async fn check_type(&self, launch: &Launch<'_>, kind: &InstanceType) -> Result<(), CloudError> {
        let dry = self.request(launch, kind).dry_run(true).send().await;
        if let Err(failure) = dry.map_err(|error| Failure::of(Service::Ec2, error))
            && failure.meaning() != Meaning::DryRunPassed
        {
            return Err(failure.or_fault(|f| dry_run_refused(kind, f)));
        }
        for (market, count) in quota::split(launch.spec) {
            self.check_quota(kind, market, u64::from(count) * u64::from(kind.vcpus)).await?;
        }
        Ok(())
    }

    fn request(&self, launch: &Launch<'_>, kind: &InstanceType) -> RunInstancesFluentBuilder {
        let nodes = i32::try_from(launch.spec.nodes).unwrap_or(i32::MAX);
        let tag = Tag::builder().key(CLUSTER_ID).value(&self.cluster.id).build();
        let tags = TagSpecification::builder().resource_type(ResourceType::Instance).tags(tag).build();
        self.ec2
            .run_instances()
            .image_id(&launch.image.id)
            .instance_type(Ec2Type::from(kind.name.as_str()))
            .min_count(nodes)
            .max_count(nodes)
            .subnet_id(&launch.subnet)
            .set_security_group_ids(Some(self.cluster.security_groups(launch.spec)))
            .set_key_name(self.cluster.key_name.clone())
            .iam_instance_profile(profile(self.cluster.profile(launch.spec)))
            .set_capacity_reservation_specification(
                launch.spec.capacity_reservation_id.as_deref().map(reservation),
            )
            .tag_specifications(tags)
    }

    async fn check_quota(&self, kind: &InstanceType, market: Market, wanted: u64) -> Result<(), CloudError> {
        let Some(class) = Class::of(&kind.name) else { return Ok(()) };
        let Some(code) = class.quota_code(market) else { return Ok(()) };
        let Some(quota) = self.quota(code).await? else { return Ok(()) };
        let used = if wanted > quota { 0 } else { self.vcpus_in_use(class, market).await? };
        quota::judge(&kind.name, market, wanted, used, quota).map_err(CloudError::Refused)
    }

    async fn quota(&self, code: &str) -> Result<Option<u64>, CloudError> {
        let call = self.quotas.get_service_quota().service_code("ec2").quota_code(code).send().await;
        match call.map_err(|error| Failure::of(Service::Quotas, error)) {
            Ok(reply) => Ok(reply.quota().and_then(|quota| quota.value()).map(|value| value.max(0.0) as u64)),
            Err(failure) if failure.meaning() == Meaning::Absent => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// The vCPUs of a class that the whole account has running or starting.
    async fn vcpus_in_use(&self, class: Class, market: Market) -> Result<u64, CloudError> {
        let found =
            ec2::instances(&self.ec2, vec![ec2::filter("instance-state-name", &["pending", "running"])])
                .await?;
        let mut sum = 0;
        for (name, count) in count(&found, class, market) {
            let vcpus = self.catalog.instance_type(&name).await?.map_or(0, |kind| kind.vcpus);
            sum += count * u64::from(vcpus);
        }
        Ok(sum)
    }
}

#[async_trait]
impl LaunchChecks for LaunchChecksAws {
    async fn check_launch(&self, spec: &LaunchSpec, types: &[InstanceType]) -> Result<(), CloudError> {
        let Some(first) = types.first() else { return Err(CloudError::Refused(no_types())) };
        let subnets = self.cluster.choose_subnets(spec, 0).map_err(CloudError::Refused)?;
        let image_id = self.cluster.image_id(spec, first.architecture).map_err(CloudError::Refused)?;
        let image = image::image(&self.ec2, image_id).await?;
        image::check(&image, types, spec.root_size_gib).map_err(CloudError::Refused)?;
        self.check_subnets(&subnets).await?;
        self.check_groups(&self.cluster.security_groups(spec)).await?;
        let launch = Launch { spec, image: &image, subnet: subnets.into_iter().next().unwrap_or_default() };
        let mut refusal = None;
        for kind in types {
            match self.check_type(&launch, kind).await {
                Ok(()) => return Ok(()),
                Err(CloudError::Refused(fault)) => {
                    refusal.get_or_insert(fault);
                }
                Err(other) => return Err(other),
            }
        }
        refusal.map_or(Ok(()), |fault| Err(CloudError::Refused(fault)))
    }
}

/// Instances of a class and market, counted by type.
fn count(instances: &[Instance], class: Class, market: Market) -> BTreeMap<InstanceTypeName, u64> {
    let mut counts = BTreeMap::new();
    let names = instances.iter().filter(|i| bought(i) == Some(market)).filter_map(|i| i.instance_type());
    for name in names.filter_map(|name| name.as_str().parse::<InstanceTypeName>().ok()) {
        if Class::of(&name) == Some(class) {
            *counts.entry(name).or_insert(0) += 1;
        }
    }
    counts
}

/// How an instance was bought; `None` for capacity blocks, which have no vCPU quota.
fn bought(instance: &Instance) -> Option<Market> {
    match instance.instance_lifecycle() {
        None => Some(Market::OnDemand),
        Some(InstanceLifecycleType::Spot) => Some(Market::Spot),
        Some(_) => None,
    }
}

fn profile(name_or_arn: &str) -> IamInstanceProfileSpecification {
    let builder = IamInstanceProfileSpecification::builder();
    if name_or_arn.starts_with("arn:") { builder.arn(name_or_arn) } else { builder.name(name_or_arn) }.build()
}

fn reservation(id: &str) -> CapacityReservationSpecification {
    let target = CapacityReservationTarget::builder().capacity_reservation_id(id).build();
    CapacityReservationSpecification::builder().capacity_reservation_target(target).build()
}

/// The error of a describe call by id: those that mean "no such thing" become the fault, others stay what they are.
fn refused<E>(
    error: aws_sdk_ec2::error::SdkError<E, aws_sdk_ec2::config::http::HttpResponse>,
    fault: fn(&Failure) -> Fault,
) -> CloudError
where
    E: aws_sdk_ec2::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let failure = Failure::of(Service::Ec2, error);
    if failure.meaning() == Meaning::Absent { CloudError::Refused(fault(&failure)) } else { failure.into() }
}

fn subnet_unusable(failure: &Failure) -> Fault {
    Fault::new(
        Code::SubnetUnusable,
        format!("EC2 does not know the subnet: {}", failure.sentence()),
        "Leave subnet_id away, or ask your administrator which subnets there are.",
    )
}

fn group_unusable(failure: &Failure) -> Fault {
    Fault::new(
        Code::DryRunRefused,
        format!("EC2 does not know the security group: {}", failure.sentence()),
        "Leave security_groups away, or ask your administrator which there are.",
    )
}

fn dry_run_refused(kind: &InstanceType, failure: &Failure) -> Fault {
    Fault::new(
        Code::DryRunRefused,
        format!("EC2 would not launch {}: {}", kind.name, failure.sentence()),
        "Change what the sentence names; if it is about permissions, ask your administrator.",
    )
}

fn no_types() -> Fault {
    Fault::new(Code::NoInstanceType, "The launch names no instance type.", "Add -l instance_type=c6i.large.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(name: &str, lifecycle: Option<InstanceLifecycleType>) -> Instance {
        Instance::builder().instance_type(Ec2Type::from(name)).set_instance_lifecycle(lifecycle).build()
    }

    #[test]
    fn instances_are_counted_by_class_and_market() {
        let all = [
            instance("c6i.large", None),
            instance("m5.large", None),
            instance("c6i.large", None),
            instance("c6i.large", Some(InstanceLifecycleType::Spot)),
            instance("p4d.24xlarge", None),
            instance("p5.48xlarge", Some(InstanceLifecycleType::CapacityBlock)),
        ];
        let standard = count(&all, Class::Standard, Market::OnDemand);
        assert_eq!(standard.values().sum::<u64>(), 3);
        assert_eq!(standard[&"c6i.large".parse().unwrap()], 2);
        assert_eq!(count(&all, Class::Standard, Market::Spot).len(), 1);
        assert_eq!(count(&all, Class::P, Market::OnDemand).len(), 1);
    }
}
