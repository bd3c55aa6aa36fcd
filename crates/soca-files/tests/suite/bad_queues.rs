//! Queue files that are YAML and wrong all the same: every fault, each at its place.

use crate::samples::QUEUES_261;
use soca_files::{Warning, read_queue_mapping};

/// The faults as `line:column name CODE: message | remedy`.
fn faults(text: &str) -> Vec<String> {
    let faults = read_queue_mapping(text).unwrap_err();
    let told = faults.into_iter().map(|fault| {
        let place = fault.place.expect("every fault has a place");
        let soca_domain::fault::Place { line, column, name } = place;
        format!("{line}:{column} {name} {}: {} | {}", fault.code, fault.message, fault.remedy)
    });
    told.collect()
}

fn warnings(text: &str) -> Vec<String> {
    let tell = |w: &Warning| format!("{}:{} {}: {}", w.line, w.column, w.name, w.message);
    read_queue_mapping(text).unwrap().warnings.iter().map(tell).collect()
}

#[test]
fn files_of_another_form() {
    let forms = ["", "~", "[]", "queues: []", "queue_type: 5", "queue_type:\n  - a", "queue_type:\n  a: 5"];
    insta::assert_debug_snapshot!(forms.map(|text| (text, faults(text))));
}

#[test]
fn sections_with_wrong_values() {
    insta::assert_debug_snapshot!(faults(
        r#"queue_type:
  compute:
    queues: "normal"
    queue_mode: "lottery"
    max_running_jobs: -1
    max_provisioned_instances: 010
    allowed_users: bob
    excluded_users: ["Bob Smith", "uid=bob", [bob], 7x]
    allowed_instance_types: ["c5.", "C5", {c5: large}]
    excluded_instance_types: "*"
    restricted_parameters: ["instance type"]
    scaling_mode: [single_job]
    terminate_when_idle: 3.5
    allowed_security_group_ids: ["default"]
    allowed_instance_profiles: ["a b"]
    instance_type: [c5.large, m5.large]
    tags: {a: b}
"#
    ));
}

#[test]
fn sections_without_queues_and_queues_of_two_sections() {
    insta::assert_debug_snapshot!(faults(
        "queue_type:
  a:
    queues: [\"q1\", \"1q\"]
  b:
    max_running_jobs: 1
  c:
    queues: [\"q2\", \"q1\"]
"
    ));
}

#[test]
fn what_is_read_otherwise_than_meant_is_said() {
    insta::assert_debug_snapshot!(warnings(
        "queue_types: {}
queue_type:
  compute:
    queues: [\"normal\"]
    max_runing_jobs: 5
    entirely_of_our_own: 5
    allowed_users: [\"ann\"]
    excluded_users:
    restricted_parameters: [\"instance_typ\", \"fluent_lic_count\"]
    scaling_mode: multiple_jobs
    spot_price:
    root_size: 10
    root_size: 20
"
    ));
}

#[test]
fn there_is_an_end_to_what_one_file_is_told() {
    let bad: String = (0..500).map(|n| format!("    max_running_jobs_{n}: 1\n")).collect();
    let text = format!("queue_type:\n  a:\n    queues: [\"q\"]\n{bad}");
    assert_eq!(warnings(&text).len(), 100);
    let bad: String = (0..500).map(|n| format!("  s{n}: {n}\n")).collect();
    assert_eq!(faults(&format!("queue_type:\n{bad}")).len(), 100);
}

#[test]
fn a_fault_points_at_the_value_whatever_the_line_ends_and_marks() {
    let text = QUEUES_261.replace("max_provisioned_instances: 30", "max_provisioned_instances: x");
    let windows = "\u{feff}".to_owned() + &text.replace('\n', "\r\n");
    for text in [&text, &windows] {
        let told = faults(text);
        assert!(
            told.len() == 1 && told[0].starts_with("6:32 max_provisioned_instances BAD_VALUE"),
            "{told:?}"
        );
    }
}
