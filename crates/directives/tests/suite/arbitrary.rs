//! Whatever the bytes, the reader answers, and its faults point into the script.

use proptest::prelude::*;
use soca_directives::{read_options, read_script};
use soca_domain::Fault;

/// Every fault points at a character of the script, or just behind the end of a line.
fn check_places(bytes: &[u8], faults: &[Fault]) -> Result<(), TestCaseError> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    prop_assert!(!faults.is_empty());
    for fault in faults {
        let place = fault.place.as_ref().expect("a script's fault has a place");
        let line = lines.get(place.line as usize - 1).copied();
        let length = line.expect("the line is there").chars().count();
        prop_assert!(place.column >= 1 && place.column as usize <= length + 1, "{fault:?} in {text:?}");
        prop_assert!(!fault.message.is_empty() && !fault.remedy.is_empty());
    }
    Ok(())
}

fn fragment() -> impl Strategy<Value = String> {
    let words = [
        "-l",
        "-N",
        "-h",
        "-W",
        "-v",
        "-o",
        "--",
        "--nodes",
        "--hold=",
        "-lselect=",
        "select=",
        "nodes=",
        ":ppn=",
        ":ncpus=",
        "+",
        ",",
        "=",
        "walltime=",
        "1:00",
        "2",
        "instance_type=",
        "c6i.large",
        "depend=",
        "afterok:1",
        "umask=",
        "'",
        "\"",
        "#",
        "{{",
        "}}",
        "{%",
        "%}",
        "$X",
        " ",
        "\t",
        "\r",
        "é",
        "spot_price=auto",
        "place=",
        "excl",
        "\\",
        "-",
        "=x",
    ];
    prop_oneof![3 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn line() -> impl Strategy<Value = String> {
    let marker = prop::sample::select(vec![
        "#PBS ",
        "#SOCA ",
        "#PBS",
        "  #SOCA --",
        "#SBATCH ",
        "",
        "# PBS -",
        "#!",
        ":",
    ]);
    (marker, prop::collection::vec(fragment(), 0..9))
        .prop_map(|(marker, rest)| marker.to_owned() + &rest.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(faults) = read_script(&bytes) {
            check_places(&bytes, &faults)?;
        }
    }

    #[test]
    fn anything_like_a_script_is_read_or_refused(lines in prop::collection::vec(line(), 0..6)) {
        let script = lines.join("\n") + "\ndate\n";
        if let Err(faults) = read_script(script.as_bytes()) {
            check_places(script.as_bytes(), &faults)?;
        }
    }

    #[test]
    fn any_arguments_are_read_or_refused(args in prop::collection::vec(fragment(), 0..8)) {
        if let Err(faults) = read_options(&args) {
            prop_assert!(faults.iter().all(|f| f.place.is_none()));
        }
    }
}

/// The best of several readings of one long line with this unit, per character.
fn cost_per_character(unit: &str, length: usize) -> f64 {
    let line = format!("#PBS -l {}\n", unit.repeat(length / unit.len()));
    let script = line + "date\n";
    let read = || {
        let started = std::time::Instant::now();
        let _ = read_script(script.as_bytes());
        started.elapsed().as_secs_f64()
    };
    (0..7).map(|_| read()).fold(f64::INFINITY, f64::min) / length as f64
}

#[test]
fn hostile_scripts_cost_in_proportion_to_their_length() {
    // Each of these would be slow if some step looked at the rest of the line for every character of it: a character
    // of a line sixteen times as long would then cost sixteen times as much.
    for unit in ["{{", "{%", "$(", "a,", "-", "1+", "ncpus=1+", "'", "x=,", "-z", "+c=1:", "%a"] {
        let growth = cost_per_character(unit, 16_000) / cost_per_character(unit, 1_000);
        assert!(growth < 8.0, "{unit:?}: a character costs {growth} times as much in the longer line");
    }
}
