//! A compute stack's CloudFormation template, rendered by typed code. Pure: the same plan gives the same text.
//!
//! What users typed can only become a JSON string: there is no text substitution anywhere (P10). CloudFormation itself
//! would resolve `{{resolve:…}}` in strings, so everything that is neither a tag (where `tags` replaces the
//! braces) nor base64 passes through `literal`.

mod auto_scaling;
mod launch_template;
#[cfg(test)]
pub(crate) mod samples;
mod storage;
#[cfg(test)]
mod tests;

use crate::{cluster::Cluster, image::Image, names::cloud_name, tags::tags};
use serde::Serialize;
use soca_app::ports::cloud::StackPlan;
use soca_domain::{Code, Fault, id::shorten, launch::LaunchSpec};
use std::collections::BTreeMap;

/// The logical ids of the resources, which Refs name.
const GROUP: &str = "Nodes";
const LAUNCH_TEMPLATE: &str = "LaunchTemplate";
const PLACEMENT_GROUP: &str = "PlacementGroup";

/// A compute stack's template.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: String,
    resources: BTreeMap<&'static str, Resource>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "Type", content = "Properties")]
enum Resource {
    #[serde(rename = "AWS::AutoScaling::AutoScalingGroup")]
    Group(Box<auto_scaling::Group>),
    #[serde(rename = "AWS::EC2::LaunchTemplate")]
    LaunchTemplate(Box<launch_template::LaunchTemplate>),
    #[serde(rename = "AWS::EC2::PlacementGroup")]
    PlacementGroup(PlacementGroup),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlacementGroup {
    strategy: &'static str,
    tags: Vec<Tag>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: &'static str,
    value: String,
}

/// A reference to another resource of the template.
#[derive(Debug, Serialize)]
enum Reference {
    Ref(&'static str),
    #[serde(rename = "Fn::GetAtt")]
    GetAtt([&'static str; 2]),
}

/// Everything the parts of a template are made from.
struct Context<'a> {
    plan: &'a StackPlan,
    spec: &'a LaunchSpec,
    cluster: &'a Cluster,
    image: &'a Image,
    purchase: Purchase,
    name: String,
    tags: Vec<Tag>,
}

/// How a stack's instances are bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purchase {
    OnDemand,
    Spot,
    /// So many on demand, the others spot.
    Mixed {
        on_demand: u32,
    },
}

impl Purchase {
    fn of(spec: &LaunchSpec) -> Purchase {
        match spec.spot.map_or(0, |spot| spot.count.min(spec.nodes)) {
            0 => Purchase::OnDemand,
            all if all == spec.nodes => Purchase::Spot,
            some => Purchase::Mixed { on_demand: spec.nodes - some },
        }
    }
}

impl Context<'_> {
    /// Whether the group needs a policy for several types or markets; otherwise its launch template says it all.
    fn is_mixed(&self) -> bool {
        self.plan.types.len() > 1 || matches!(self.purchase, Purchase::Mixed { .. })
    }
}

/// Renders the template of a plan.
///
/// # Errors
/// `BAD_VALUE` or `SUBNET_UNUSABLE` when the plan says something that no resource can have.
pub fn render(
    plan: &StackPlan,
    cluster: &Cluster,
    image: &Image,
    user_data: &str,
) -> Result<Template, Fault> {
    let spec = &plan.launch;
    let name = cloud_name(&cluster.id, &plan.stack);
    let tags = tags(plan, &cluster.id).into_iter().map(|(key, value)| Tag { key, value }).collect();
    let context = Context { plan, spec, cluster, image, purchase: Purchase::of(spec), name, tags };
    let mut resources = BTreeMap::new();
    resources.insert(
        LAUNCH_TEMPLATE,
        Resource::LaunchTemplate(launch_template::render(&context, user_data)?.into()),
    );
    resources.insert(GROUP, Resource::Group(auto_scaling::render(&context)?.into()));
    if spec.placement_group {
        let group = PlacementGroup { strategy: "cluster", tags: context.tags.clone() };
        resources.insert(PLACEMENT_GROUP, Resource::PlacementGroup(group));
    }
    Ok(Template {
        version: "2010-09-09",
        description: format!("soca compute stack {}", plan.stack),
        resources,
    })
}

impl Template {
    /// The template as CloudFormation takes it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a template is strings and numbers")
    }
}

/// An id or name from outside, as it may stand in a template.
fn literal(what: &str, text: &str) -> Result<String, Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_:/-".contains(c);
    if !text.is_empty() && text.len() <= 512 && text.chars().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        Code::BadValue,
        format!("\"{}\" cannot be {what}.", shorten(text)),
        "Copy the id or name from the AWS console, without quotes or braces.",
    ))
}
