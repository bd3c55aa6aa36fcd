//! soca under the names of PBS's commands, as programs that call them see it.

mod common;

use common::process::Rig;

#[test]
fn qsub_prints_the_id_and_nothing_else() {
    let rig = Rig::signed_in();
    rig.script("job.sh", "#PBS -N sim\ndate\n");
    let ran = rig.run_as("qsub", &["-l", "walltime=1:0:0", "job.sh"], "");
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "1042.soca\n", ""));
    let ran = rig.run_as("qsub", &["-J", "1-3", "job.sh"], "");
    assert_eq!(ran.out, "1043[].soca\n");
    assert_eq!(rig.run(&["qsub", "job.sh"]).out, "1044.soca\n");
    assert_eq!(
        rig.run_as("qsub", &["-z", "job.sh"], ""),
        common::process::Ran { status: 0, out: String::new(), err: String::new() }
    );
}

#[test]
fn qsub_reads_standard_input_without_a_file() {
    let rig = Rig::signed_in();
    let ran = rig.run_as("qsub", &["-N", "typed"], "date\n");
    assert_eq!((ran.status, ran.out.as_str()), (0, "1042.soca\n"), "{}", ran.err);
    assert_eq!(rig.run_as("qsub", &["-"], "date\n").out, "1043.soca\n");
    let state = rig.server.state();
    assert_eq!(
        (state.jobs[&1042].job.name.as_str(), state.jobs[&1043].job.name.as_str()),
        ("typed", "STDIN")
    );
}

#[test]
fn qsub_blocks_if_told_to_and_takes_over_the_status() {
    let rig = Rig::signed_in();
    rig.script("job.sh", "echo hello\nexit 5\n");
    let ran = rig.run_as("qsub", &["-W", "block=true", "job.sh"], "");
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (5, "1042.soca\n", ""));
    rig.script("blocks.sh", "#PBS -W block=true\nexit 6\n");
    assert_eq!(rig.run_as("qsub", &["blocks.sh"], "").status, 6);
    assert_eq!(rig.run_as("qsub", &["-Wblock=false", "job.sh"], "").status, 0);
}

#[test]
fn qsub_complains_under_its_own_name() {
    let rig = Rig::signed_in();
    rig.script("job.sh", "#PBS -l walltime=x\ndate\n");
    let ran = rig.run_as("qsub", &["job.sh"], "");
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.starts_with("qsub: error[BAD_WALLTIME]: ") && ran.err.contains("\n  at job.sh:1:"),
        "{}",
        ran.err
    );
    assert_eq!(rig.run_as("qsub", &["-I"], "").status, 1);
}

#[test]
fn qstat_and_qdel_work_on_what_qsub_made() {
    let rig = Rig::signed_in();
    rig.run_as("qsub", &["-N", "sim"], "date\n");
    let ran = rig.run_as("qstat", &[], "");
    assert!(
        ran.out
            .ends_with("1042.soca         sim              alice                    0 Q normal          \n"),
        "{}",
        ran.out
    );
    let ran = rig.run_as("qdel", &["1042.soca"], "");
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert_eq!(rig.run_as("qstat", &[], "").out, "");
    let ran = rig.run_as("qdel", &["1042"], "");
    assert_eq!((ran.status, ran.err.as_str()), (35, "qdel: Job has finished 1042.soca\n"));
    let ran = rig.run_as("qstat", &["99"], "");
    assert_eq!((ran.status, ran.err.as_str()), (153, "qstat: Unknown Job Id 99.soca\n"));
    assert!(rig.run_as("qstat", &["-x", "1042"], "").out.contains(" F normal"));
}

#[test]
fn pbs_commands_without_a_sign_in_say_so() {
    let rig = Rig::new();
    let ran = rig.run_as("qstat", &[], "");
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("qstat: error[NO_ENDPOINT]: "), "{}", ran.err);
}

#[test]
fn qdel_of_elements_and_of_nonsense_is_refused() {
    let rig = Rig::signed_in();
    rig.server.add("date", &["-J", "1-3"]);
    for (id, complaint) in [
        ("1042[2]", "qdel: soca cancels whole arrays only: qdel 1042[]\n"),
        ("x", "qdel: illegally formed job identifier: x\n"),
    ] {
        let ran = rig.run_as("qdel", &[id], "");
        assert_eq!((ran.status, ran.err.as_str()), (1, complaint));
    }
    assert_eq!(rig.run_as("qdel", &["99", "1042[]"], "").status, 153);
    assert!(rig.server.state().jobs[&1042].job.ended);
}
