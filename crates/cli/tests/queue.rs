//! Showing, changing, importing and exporting queues, word for word.

mod common;

use common::{process::Ran, server::Server, world::Desk};
use serde_json::Value;
use soca_wire::api::QueueSettings;

/// As SOCA 2.6.1 installs it, with what an administrator may have set.
const OLD: &str = r#"# Queues
queue_type:
  compute:
    queues: ["normal", "high"]
    max_running_jobs: 20
    max_provisioned_instances: 30
    queue_mode: "fairshare"
    allowed_users: []
    excluded_users: ["eve"]
    allowed_instance_types: ["c5", "m5.large"]
    excluded_instance_types: ["c5.24xlarge"]
    restricted_parameters: ["instance_ami"]
    instance_ami: "ami-0123456789abcdef0"
    instance_type: "c5.large"
    ht_support: "false"
    root_size: "10"
    system_metrics: "False"
  test:
    queues: ["test"]
    queue_mode: fifo
    allowed_users: ["ann", "cn=cfd,ou=Group,dc=soca,dc=local"]
    excluded_users: []
    instance_type: "c5.large"
    spot_price: auto
"#;

/// As the newer releases have it.
const NEW: &str = r#"queue_type:
  compute:
    queues: ["normal"]
    allowed_users: ["*"]
    excluded_users: []
    allowed_instance_types: ["*"]
    scaling_mode: "single_job"
    allowed_security_group_ids: ["sg-0abc1234"]
    allowed_instance_profiles: ["cfd"]
    base_os: "amazonlinux2023"
    instance_types: "c6i.large"
    nested_virtualization: false
    fsx_lustre: "true"
    fluent_lic_count: 1
  job-shared:
    queues: ["job-shared"]
    scaling_mode: "multiple_jobs"
    terminate_when_idle: 3
    instance_types: "c6i.large+c6i.xlarge"
    ht_support: "true"
  alwayson:
    queues: ["alwayson"]
    terminate_when_idle: "0"
"#;

fn cluster() -> (Server, Desk) {
    let server = Server::start();
    server.state().admin = true;
    let desk = Desk::at(&server);
    (server, desk)
}

/// Everything a run printed, without what changes from run to run.
fn seen(server: &Server, desk: &Desk, args: &[&str], input: &str) -> String {
    let args: Vec<&str> = [&["soca", "queue"], args].concat();
    let Ran { status, out, err } = desk.run_with(&args, input).0;
    let text = format!("$ {}\n{out}--- stderr\n{err}--- status {status}\n", args.join(" "));
    text.replace(&server.url(), "https://soca.example.org")
}

fn changes(server: &Server) -> usize {
    server.state().requests.iter().filter(|request| request.method != "GET").count()
}

macro_rules! seen {
    ($($name:ident: $args:expr, $input:expr;)*) => {$(
        #[test]
        fn $name() {
            let (server, desk) = cluster();
            insta::assert_snapshot!(seen(&server, &desk, &$args, $input));
        }
    )*};
}

seen! {
    show: ["show", "normal"], "";
    show_unknown: ["show", "nowhere"], "";
    set: ["set", "normal", "max_running_jobs=50", "max_walltime=", "per_user.running_jobs=4",
        "defaults.walltime=1:0:0", "excluded_users=eve,group:guests", "description=Everyday work."], "";
    set_to_the_same: ["set", "normal", "max_running_jobs=2"], "";
    set_new: ["set", "nights", "--create", "start_windows=mon-fri 19:00-07:00,sat,sun 00:00-24:00", "priority=-5",
        "reservations=cfd:8:2026-12-01T00:00:00Z/2026-12-24T00:00:00Z"], "";
    set_uncreated: ["set", "nights", "priority=5"], "";
    set_unknown_key: ["set", "normal", "max_runing_jobs=50"], "";
    set_no_value: ["set", "normal", "max_running_jobs"], "";
    set_what_cannot_be: ["set", "normal", "scaling_mode=multiple_jobs", "allowed_users=Ann B"], "";
    remove: ["remove", "long"], "";
    import_old_dry: ["import", "-", "--dry-run"], OLD;
    import_new: ["import", "-"], NEW;
    import_new_in_part: ["import", "-", "--skip-unsupported"], NEW;
    import_wrong: ["import", "-"], "queue_type:\n  a:\n    queues: [\"q\"]\n    instance_type: c5\n    walltime: 1:99:0\n    \
        allowed_users: [\"cn=Wing\\\\, Left,ou=Group\"]\n    terminate_when_idle: 3\n";
    import_unlike_its_own_rules: ["import", "-"], "queue_type:\n  a:\n    queues: [\"q\", \"r\"]\n    \
        instance_type: c5.large\n    allowed_instance_types: [\"m5\"]\n";
    import_bad_json: ["import", "-"], "{\"queues\": [{\"name\": \"q\",\n \"max_runing_jobs\": 3}]}";
    import_wrong_json: ["import", "-"], "{\"queues\": [{\"name\": \"q\", \"scaling_mode\": \"multiple_jobs\"}, \
        {\"name\": \"q\", \"queue_mode\": \"lifo\"}]}";
}

#[test]
fn list_is_the_list_of_queues() {
    let (_server, desk) = cluster();
    assert_eq!(desk.run(&["soca", "queue", "list"]), desk.run(&["soca", "queues"]));
}

#[test]
fn nothing_is_sent_when_anything_is_wrong_or_in_a_dry_run_p11() {
    let (server, desk) = cluster();
    for (args, input) in [
        (&["import", "-"][..], NEW),
        (&["import", "-", "--dry-run"], OLD),
        (&["import", "-"], "\0"),
        (&["set", "normal", "max_running_jobs=5", "max_runing_jobs=50"], ""),
    ] {
        desk.run_with(&[&["soca", "queue"], args].concat(), input);
    }
    assert_eq!(changes(&server), 0);
}

#[test]
fn only_administrators_change_queues_p9() {
    let (server, desk) = cluster();
    server.state().admin = false;
    for args in [&["set", "normal", "priority=1"][..], &["remove", "long"], &["import", "-"]] {
        let ran = desk.run_with(&[&["soca", "queue"], args].concat(), OLD).0;
        assert!(ran.status == 1 && ran.err.contains("error[ADMIN_ONLY]"), "{args:?}: {}", ran.err);
    }
    assert_eq!(desk.run(&["soca", "queue", "show", "normal"]).status, 0);
}

#[test]
fn an_import_is_done_once_and_keeps_what_its_file_cannot_say() {
    let (server, desk) = cluster();
    assert_eq!(desk.run_with(&["soca", "queue", "import", "-"], OLD).0.status, 0);
    assert_eq!(changes(&server), 3);
    let normal = server.state().queues[0].clone();
    assert_eq!((normal.max_running_jobs, normal.queue_mode.as_str()), (Some(20), "fairshare_soca"));
    assert_eq!((normal.per_user.running_jobs, normal.max_walltime.as_deref()), (Some(1), Some("48:00:00")));
    assert_eq!(normal.defaults["instance_ami"], "ami-0123456789abcdef0");
    let ran = desk.run_with(&["soca", "queue", "import", "-", "--quiet"], OLD).0;
    assert_eq!((ran.status, ran.out.as_str(), changes(&server)), (0, "", 3), "nothing is left to change");
}

#[test]
fn an_export_imports_into_another_cluster_as_it_was() {
    let (server, desk) = cluster();
    desk.run_with(&["soca", "queue", "import", "-"], OLD);
    desk.run(&[
        "soca",
        "queue",
        "set",
        "nights",
        "--create",
        "start_windows=mon-fri 19:00-07:00",
        "per_project.vcpus=64",
        "reservations=cfd:8:2026-12-01T00:00:00Z/2026-12-24T00:00:00Z",
    ]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queues.json");
    let file = file.to_str().unwrap();
    assert_eq!(desk.run(&["soca", "queue", "export", file]).status, 0);
    let (other, there) = cluster();
    assert_eq!(there.run(&["soca", "queue", "import", file]).status, 0);
    let sorted = |server: &Server| {
        let mut queues: Vec<QueueSettings> = server.state().queues.clone();
        queues.sort_by(|a, b| a.name.cmp(&b.name));
        queues
    };
    assert_eq!(sorted(&server), sorted(&other));
    let printed = desk.run(&["soca", "queue", "export"]).out;
    assert_eq!(std::fs::read_to_string(file).unwrap(), printed);
}

#[test]
fn json_is_one_object_a_run() {
    let (_server, desk) = cluster();
    for (args, field) in [
        (&["show", "normal"][..], "name"),
        (&["set", "normal", "priority=1"], "name"),
        (&["export"], "queues"),
        (&["import", "-", "--dry-run"], "queues"),
        (&["remove", "long"], "name"),
    ] {
        let ran = desk.run_with(&[&["soca", "--json", "queue"], args].concat(), OLD).0;
        let object: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{args:?}: {e}"));
        assert!(!object[field].is_null() && ran.status == 0, "{args:?}: {}", ran.err);
    }
}

#[test]
fn an_import_that_breaks_off_says_how_far_it_came() {
    let (server, desk) = cluster();
    let file = r#"{"queues": [{"name": "a"}, {"name": "b"}, {"name": "locked"}]}"#;
    let ran = desk.run_with(&["soca", "queue", "import", "-"], file).0;
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.starts_with("Changed before: 2 queues. Import the file again to go on.\n"),
        "{}",
        ran.err
    );
    assert_eq!(server.state().queues.len(), 4);
}
