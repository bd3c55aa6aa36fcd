//! What templates look like, and what can never be in one.

use super::{render, samples::*};
use crate::image::Image;
use insta::assert_json_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use soca_app::ports::cloud::StackPlan;
use soca_domain::{
    instance_type::Architecture,
    launch::SpotSpec,
    request::{SpotPrice, SpotStrategy, SubnetChoice},
};

fn rendered(plan: &StackPlan) -> Value {
    serde_json::from_str(&render(plan, &cluster(), &image(), "#!/bin/bash\n").unwrap().to_json()).unwrap()
}

fn at<'a>(template: &'a Value, resource: &str, path: &str) -> &'a Value {
    template.pointer(&format!("/Resources/{resource}/Properties/{path}")).unwrap_or(&Value::Null)
}

const CPU: &str = "LaunchTemplateData/CpuOptions";

#[test]
fn one_plain_node() {
    assert_json_snapshot!(rendered(&plan(spec("c6i.large"))));
}

#[test]
fn four_nodes_with_efa_in_a_placement_group() {
    let mut spec = spec("c5n.18xlarge");
    (spec.nodes, spec.efa_support, spec.placement_group) = (4, true, true);
    assert_json_snapshot!(rendered(&plan(spec)));
}

#[test]
fn several_types_two_on_demand_and_eight_spot() {
    let mut spec = spec("c6i.large+c5.large+m5.large");
    (spec.nodes, spec.subnets) = (10, Some(SubnetChoice::Any(2)));
    let price = SpotPrice::Max(85_500);
    spec.spot = Some(SpotSpec { price, count: 8, strategy: SpotStrategy::CapacityOptimized });
    assert_json_snapshot!(rendered(&plan(spec)));
}

#[test]
fn fast_scratch_that_is_kept() {
    let mut spec = spec("c6i.large");
    (spec.scratch_size_gib, spec.scratch_iops, spec.keep_ebs) = (500, 6000, true);
    spec.capacity_reservation_id = Some("cr-0123456789abcdef0".into());
    spec.security_groups = vec!["sg-0000000d".into()];
    spec.instance_profile = Some("special".into());
    assert_json_snapshot!(rendered(&plan(spec)));
}

#[test]
fn graviton() {
    let mut plan = plan(spec("c7g.large"));
    (plan.types[0].architecture, plan.types[0].cores) = (Architecture::Arm64, 4);
    plan.project = None;
    let image = Image { id: "ami-00000064".into(), architecture: Some(Architecture::Arm64), ..image() };
    assert_json_snapshot!(render(&plan, &cluster(), &image, "#!/bin/bash\n").unwrap());
}

#[test]
fn one_type_all_spot_needs_no_policy() {
    let mut spec = spec("c6i.large");
    spec.nodes = 3;
    spec.spot = Some(SpotSpec { price: SpotPrice::Auto, count: 3, strategy: SpotStrategy::LowestPrice });
    let template = rendered(&plan(spec));
    assert_eq!(
        at(&template, "LaunchTemplate", "LaunchTemplateData/InstanceMarketOptions/MarketType"),
        "spot"
    );
    assert_eq!(at(&template, "Nodes", "MixedInstancesPolicy"), &Value::Null);
}

#[test]
fn several_types_all_spot_are_the_policys_business() {
    let mut spec = spec("c6i.large+c5.large");
    spec.spot = Some(SpotSpec { price: SpotPrice::Auto, count: 1, strategy: SpotStrategy::Diversified });
    let template = rendered(&plan(spec));
    let distribution = at(&template, "Nodes", "MixedInstancesPolicy/InstancesDistribution");
    assert_eq!(distribution["OnDemandBaseCapacity"], 0);
    assert_eq!(distribution["SpotInstancePools"], 2);
    assert_eq!(at(&template, "LaunchTemplate", "LaunchTemplateData/InstanceMarketOptions"), &Value::Null);
}

#[test]
fn cpu_options_only_where_all_types_take_the_same() {
    let mut plan = plan(spec("c6i.large+c5.large"));
    assert_eq!(at(&rendered(&plan), "LaunchTemplate", CPU)["CoreCount"], 2);
    plan.types[1].cores = 1;
    assert_eq!(at(&rendered(&plan), "LaunchTemplate", CPU), &Value::Null);
    plan.types[1].cores = 2;
    plan.types[1].threads_settable = false;
    assert_eq!(at(&rendered(&plan), "LaunchTemplate", CPU), &Value::Null);
    plan.types[1].threads_settable = true;
    plan.launch.ht_support = true;
    assert_eq!(at(&rendered(&plan), "LaunchTemplate", CPU), &Value::Null);
}

#[test]
fn another_attempt_begins_in_another_zone() {
    let mut plan = plan(spec("c6i.large"));
    plan.launch.nodes = 2;
    let first = rendered(&plan);
    plan.stack = "job-12-2".parse().unwrap();
    let second = rendered(&plan);
    assert_ne!(at(&first, "Nodes", "VPCZoneIdentifier"), at(&second, "Nodes", "VPCZoneIdentifier"));
}

#[test]
fn ids_that_cloudformation_would_read_as_its_own_are_refused_p10() {
    for nasty in ["{{resolve:secretsmanager:x}}", "a\"b", "$(id)", "", "sg 1"] {
        let mut spec = spec("c6i.large");
        spec.security_groups = vec![nasty.into()];
        assert!(render(&plan(spec.clone()), &cluster(), &image(), "").is_err(), "{nasty}");
        spec.security_groups.clear();
        spec.instance_profile = Some(nasty.into());
        assert!(render(&plan(spec), &cluster(), &image(), "").is_err(), "{nasty}");
    }
}

/// The template without its strings: what is left must not depend on what a user typed.
fn skeleton(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::String(String::new()),
        Value::Array(items) => items.iter().map(skeleton).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), skeleton(value))).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn what_users_type_is_only_ever_a_string_p10(name in ".{0,300}", owner in ".{0,40}", project in ".{0,40}") {
        let plain = plan(spec("c6i.large"));
        let typed = StackPlan { job_name: name, owner, project: Some(project), ..plain.clone() };
        let template = rendered(&typed);
        prop_assert_eq!(skeleton(&template), skeleton(&rendered(&plain)));
        let text = template.to_string();
        prop_assert!(!text.contains("{{"), "{}", text);
        prop_assert!(!text.contains("${"), "{}", text);
    }
}
