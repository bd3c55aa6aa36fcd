//! Signing in, staying signed in, signing out, and what happens without.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use common::{process::Rig, world::Desk};
use std::os::unix::fs::PermissionsExt;

fn kept(rig: &Rig) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(rig.credentials()).unwrap()).unwrap()
}

fn edit(rig: &Rig, field: &str, value: serde_json::Value) {
    let mut kept = kept(rig);
    kept["clusters"][rig.server.url()][field] = value;
    std::fs::write(rig.credentials(), kept.to_string()).unwrap();
}

#[test]
fn signing_in_keeps_tokens_for_the_owner_alone() {
    let rig = Rig::signed_in();
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(rig.credentials()), 0o600);
    assert_eq!(mode(rig.credentials().parent().unwrap().to_path_buf()), 0o700);
    let cluster = &kept(&rig)["clusters"][rig.server.url()];
    assert_eq!((&cluster["user"], &cluster["access_token"]), (&"alice".into(), &"access-1".into()));
    let ran = rig.run(&["whoami"]);
    assert_eq!((ran.status, ran.out), (0, format!("alice at {}\n", rig.server.url())));
}

#[test]
fn a_wrong_password_is_refused_and_nothing_is_kept() {
    let rig = Rig::new();
    let url = rig.server.url();
    let ran = rig.run_with(&["login", "--endpoint", &url, "--user", "alice", "--password-stdin"], "wrong\n");
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("error[SIGN_IN_REFUSED]: Incorrect username or password.\n"), "{}", ran.err);
    assert!(!rig.credentials().exists());
}

#[test]
fn on_a_terminal_the_password_is_asked_for_and_a_first_one_replaced() {
    let rig = Rig::new();
    rig.server.state().cognito.must_change = true;
    let mut desk = Desk::at(&rig.server).with("HOME", rig.home.path().to_str().unwrap());
    desk.terminal.input = true;
    desk.answers = vec!["correct horse".into(), "battery staple".into(), "battery staple".into()];
    let (ran, _) = desk.run_with(&["soca", "login"], "alice\n");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.err.contains("horse") && !ran.err.contains("staple"));
    assert_eq!(rig.server.state().cognito.password, "battery staple");
    desk.answers = vec!["battery staple".into()];
    assert_eq!(desk.run(&["soca", "login", "--user", "alice"]).status, 0);
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let rig = Rig::new();
    let ran = rig.run(&["login", "--endpoint", &rig.server.url()]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("Add --user NAME."), "{}", ran.err);
}

#[test]
fn a_token_that_is_over_is_renewed_before_it_is_sent() {
    let rig = Rig::signed_in();
    edit(&rig, "expires_at_ms", 1000.into());
    assert_eq!(rig.run(&["whoami"]).status, 0);
    let cluster = &kept(&rig)["clusters"][rig.server.url()];
    assert_eq!(
        (&cluster["access_token"], &cluster["refresh_token"]),
        (&"access-2".into(), &"refresh-1".into())
    );
    let state = rig.server.state();
    assert!(state.requests.iter().all(|r| r.header("authorization") != "Bearer access-1"));
}

#[test]
fn a_token_that_the_api_calls_over_is_renewed_and_the_request_repeated() {
    let rig = Rig::signed_in();
    rig.server.state().cognito.access_tokens.clear();
    assert_eq!(rig.run(&["whoami"]).status, 0);
    assert_eq!(kept(&rig)["clusters"][rig.server.url()]["access_token"], "access-2");
}

#[test]
fn a_sign_in_that_cannot_be_renewed_is_over() {
    let rig = Rig::signed_in();
    rig.server.state().cognito.refresh_tokens.clear();
    edit(&rig, "expires_at_ms", 1000.into());
    let ran = rig.run(&["list"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (1, "error[SIGN_IN_EXPIRED]: Your sign-in is over.\n  remedy: Sign in again: soca login\n")
    );
}

#[test]
fn signing_out_forgets_the_tokens_here_and_there() {
    let rig = Rig::signed_in();
    assert_eq!(rig.run(&["logout"]).status, 0);
    assert!(rig.server.state().cognito.refresh_tokens.is_empty());
    assert!(!std::fs::read_to_string(rig.credentials()).unwrap().contains("access-1"));
    let ran = rig.run(&["list"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.starts_with("error[NOT_SIGNED_IN]: You are not signed in to http://127.0.0.1:"),
        "{}",
        ran.err
    );
}

#[test]
fn without_a_cluster_the_remedy_is_to_sign_in() {
    let rig = Rig::new();
    let ran = rig.run(&["list"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.err);
}

#[test]
fn tokens_never_go_to_another_cluster() {
    let rig = Rig::signed_in();
    let other = common::server::Server::start();
    let ran = rig.run(&["list", "--endpoint", &other.url()]);
    assert!(ran.err.starts_with("error[NOT_SIGNED_IN]"), "{}", ran.err);
    assert!(other.state().requests.iter().all(|r| r.header("authorization").is_empty()));
}

#[test]
fn an_api_that_cannot_be_reached_is_a_sentence() {
    let rig = Rig::new();
    let mut command = rig.command(env!("CARGO_BIN_EXE_soca"));
    let command = command.args(["list", "--endpoint", "http://127.0.0.1:9"]).env("SOCA_TOKEN", "given-token");
    let ran = common::process::finish(command, "");
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.err);
    let ran = rig.run(&["list", "--endpoint", "soca.example.org"]);
    assert_eq!(ran.status, 2);
}

#[test]
fn replies_that_are_not_the_apis_are_a_sentence() {
    let rig = Rig::signed_in();
    rig.server.state().garbage = Some("<html>It works!</html>".into());
    let ran = rig.run(&["status", "1042"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("error[BAD_REPLY]: The reply of http://127.0.0.1:"), "{}", ran.err);
    rig.server.state().garbage = Some("{\"id\":1042}".into());
    assert!(rig.run(&["status", "1042", "--json"]).out.contains("BAD_REPLY"));
}

#[test]
fn doctor_finds_what_is_wrong() {
    let rig = Rig::signed_in();
    std::fs::set_permissions(rig.credentials(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = rig.run(&["doctor"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("bad  credentials    Others may read "), "{}", ran.out);
    assert!(ran.out.contains("  remedy: Sign in again with soca login, which mends it.\n"), "{}", ran.out);
    let ran = Rig::new().run(&["doctor"]);
    assert!(
        ran.out.starts_with("bad  configuration  It is not known which cluster to speak to.\n"),
        "{}",
        ran.out
    );
}
