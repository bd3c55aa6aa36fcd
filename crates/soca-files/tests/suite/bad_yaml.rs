//! Texts that are not YAML, or more than is sensible: one fault, at its place.

use soca_domain::Code;
use soca_files::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read_license_mapping, read_queue_mapping};

/// The only fault's message and place, which both files must agree on.
fn fault(text: &str) -> (String, u32, u32) {
    let faults = read_queue_mapping(text).unwrap_err();
    let other = read_license_mapping(text).unwrap_err();
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    assert_eq!((fault.code, other[0].code), (Code::ConfigUnreadable, Code::ConfigUnreadable), "{text:.80}");
    assert_eq!(fault.message, other[0].message);
    assert!(!fault.remedy.is_empty());
    let place = fault.place.as_ref().unwrap();
    (fault.message.clone(), place.line, place.column)
}

#[test]
fn what_is_not_yaml_says_where() {
    for (text, line) in [
        ("queue_type:\n  a: [1, 2\n", 2..=3),
        ("queue_type:\n\ta: 1\n", 2..=2),
        ("queue_type:\n  a: \"x\n", 2..=3),
        ("queue_type: {a: 1\n", 1..=2),
        ("a: b: c\n", 1..=1),
        ("a: *nobody\n", 1..=1),
        ("]", 1..=1),
        ("%", 1..=2),
    ] {
        let (message, at, column) = fault(text);
        assert!(line.contains(&at) && column > 0, "{text:?}: {message} at {at}:{column}");
    }
}

#[test]
fn a_second_document_is_refused() {
    let (message, line, _) = fault("queue_type: {}\n---\nqueue_type: {}\n");
    assert_eq!(line, 2);
    assert!(message.contains("more than one document"), "{message}");
}

#[test]
fn too_much_is_refused() {
    assert!(fault(&"#".repeat(MAX_BYTES + 1)).0.contains("1048576"));
    assert!(fault(&format!("a: [{}]", "1,".repeat(MAX_NODES))).0.contains("too large"));
    let deep = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert!(fault(&format!("a: {deep}")).0.contains("deep"));
    assert!(fault(&"[".repeat(100_000)).1 == 1, "flow");
    let mut block = String::new();
    (0..300).for_each(|n| block += &format!("{}a:\n", " ".repeat(n)));
    assert!(fault(&block).0.contains("deep"), "blocks");
}

#[test]
fn aliases_cannot_be_a_bomb() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb += &format!("a{n}: &a{n} [{aliases}]\n");
    }
    assert!(fault(&bomb).0.contains("too large"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 100].join(", "));
    assert!(fault(&long).0.contains("too large"));
    let mut deep = "a0: &a0 [x]\n".to_owned();
    (1..60).for_each(|n| deep += &format!("a{n}: &a{n} [*a{}]\n", n - 1));
    assert!(fault(&deep).0.contains("deep"));
    assert!(fault("a: &a [*a]\n").0.contains("within what it refers to"));
}

#[test]
fn objects_of_programs_are_refused() {
    for bad in ["!!python/object:os.system x", "!mine x", "!!python/name:x [a]"] {
        let (message, line, _) = fault(&format!("queue_type: {bad}\n"));
        assert!(message.contains("tag") && line == 1, "{bad}: {message}");
    }
}

#[test]
fn lists_and_maps_are_no_keys_and_only_maps_are_merged() {
    assert!(fault("queue_type:\n  [a]: b\n").0.contains("cannot be a key"));
    assert!(fault("a: &a 1\nb: {<<: *a}\n").0.contains("<<"));
}
