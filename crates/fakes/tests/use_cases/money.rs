//! Projects and budgets: who may use one, what it holds and pays, and what happens when it cannot.

use crate::lab::{Lab, caller, code, submission};
use soca_app::{
    Caller, ProjectRule, Settings, explain_job::Reasons, projects, submit_job::Submission, sweep::Repair,
};
use soca_domain::{
    Code, JobId, MicroUsd, ProjectName,
    ledger::Account,
    project::{Budget, Project},
};
use soca_fakes::resolve::resolve;

/// What c6i.large costs an hour.
const RATE: u64 = 85_000;
/// An hour's job holds so much: the hour and ten minutes.
const HOLD: u64 = RATE * 70 / 60 + 1;
const HOUR: &str = "-lwalltime=01:00:00";

fn wing() -> ProjectName {
    "wing".parse().unwrap()
}

fn set(lab: &Lab, amount: u64, hard: bool) {
    let budget = Some(Budget { amount: MicroUsd(amount), hard });
    put(lab, &Project { budget, ..Project::open(wing()) });
}

fn put(lab: &Lab, project: &Project) {
    let admin = Caller { admin: true, ..caller("root") };
    resolve(projects::put(&lab.ports.mover(), &admin, project)).unwrap();
}

fn account(lab: &Lab) -> Account {
    resolve(lab.ports.store.account(&wing())).unwrap()
}

fn reason(lab: &Lab, id: JobId) -> (&'static str, String) {
    let mut reasons = Reasons::new(&*lab.ports.store, &lab.ports.settings, lab.now());
    let reason = resolve(reasons.of(&lab.job(id))).unwrap().unwrap().reason;
    (reason.code(), reason.to_string())
}

/// A whole job: it runs, ends, and its stack goes.
fn through(lab: &Lab, id: JobId) {
    lab.pass(150);
    for machine in lab.machines(id) {
        lab.enroll(&machine).unwrap();
    }
    lab.run();
    lab.say(id, 1, vec![soca_app::sync_node::What::Started(lab.now())]).unwrap();
    lab.ends(id, 2, 0);
    lab.pass(600);
    assert_eq!(lab.state(id), "completed");
}

#[test]
fn a_start_holds_and_the_end_settles_to_the_micro_dollar_p4() {
    let lab = Lab::default();
    set(&lab, 2 * HOLD - 1, true);
    let [first, second] = [lab.queued(&["-Pwing", HOUR]), lab.queued(&["-Pwing", HOUR])];
    assert_eq!(lab.dispatch().started, 1);
    assert_eq!(account(&lab), Account { held: MicroUsd(HOLD), ..Account::default() });
    assert_eq!(lab.stack(first).hold, MicroUsd(HOLD));
    let (code, why) = reason(&lab, second);
    assert_eq!(code, "BUDGET_SHORT");
    assert!(why.contains("wing") && why.contains("$0.0991"), "{why}");
    through(&lab, first);
    let cost = lab.job(first).cost();
    assert!(cost > MicroUsd(0));
    assert_eq!(account(&lab), Account { spent: cost, ..Account::default() });
    // The first gave most of its hold back, so now the second has enough.
    assert_eq!(lab.dispatch().started, 1);
    through(&lab, second);
    let both = cost.plus(lab.job(second).cost());
    assert_eq!(account(&lab), Account { spent: both, ..Account::default() });
}

#[test]
fn a_job_that_the_budget_can_never_pay_is_refused_and_nothing_is_written_p11() {
    let lab = Lab::default();
    set(&lab, HOLD - 1, true);
    let submit = |options: &[&str]| lab.submit(&submission(options));
    assert_eq!(code(submit(&["-Pwing", HOUR])), Code::BudgetSpent);
    assert!(resolve(lab.ports.store.jobs(None, 10, None)).unwrap().items.is_empty());
    assert!(submit(&["-Pwing", "-lwalltime=00:30:00"]).is_ok());
    // One that only warns lets everything through, and says how it stands.
    set(&lab, 1, false);
    let job = submit(&["-Pwing", HOUR]).unwrap().job.unwrap();
    assert_eq!(lab.dispatch().started, 2);
    assert!(account(&lab).held > MicroUsd(1) && lab.stack(job.id).hold == MicroUsd(HOLD));
}

#[test]
fn projects_admit_their_members_while_they_are_open() {
    let lab = Lab::default();
    let ours = Project { members: vec!["group:cfd".parse().unwrap()], ..Project::open(wing()) };
    put(&lab, &ours);
    let ask = || submission(&["-Pwing"]);
    assert_eq!(code(lab.submit(&ask())), Code::ProjectNotAllowed);
    let member = Caller { groups: vec!["cfd".parse().unwrap()], ..caller("ada") };
    assert!(lab.submit(&Submission { caller: member.clone(), ..ask() }).is_ok());
    let admin = Caller { admin: true, ..caller("root") };
    assert_eq!(code(resolve(projects::remove(&lab.ports.mover(), &member, &wing()))), Code::AdminOnly);
    resolve(projects::remove(&lab.ports.mover(), &admin, &wing())).unwrap();
    assert_eq!(code(lab.submit(&Submission { caller: member, ..ask() })), Code::UnknownProject);
    assert_eq!(code(resolve(projects::find(&*lab.ports.store, &wing()))), Code::UnknownProject);
    let absurd = Project { shares: 0, ..ours };
    assert_eq!(code(resolve(projects::put(&lab.ports.mover(), &admin, &absurd))), Code::BadValue);
}

#[test]
fn a_cluster_may_want_projects_and_budgets() {
    let mut lab = Lab::default();
    let submit = |lab: &Lab, options: &[&str]| lab.submit(&submission(options));
    assert!(submit(&lab, &["-Plabel"]).is_ok(), "a label");
    lab.ports.settings = Settings { project_rule: ProjectRule::Known, ..lab.ports.settings.clone() };
    assert_eq!(code(submit(&lab, &[])), Code::ProjectRequired);
    assert_eq!(code(submit(&lab, &["-Plabel"])), Code::UnknownProject);
    put(&lab, &Project::open(wing()));
    assert!(submit(&lab, &["-Pwing"]).is_ok());
    lab.ports.settings.project_rule = ProjectRule::Budget;
    assert_eq!(code(submit(&lab, &["-Pwing"])), Code::ProjectWithoutBudget);
    set(&lab, 10 * HOLD, true);
    assert!(submit(&lab, &["-Pwing"]).is_ok());
}

#[test]
fn a_job_runs_on_while_its_hold_can_grow_and_is_stopped_when_not_p4() {
    let lab = Lab::default();
    set(&lab, 10 * HOLD, true);
    let id = lab.running(&["-Pwing"]);
    assert_eq!(account(&lab).held, MicroUsd(HOLD), "an hour, since nobody knows");
    // A running job's agent is heard of now and then, or its node would be taken for lost.
    let mut sequence = 2;
    let mut live_on = |lab: &Lab, minutes: u64| {
        for _ in 0..minutes {
            lab.pass(60);
            lab.say(id, sequence, vec![]).unwrap();
            sequence += 1;
        }
    };
    live_on(&lab, 70);
    assert_eq!(lab.sweep(), []);
    let grown = account(&lab).held;
    assert!(grown > MicroUsd(HOLD) && lab.stack(id).hold == grown);
    // The administrator takes the rest away: the next growth is refused, and the job is told to end.
    set(&lab, grown.0, true);
    live_on(&lab, 30);
    assert_eq!(lab.sweep(), [Repair::StoppedForBudget(id)]);
    assert_eq!(lab.sweep(), [], "it is told once");
    let ended = soca_app::sync_node::What::Finished(lab.now(), soca_app::sync_node::End::Cancelled);
    lab.say(id, 1_000, vec![ended]).unwrap();
    lab.pass(600);
    assert_eq!(lab.end(id), Some(Code::BudgetSpent));
    assert_eq!(lab.state(id), "failed");
    assert_eq!(account(&lab).held, MicroUsd(0));
    assert_eq!(account(&lab).spent, lab.job(id).cost());
}
