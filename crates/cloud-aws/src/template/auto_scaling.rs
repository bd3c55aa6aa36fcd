//! The Auto Scaling group: how many instances, of which types, bought how and where.

use super::{
    Context, LAUNCH_TEMPLATE, PLACEMENT_GROUP, Purchase, Reference, launch_template::max_price, literal,
};
use serde::Serialize;
use soca_domain::{Fault, launch::SpotSpec, request::SpotStrategy};

/// The most spot pools a zone's instances can be spread over.
const MAX_POOLS: usize = 20;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Group {
    auto_scaling_group_name: String,
    min_size: String,
    max_size: String,
    desired_capacity: String,
    #[serde(rename = "VPCZoneIdentifier")]
    subnets: Vec<String>,
    health_check_type: &'static str,
    new_instances_protected_from_scale_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement_group: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_template: Option<TemplateVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mixed_instances_policy: Option<MixedInstancesPolicy>,
    tags: Vec<PropagatedTag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateVersion {
    launch_template_id: Reference,
    version: Reference,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MixedInstancesPolicy {
    launch_template: OverriddenTemplate,
    instances_distribution: Distribution,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct OverriddenTemplate {
    launch_template_specification: TemplateVersion,
    overrides: Vec<Override>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Override {
    instance_type: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Distribution {
    on_demand_allocation_strategy: &'static str,
    on_demand_base_capacity: u32,
    on_demand_percentage_above_base_capacity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_allocation_strategy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_instance_pools: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_max_price: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PropagatedTag {
    key: &'static str,
    value: String,
    propagate_at_launch: bool,
}

pub(super) fn render(context: &Context<'_>) -> Result<Group, Fault> {
    let nodes = context.spec.nodes.to_string();
    let mixed = context.is_mixed();
    let tags = context.tags.iter().cloned();
    Ok(Group {
        auto_scaling_group_name: context.name.clone(),
        min_size: nodes.clone(),
        max_size: nodes.clone(),
        desired_capacity: nodes,
        subnets: subnets(context)?,
        health_check_type: "EC2",
        new_instances_protected_from_scale_in: false,
        placement_group: context.spec.placement_group.then_some(Reference::Ref(PLACEMENT_GROUP)),
        launch_template: (!mixed).then(template_version),
        mixed_instances_policy: mixed.then(|| policy(context)),
        tags: tags.map(|t| PropagatedTag { key: t.key, value: t.value, propagate_at_launch: true }).collect(),
    })
}

/// Each attempt of a job, and each job, begins with another of the installation's subnets.
fn subnets(context: &Context<'_>) -> Result<Vec<String>, Fault> {
    let (job, attempt) = context.plan.stack.parts();
    let turn = job.0.wrapping_add(u64::from(attempt.0));
    let subnets = context.cluster.choose_subnets(context.spec, usize::try_from(turn).unwrap_or(0))?;
    subnets.iter().map(|subnet| literal("a subnet", subnet)).collect()
}

fn template_version() -> TemplateVersion {
    TemplateVersion {
        launch_template_id: Reference::Ref(LAUNCH_TEMPLATE),
        version: Reference::GetAtt([LAUNCH_TEMPLATE, "LatestVersionNumber"]),
    }
}

fn policy(context: &Context<'_>) -> MixedInstancesPolicy {
    let types = context.plan.types.iter();
    let overrides: Vec<_> = types.map(|t| Override { instance_type: t.name.to_string() }).collect();
    MixedInstancesPolicy {
        instances_distribution: distribution(context, overrides.len()),
        launch_template: OverriddenTemplate { launch_template_specification: template_version(), overrides },
    }
}

fn distribution(context: &Context<'_>, types: usize) -> Distribution {
    let (base, above) = match context.purchase {
        Purchase::OnDemand => (context.spec.nodes, 100),
        Purchase::Spot => (0, 0),
        Purchase::Mixed { on_demand } => (on_demand, 0),
    };
    let spot = context.spec.spot.filter(|_| context.purchase != Purchase::OnDemand);
    Distribution {
        on_demand_allocation_strategy: "prioritized",
        on_demand_base_capacity: base,
        on_demand_percentage_above_base_capacity: above,
        spot_allocation_strategy: spot.map(strategy),
        spot_instance_pools: spot.and_then(|spot| pools(spot, types)),
        spot_max_price: spot.and_then(max_price),
    }
}

/// Auto Scaling has no strategy "diversified": it is the lowest price in each of many pools.
fn strategy(spot: SpotSpec) -> &'static str {
    match spot.strategy {
        SpotStrategy::LowestPrice | SpotStrategy::Diversified => "lowest-price",
        SpotStrategy::CapacityOptimized => "capacity-optimized",
    }
}

fn pools(spot: SpotSpec, types: usize) -> Option<usize> {
    (spot.strategy == SpotStrategy::Diversified).then_some(types.clamp(1, MAX_POOLS))
}
