//! Command-line options, alone and over a script.

use soca_directives::{read_job, read_options};
use soca_domain::{Code, memory::MemoryMib, request::Join};

fn args(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn options_end_at_the_first_operand() {
    let options = read_options(&args("-N a -lnodes=2:ppn=4 --walltime=60 -- run.sh -x")).unwrap();
    assert_eq!((options.operands, options.request.resources.nodes), (args("run.sh -x"), Some(2)));
    assert_eq!(read_options(&args("-h run.sh -N b")).unwrap().operands, args("run.sh -N b"));
    assert_eq!(options.places.get("name").map(|p| (p.line, p.column)), Some((0, 2)));
}

#[test]
fn an_argument_may_have_blanks() {
    let options = read_options(&["-v".into(), "A=x y,B='1,2'".into()]).unwrap();
    assert_eq!(options.request.environment.variables[0], ("A".into(), Some("x y".into())));
}

#[test]
fn the_command_line_wins_without_warnings() {
    let script = b"#PBS -N a -j oe -l select=2:ncpus=8:mem=4gb,walltime=60\n#PBS -v A=1\ndate";
    let parsed = read_job(script, &args("-N b -j n -l select=4:ncpus=2 -r n")).unwrap();
    let r = parsed.request;
    assert_eq!((r.name.unwrap().as_str(), r.output.join, r.rerunnable), ("b", Join::Separate, Some(false)));
    assert_eq!(
        (r.resources.nodes, r.resources.ncpus, r.resources.memory),
        (Some(4), Some(2), None::<MemoryMib>)
    );
    assert_eq!((r.resources.walltime.unwrap().as_secs(), r.environment.variables.len()), (60, 1));
    assert!(parsed.warnings.is_empty(), "{:?}", parsed.warnings);
    assert_eq!(parsed.places.get("nodes").unwrap().line, 0);
    assert_eq!(parsed.places.get("walltime").unwrap().line, 1);
}

#[test]
fn rules_between_parameters_are_checked_on_the_result() {
    let script = b"#PBS -l spot_allocation_strategy=diversified\ndate";
    assert!(read_job(script, &args("-l spot_price=auto")).is_ok());
    let faults = read_job(script, &[]).unwrap_err();
    assert_eq!(faults[0].code, Code::ConflictingParameters);
    let faults = read_job(b"#PBS -l spot_price=auto\ndate", &args("-l capacity_reservation_id=cr-1a2b3c4d"))
        .unwrap_err();
    assert_eq!((faults[0].code, &faults[0].place), (Code::ConflictingParameters, &None));
}

#[test]
fn faults_of_options_come_after_the_scripts_and_name_the_option() {
    let faults = read_job(b"#PBS -l nodes=0\ndate", &args("--ht-support=maybe --nodes -N x y")).unwrap_err();
    let told: Vec<_> = faults.iter().map(|f| (f.place.is_some(), f.message.as_str())).collect();
    let expected = [
        (true, "nodes cannot be \"0\"."),
        (false, "--ht-support cannot be \"maybe\"."),
        (false, "--nodes has no value."),
        (false, "\"y\" is not an option."),
    ];
    assert_eq!(told, expected);
}
