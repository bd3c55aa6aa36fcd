//! Whatever the bytes, the readers answer; and quickly.

use crate::samples;
use proptest::prelude::*;
use soca_domain::Code;
use soca_license_servers::{ServerKind, read};

/// Reads a text as every kind of server's.
fn read_all(text: &str) -> Result<(), TestCaseError> {
    for kind in ServerKind::ALL {
        match read(*kind, text) {
            Ok(status) => {
                prop_assert!(status.warnings.len() <= 100);
                for feature in status.features.values() {
                    feature.available(&[], 1);
                }
            }
            Err(fault) => {
                prop_assert!(matches!(fault.code, Code::LicenseServerDown | Code::LicenseStatusUnreadable));
                prop_assert!(!fault.message.is_empty() && !fault.remedy.is_empty());
                prop_assert!(!fault.message.contains(['\n', '\u{7}']), "{:?}", fault.message);
            }
        }
    }
    Ok(())
}

/// A sample with a stretch of it replaced.
fn mutated() -> impl Strategy<Value = String> {
    let bytes = prop::collection::vec(any::<u8>(), 0..12);
    (prop::sample::select(samples::ALL.to_vec()), any::<prop::sample::Index>(), 0..40_usize, bytes).prop_map(
        |((_, text), at, length, bytes)| {
            let mut changed = text.as_bytes().to_vec();
            let at = at.index(changed.len());
            let end = (at + length).min(changed.len());
            changed.splice(at..end, bytes);
            String::from_utf8_lossy(&changed).into_owned()
        },
    )
}

/// Lines of several samples in any order.
fn shuffled() -> impl Strategy<Value = String> {
    let lines: Vec<&str> = samples::ALL.iter().flat_map(|(_, text)| text.lines()).collect();
    prop::collection::vec(prop::sample::select(lines), 0..40).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_change_to_a_sample_is_read_or_refused(text in mutated()) {
        read_all(&text)?;
    }

    #[test]
    fn any_order_of_lines_is_read_or_refused(text in shuffled()) {
        read_all(&text)?;
    }
}

#[test]
fn hostile_texts_are_read_in_seconds() {
    let started = std::time::Instant::now();
    let units = [
        "Users of a:",
        "Users of a:  (Total of 1 license issued;  Total of 0 licenses in use)\n",
        "    a b (v (v1) (s/1 2), start a, start ",
        "p v1\ncount: 1, inuse: 0\n",
        "p v1: a@b 1/0 at x\n",
        "A 1/1/2030 - 1 1 |\n a 1@b 1\n",
        "a; XFloating; 1; x;\na@b #1\n",
        ": ",
        ",",
        "lic: license server DOWN\n",
        "Feature: a\n1 of 1 license(s) used\n",
        "\u{7}",
    ];
    for unit in units {
        let text = unit.repeat(50_000 / unit.len());
        for kind in ServerKind::ALL {
            let _ = read(*kind, &text);
        }
        let _ = read(ServerKind::LsDyna, &(text + "\nLICENSE GROUP 1 1 1 |\n"));
    }
    let seconds = started.elapsed().as_secs();
    assert!(seconds < 60, "{seconds} s for {} texts", units.len());
}
