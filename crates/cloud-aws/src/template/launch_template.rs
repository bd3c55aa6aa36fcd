//! The launch template: what each instance is.

use super::{Context, Purchase, Tag, literal, storage};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use soca_domain::{
    Fault,
    instance_type::InstanceType,
    launch::{LaunchSpec, SpotSpec},
    request::SpotPrice,
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LaunchTemplate {
    launch_template_name: String,
    launch_template_data: Data,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    image_id: String,
    instance_type: String,
    iam_instance_profile: Profile,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_options: Option<CpuOptions>,
    metadata_options: MetadataOptions,
    network_interfaces: [NetworkInterface; 1],
    block_device_mappings: Vec<storage::Mapping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_market_options: Option<MarketOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_reservation_specification: Option<ReservationSpecification>,
    user_data: String,
    tag_specifications: Vec<TagSpecification>,
}

#[derive(Debug, Serialize)]
enum Profile {
    Arn(String),
    Name(String),
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CpuOptions {
    core_count: u32,
    threads_per_core: u32,
}

/// Only sessions with a token may read the instance's metadata, and only from the instance itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetadataOptions {
    http_endpoint: &'static str,
    http_tokens: &'static str,
    http_put_response_hop_limit: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkInterface {
    device_index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface_type: Option<&'static str>,
    groups: Vec<String>,
    delete_on_termination: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MarketOptions {
    market_type: &'static str,
    spot_options: SpotOptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SpotOptions {
    spot_instance_type: &'static str,
    instance_interruption_behavior: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_price: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReservationSpecification {
    capacity_reservation_target: ReservationTarget,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReservationTarget {
    capacity_reservation_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagSpecification {
    resource_type: &'static str,
    tags: Vec<Tag>,
}

pub(super) fn render(context: &Context<'_>, user_data: &str) -> Result<LaunchTemplate, Fault> {
    Ok(LaunchTemplate {
        launch_template_name: context.name.clone(),
        launch_template_data: data(context, user_data)?,
        tag_specifications: tagged(context, &["launch-template"]),
    })
}

fn data(context: &Context<'_>, user_data: &str) -> Result<Data, Fault> {
    let spec = context.spec;
    Ok(Data {
        image_id: literal("an image", &context.image.id)?,
        instance_type: spec.first_type().to_string(),
        iam_instance_profile: profile(context.cluster.profile(spec))?,
        key_name: context.cluster.key_name.clone(),
        cpu_options: cpu_options(spec, &context.plan.types),
        metadata_options: MetadataOptions {
            http_endpoint: "enabled",
            http_tokens: "required",
            http_put_response_hop_limit: 1,
        },
        network_interfaces: [network_interface(context)?],
        block_device_mappings: storage::mappings(
            spec,
            &literal("a device name", &context.image.root_device)?,
        ),
        instance_market_options: market_options(context),
        capacity_reservation_specification: reservation(spec)?,
        user_data: STANDARD.encode(user_data),
        tag_specifications: tagged(context, instance_resources(context)),
    })
}

fn profile(name_or_arn: &str) -> Result<Profile, Fault> {
    let text = literal("an instance profile", name_or_arn)?;
    Ok(if text.starts_with("arn:") { Profile::Arn(text) } else { Profile::Name(text) })
}

/// One thread per core, where the job does not want hyper-threading and every type lets us say so in the same words.
fn cpu_options(spec: &LaunchSpec, types: &[InstanceType]) -> Option<CpuOptions> {
    let first = types.first()?;
    let alike = types.iter().all(|t| t.threads_settable && t.cores == first.cores);
    let threaded = types.iter().any(|t| t.vcpus > t.cores);
    (!spec.ht_support && alike && threaded)
        .then_some(CpuOptions { core_count: first.cores, threads_per_core: 1 })
}

fn network_interface(context: &Context<'_>) -> Result<NetworkInterface, Fault> {
    let groups = context.cluster.security_groups(context.spec);
    Ok(NetworkInterface {
        device_index: 0,
        interface_type: context.spec.efa_support.then_some("efa"),
        groups: groups.iter().map(|group| literal("a security group", group)).collect::<Result<_, _>>()?,
        delete_on_termination: true,
    })
}

/// Spot, when the group's own policy does not say it.
fn market_options(context: &Context<'_>) -> Option<MarketOptions> {
    let spot = context.spec.spot.filter(|_| context.purchase == Purchase::Spot && !context.is_mixed())?;
    Some(MarketOptions {
        market_type: "spot",
        spot_options: SpotOptions {
            spot_instance_type: "one-time",
            instance_interruption_behavior: "terminate",
            max_price: max_price(spot),
        },
    })
}

/// The most an instance may cost, in USD per hour; `None` is EC2's own limit, the on-demand price.
pub(super) fn max_price(spot: SpotSpec) -> Option<String> {
    match spot.price {
        SpotPrice::Auto => None,
        SpotPrice::Max(micro) => Some(format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)),
    }
}

fn reservation(spec: &LaunchSpec) -> Result<Option<ReservationSpecification>, Fault> {
    let Some(id) = &spec.capacity_reservation_id else { return Ok(None) };
    let capacity_reservation_id = literal("a capacity reservation", id)?;
    Ok(Some(ReservationSpecification {
        capacity_reservation_target: ReservationTarget { capacity_reservation_id },
    }))
}

/// What an instance's launch makes.
fn instance_resources(context: &Context<'_>) -> &'static [&'static str] {
    match market_options(context) {
        Some(_) => &["instance", "volume", "network-interface", "spot-instances-request"],
        None => &["instance", "volume", "network-interface"],
    }
}

fn tagged(context: &Context<'_>, resources: &[&'static str]) -> Vec<TagSpecification> {
    let tags = &context.tags;
    resources.iter().map(|resource_type| TagSpecification { resource_type, tags: tags.clone() }).collect()
}
