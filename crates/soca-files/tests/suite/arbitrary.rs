//! Whatever the text, the readers answer; and quickly.

use crate::samples;
use proptest::prelude::*;
use soca_files::{read_license_mapping, read_queue_mapping};
use std::time::Instant;

/// Reads a text as both files; every fault and warning has a place in it.
fn read_both(text: &str) -> Result<(), TestCaseError> {
    let lines = u32::try_from(text.split(['\n', '\r']).count()).unwrap() + 1;
    let is_inside = |line: u32, column: u32| (1..=lines).contains(&line) && column > 0;
    let queues = read_queue_mapping(text).map(|read| read.warnings);
    for read in [queues, read_license_mapping(text).map(|read| read.warnings)] {
        match read {
            Ok(warnings) => {
                prop_assert!(warnings.iter().all(|w| is_inside(w.line, w.column)), "{warnings:?}")
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty() && faults.len() <= 100);
                for fault in &faults {
                    let place = fault.place.as_ref().expect("every fault has a place");
                    prop_assert!(is_inside(place.line, place.column), "{fault:?}");
                    prop_assert!(!fault.message.is_empty() && !fault.remedy.is_empty());
                }
            }
        }
    }
    Ok(())
}

fn sample() -> impl Strategy<Value = &'static str> {
    prop::sample::select([samples::QUEUES, samples::LICENSES].concat())
}

/// A sample with a stretch of it replaced.
fn mutated() -> impl Strategy<Value = String> {
    let with = prop_oneof!["\\PC{0,8}", "[\\[\\]{}:,&*!|>'\"%@`#\\- \t\n]{0,6}"];
    (sample(), any::<prop::sample::Index>(), 0..30_usize, with).prop_map(|(text, at, length, with)| {
        let chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        let end = (at + length).min(chars.len());
        chars[..at].iter().chain(&with.chars().collect::<Vec<_>>()).chain(&chars[end..]).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_both(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn anything_like_yaml_is_read_or_refused(text in "([a-z]{1,3}|[\\[\\]{}:,&*!|>'\"%@`#?~<\\- \t\n]){0,60}") {
        read_both(&text)?;
    }

    #[test]
    fn any_change_to_a_sample_is_read_or_refused(text in mutated()) {
        read_both(&text)?;
    }
}

#[test]
fn hostile_texts_are_read_in_seconds() {
    let units = [
        "[",
        "{",
        "- ",
        "a: ",
        "? ",
        "a:\n",
        "&a ",
        "*a ",
        "!a ",
        "\"",
        "'",
        "|\n",
        "# ",
        "%a\n",
        "---\n",
        "a,",
        "\t",
        "- a\n",
        "a: b\n",
        "{a: b}\n",
        "\\",
        "? a\n",
        "a: &a b\n",
        "<<: {a: b}\n",
        "- - ",
        "[a, ",
        "{? ",
        ": ",
    ];
    for unit in units {
        for start in ["", "queue_type:\n  a: ", "queue_type: [", "queue_type: \""] {
            let text = start.to_owned() + &unit.repeat(50_000 / unit.len());
            let started = Instant::now();
            let _ = (read_queue_mapping(&text), read_license_mapping(&text));
            let seconds = started.elapsed().as_secs_f64();
            assert!(seconds < 5.0, "{unit:?} after {start:?}: {seconds} s");
        }
    }
}
