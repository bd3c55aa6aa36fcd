//! Feeds arbitrary bytes to the reader of job scripts: no panic, and every fault points into the script.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Err(faults) = soca_directives::read_script(bytes) else { return };
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    assert!(!faults.is_empty());
    for fault in &faults {
        let place = fault.place.as_ref().expect("a script's fault has a place");
        let line = lines.get(place.line as usize - 1).expect("the line is there");
        let length = line.chars().count();
        assert!((1..=length + 1).contains(&(place.column as usize)), "{fault:?}");
    }
});
