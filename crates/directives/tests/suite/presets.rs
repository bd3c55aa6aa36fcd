//! What queues preset: read by name and value, and written so that it reads back.

use soca_directives::{Preset, check_parameter, preset_name, read_presets, write_presets};
use soca_domain::{Code, memory::MemoryMib, request::Resources};

fn preset<'a>(name: &'a str, value: &'a str, line: u32) -> Preset<'a> {
    Preset { name, value, line, column: 7 }
}

#[test]
fn what_cannot_be_preset_is_refused_by_name_and_place_p11() {
    let bad = [
        ("walltime", "1:99:0", Code::BadWalltime),
        ("instance_type", "c6i", Code::BadValue),
        ("instance_tpye", "c6i.large", Code::UnknownResource),
        ("queue", "normal", Code::UnknownResource),
        ("name", "x", Code::UnknownResource),
        ("fsx_lustre", "true", Code::UnsupportedDirective),
        ("fluent_lic_count", "1", Code::UnsupportedDirective),
        ("ompthreads", "4", Code::UnsupportedDirective),
        ("ht_support", "", Code::BadValue),
        ("nodes", "0", Code::BadCount),
    ];
    for (line, (name, value, code)) in (1..).zip(bad) {
        let faults = read_presets(&[preset(name, value, line)]).unwrap_err();
        let place = faults[0].place.as_ref().unwrap();
        assert_eq!((faults[0].code, place.line, place.column), (code, line, 7), "{name}");
    }
    let all: Vec<Preset<'_>> = bad.iter().map(|(name, value, _)| preset(name, value, 0)).collect();
    let faults = read_presets(&all).unwrap_err();
    assert!(faults.len() == bad.len() && faults.iter().all(|fault| fault.place.is_none()));
}

#[test]
fn what_is_left_out_or_said_twice_is_warned_of() {
    let read = read_presets(&[
        preset("system_metrics", "true", 3),
        preset("instance_type", "c6i.large", 4),
        preset("instance_types", "m5.large", 5),
    ]);
    let read = read.unwrap();
    let lines: Vec<u32> = read.warnings.iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [3, 5]);
    let faults = read.strict().unwrap_err();
    assert!(faults.iter().all(|f| f.code == Code::BadValue && f.place.is_some()) && faults.len() == 2);
}

#[test]
fn names_are_known_or_suggested() {
    for known in ["instance_type", "instance_types", "ppn", "fsx_lustre", "fluent_lic_count", "compute_node"]
    {
        assert_eq!(check_parameter(known), Ok(()), "{known}");
    }
    for (name, written) in [("instance_types", "instance_type"), ("ppn", "mpiprocs"), ("a_lic_b", "a_lic_b")]
    {
        assert_eq!(preset_name(name), Ok(written));
    }
    assert_eq!(check_parameter("walltme").unwrap_err().remedy, "Did you mean walltime?");
}

#[test]
fn presets_read_back_as_they_were_written() {
    let sets: [&[(&str, &str)]; 6] = [
        &[],
        &[("instance_type", "c6i.large+c6i.xlarge"), ("walltime", "1:0:0"), ("ht_support", "False")],
        &[("select", "4:ncpus=8:mem=16gb:mpiprocs=2"), ("place", "excl"), ("subnet_id", "2")],
        &[("subnet_ids", "subnet-0123abcd+subnet-4567abcd"), ("spot_price", "0.085"), ("root_size", "10")],
        &[
            ("spot_price", "auto"),
            ("spot_allocation_count", "3"),
            ("spot_allocation_strategy", "optimized"),
            ("scratch_size", "100"),
            ("scratch_iops", "3000"),
            ("keep_ebs", "no"),
            ("efa_support", "yes"),
            ("placement_group", "true"),
        ],
        &[
            ("base_os", "rocky9"),
            ("instance_ami", "ami-0123456789abcdef0"),
            ("instance_profile", "arn:aws:iam::111122223333:instance-profile/a"),
            ("security_groups", "sg-0123abcd+sg-4567abcd"),
            ("capacity_reservation_id", "cr-0123456789abcdef0"),
            ("place", "pack:shared"),
        ],
    ];
    for set in sets {
        let presets: Vec<Preset<'_>> = set.iter().map(|(name, value)| preset(name, value, 0)).collect();
        let read = read_presets(&presets).unwrap().resources;
        let written = write_presets(&read);
        let again: Vec<Preset<'_>> = written.iter().map(|(name, value)| preset(name, value, 0)).collect();
        assert_eq!(read_presets(&again).unwrap().resources, read, "{written:?}");
    }
}

#[test]
fn counts_are_for_each_node() {
    let read = read_presets(&[preset("nodes", "4", 0), preset("ncpus", "8", 0), preset("mem", "16gb", 0)]);
    let expected =
        Resources { nodes: Some(4), ncpus: Some(8), memory: Some(MemoryMib(16_384)), ..Resources::default() };
    assert_eq!(read.unwrap().resources, expected);
}
