//! Real servers' output: the samples beside the checkout, where they are present.

use soca_domain::Code;
use soca_license_servers::{ServerKind, ServerStatus, Total, read};
use std::{fs, path::Path};

/// A sample of a kind, by its file's name: `flexlm_output_2.txt`, `another_rlm_output.txt`.
fn kind(name: &str) -> ServerKind {
    let found = ServerKind::ALL.iter().find(|kind| name.contains(kind.as_str()));
    *found.unwrap_or_else(|| panic!("{name} is of no known kind"))
}

fn samples() -> Option<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/licence-servers");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("The samples of license servers are not there: nothing to read.");
        return None;
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let texts = paths.filter(|path| path.extension().is_some_and(|end| end == "txt"));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut samples: Vec<_> = texts.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect();
    samples.sort();
    Some(samples)
}

fn summary(status: &ServerStatus) -> String {
    let feature = |(name, f): (&String, &soca_license_servers::Feature)| {
        format!(
            "{name} {:?} in use {} reserved {} held by {}",
            f.total,
            f.in_use,
            f.reserved,
            f.checkouts.len()
        )
    };
    let features: Vec<String> = status.features.iter().map(feature).collect();
    format!("{}; warnings {:?}", features.join("; "), status.warnings)
}

#[test]
fn real_outputs_are_read_and_bad_ones_are_faults() {
    for (name, text) in samples().unwrap_or_default() {
        match read(kind(&name), &text) {
            Ok(status) => {
                println!("{name}: {}", summary(&status));
                assert!(!name.contains("_bad") && !status.features.is_empty(), "{name}");
                check(&name, &status);
            }
            Err(fault) => {
                println!("{name}: {fault}");
                assert!(name.contains("_bad") && fault.code == Code::LicenseServerDown, "{name}: {fault}");
            }
        }
    }
}

/// What holds of every sample: all that is in use is in the list of checkouts, and nothing is unknown. One sample of
/// LS-DYNA's was made by hand and has programs with neither free licenses nor users.
fn check(name: &str, status: &ServerStatus) {
    for (feature, found) in &status.features {
        let held: u32 = found.checkouts.iter().map(|c| c.count).sum();
        assert!(held == found.in_use || name == "lsdyna_output_no_licenses.txt", "{name}: {feature}");
        assert!(!matches!(found.total, Total::Unknown(_)), "{name}: {feature}");
    }
}

#[test]
fn real_outputs_have_the_numbers_that_people_read_in_them() {
    let Some(samples) = samples() else { return };
    let known: &[(&str, &str, u32, u32, usize)] = &[
        ("flexlm_output.txt", "TESTFEATURE", 1000, 93, 3),
        ("flexlm_output_2.txt", "TEST_FEATURE", 42_800, 1600, 3),
        ("flexlm_output_3.txt", "ccmppower", 40, 3, 3),
        ("flexlm_output_4.txt", "MSCONE", 750, 18, 6),
        ("flexlm_output_5.txt", "ADAMSTK_GG_Solver", 6, 1, 1),
        ("rlm_output.txt", "converge_super", 1000, 93, 3),
        ("another_rlm_output.txt", "powercase", 5, 3, 3),
        ("lmx_output.txt", "GlobalZoneEU", 1_000_003, 40_000, 2),
        ("lsdyna_output.txt", "MPPDYNA", 500, 440, 6),
        ("olicense_output.txt", "ftire_adams", 4, 3, 3),
        ("dsls_output.txt", "SRU", 2374, 1559, 3),
    ];
    for (file, name, total, in_use, checkouts) in known {
        let (_, text) = samples.iter().find(|(known, _)| known == file).expect("the sample is there");
        let status = read(kind(file), text).unwrap();
        let feature = status.feature(name).unwrap();
        assert_eq!(feature.total, Total::Counted(*total), "{file}");
        assert_eq!((feature.in_use, feature.checkouts.len()), (*in_use, *checkouts), "{file}");
    }
}
