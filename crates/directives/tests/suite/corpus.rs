//! Real headers: the workload data beside the checkout, where it is present.

use soca_directives::read_script;
use std::{collections::BTreeMap, fs, path::Path};

#[test]
fn real_headers_are_read_or_refused_with_places_p11() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/scripts");
    let Ok(entries) = fs::read_dir(&folder) else {
        return println!("The workload data is not there: nothing to read.");
    };
    let (mut read, mut accepted, mut templates, mut codes) = (0, 0, 0, BTreeMap::new());
    for path in entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "pbs")) {
        let mut script = fs::read(&path).unwrap();
        script.extend_from_slice(b"\necho a fake command\n");
        read += 1;
        match read_script(&script) {
            Ok(_) => accepted += 1,
            Err(faults) => {
                assert!(!faults.is_empty() && faults.iter().all(|f| f.place.is_some()), "{}", path.display());
                templates += u32::from(faults.iter().any(|f| f.message.contains("placeholder")));
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                for fault in &faults {
                    let place = fault.place.as_ref().unwrap();
                    println!("{name}:{}:{}: {fault}", place.line, place.column);
                    *codes.entry(fault.code).or_insert(0) += 1;
                }
            }
        }
    }
    println!(
        "{accepted} of {read} real headers are accepted, {templates} are templates not filled in; faults: {codes:?}"
    );
}
