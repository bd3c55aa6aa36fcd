//! Reading scripts without a cluster, and what else works without one.

mod common;

use common::process::Rig;
use serde_json::Value;

#[test]
fn a_good_script_is_shown_as_it_is_read() {
    let rig = Rig::new();
    rig.script("job.sh", "#!/bin/bash\n#PBS -N sim -l select=2:ncpus=36\n#SOCA --walltime=4:00:00\ndate\n");
    let ran = rig.run(&["script", "check", "job.sh"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
    let ran = rig.run(&["script", "check", "job.sh", "--json"]);
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&object["request"]["name"], &object["request"]["resources"]["nodes"]),
        (&"sim".into(), &2.into())
    );
}

#[test]
fn a_bad_script_is_told_where_it_is_bad() {
    let rig = Rig::new();
    rig.script("job.sh", "#PBS -l walltime=x\n#PBS -I\ndate\n");
    let ran = rig.run(&["script", "check", "job.sh"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    insta::assert_snapshot!(ran.err);
    let ran = rig.run(&["script", "check", "--json", "job.sh"]);
    let object: Value = serde_json::from_str(&ran.out).unwrap();
    let second = &object["unsupported"][1];
    assert_eq!(
        (ran.status, &second["line"], &second["code"]),
        (1, &2.into(), &"UNSUPPORTED_DIRECTIVE".into())
    );
    for field in ["column", "name", "message", "remedy"] {
        assert!(!second[field].is_null(), "{field}");
    }
}

#[test]
fn standard_input_binaries_and_missing_files_are_handled() {
    let rig = Rig::new();
    assert_eq!(rig.run_with(&["script", "check", "-"], "date\n").status, 0);
    rig.script("binary", "\0");
    assert!(rig.run(&["script", "check", "binary"]).err.starts_with("error[BINARY_SCRIPT]: "));
    assert!(rig.run(&["script", "check", "missing"]).err.starts_with("error[FILE_UNREADABLE]: "));
}

#[test]
fn version_and_completions_need_no_cluster() {
    let rig = Rig::new();
    assert_eq!(rig.run(&["version"]).out, concat!("soca ", env!("CARGO_PKG_VERSION"), "\n"));
    for shell in ["bash", "zsh", "fish"] {
        let ran = rig.run(&["completions", shell]);
        assert!(ran.status == 0 && ran.out.contains("explain"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let rig = Rig::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = rig.command(env!("CARGO_BIN_EXE_soca"));
    let status = command.args(["completions", "bash"]).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(141));
}
