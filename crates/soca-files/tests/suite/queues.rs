//! What good queue files mean.

use crate::samples::{self, QUEUES_27, QUEUES_261, QUEUES_NEW};
use soca_files::{Principal, TypeRule, read_queue_mapping};

#[test]
fn as_of_2_6_1() {
    insta::assert_debug_snapshot!(read_queue_mapping(QUEUES_261).unwrap());
}

#[test]
fn as_of_2_7() {
    insta::assert_debug_snapshot!(read_queue_mapping(QUEUES_27).unwrap());
}

#[test]
fn as_of_24_10() {
    insta::assert_debug_snapshot!(read_queue_mapping(QUEUES_NEW).unwrap());
}

#[test]
fn files_as_installed_have_no_warnings() {
    for text in samples::QUEUES {
        assert_eq!(read_queue_mapping(text).unwrap().warnings, [], "{text}");
    }
}

#[test]
fn windows_line_ends_change_nothing() {
    for text in samples::QUEUES {
        assert_eq!(read_queue_mapping(&text.replace('\n', "\r\n")), read_queue_mapping(text));
    }
}

#[test]
fn the_stars_mean_everything() {
    let mapping = read_queue_mapping(QUEUES_NEW).unwrap();
    assert_eq!(mapping.sections[0].allowed_users, [Principal::Everyone]);
    assert_eq!(mapping.sections[0].allowed_instance_types, [TypeRule::All]);
}

#[test]
fn sections_may_share_by_anchor_and_merge() {
    let text = "
common: &common
  instance_type: c5.large
  max_running_jobs: 5
queue_type:
  a:
    <<: *common
    queues: &queues [\"q1\"]
    max_running_jobs: 9
  b: {<<: [*common], queues: [\"q2\"]}
";
    let mapping = read_queue_mapping(text).unwrap();
    let limits: Vec<Option<u32>> = mapping.sections.iter().map(|s| s.max_running_jobs).collect();
    assert_eq!(limits, [Some(9), Some(5)]);
    for section in &mapping.sections {
        let default = &section.defaults[0];
        assert_eq!((default.value.as_str(), default.line, default.column), ("c5.large", 3, 18));
    }
}

#[test]
fn values_come_out_as_written() {
    let value = |written: &str| {
        let text = format!("queue_type:\n  a:\n    queues: [\"q\"]\n    tags: {written}\n");
        read_queue_mapping(&text).unwrap().sections[0].defaults[0].value.clone()
    };
    for (written, meant) in [
        ("yes", "yes"),
        ("True", "True"),
        ("1.50", "1.50"),
        ("'a: b'", "a: b"),
        ("\"null\"", "null"),
        ("\"\"", ""),
        ("12:30:00", "12:30:00"),
        ("a # comment", "a"),
        ("!!str 5", "5"),
        ("|\n      a\n      b", "a\nb\n"),
    ] {
        assert_eq!(value(written), meant, "{written}");
    }
}
