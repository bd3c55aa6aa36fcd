//! The ladder's cases.

use super::*;
use crate::{
    Attempt, Fault, JobId, JobState, StackId,
    job::{RunSpec, ScriptRef},
    limit::Need,
    policy::Policy,
    request::{Join, Resources, SpotPrice},
};

const NOW: Timestamp = Timestamp(10_000_000);

fn job(types: &str, nodes: u32, spot: bool) -> Job {
    let asked = Resources {
        nodes: Some(nodes),
        instance_types: types.split('+').map(|t| t.parse().unwrap()).collect(),
        spot_price: spot.then_some(SpotPrice::Auto),
        ..Resources::default()
    };
    Job {
        id: JobId(7),
        version: 1,
        owner: "ada".parse().unwrap(),
        name: "sim".parse().unwrap(),
        queue: "normal".parse().unwrap(),
        project: None,
        groups: vec![],
        priority: 0,
        need: Need::default(),
        launch: LaunchSpec::resolve(&asked, &Resources::default()).unwrap(),
        run: RunSpec {
            script: ScriptRef::Inline("true\n".into()),
            shell: None,
            workdir: "/data".into(),
            stdout: None,
            stderr: None,
            join: Join::Separate,
            environment: vec![],
            submit_host: "here".into(),
            rerunnable: true,
            policy: Policy::default(),
        },
        array: None,
        depend: vec![],
        begin_at: None,
        submitted_at: Timestamp(0),
        attempts: vec![],
        cancel: None,
        state: JobState::Queued { since: Timestamp(0), not_before: None },
    }
}

/// The job after an attempt on its next rung that ended so.
fn after(mut job: Job, code: Code, launched: Option<&str>) -> Job {
    let rung = next_rung(&job, &BTreeSet::new(), NOW);
    let attempt = job.attempt().next();
    let fault = Fault::new(code, "m", "r");
    job.attempts.push(AttemptRecord {
        attempt,
        stack: StackId::of(JobId(7), Attempt(1)),
        placed_at: NOW,
        started_at: None,
        ended_at: Some(NOW),
        verdict: Some(Verdict::Fault { fault }),
        instance_type: launched.map(|t| t.parse().unwrap()),
        rung: Some(rung),
        cost: None,
    });
    job
}

fn told(job: &Job) -> String {
    let rung = next_rung(job, &BTreeSet::new(), NOW);
    let types: Vec<_> = rung.types.iter().map(InstanceTypeName::as_str).collect();
    format!("{} {}", types.join("+"), rung.market.as_str())
}

#[test]
fn several_nodes_are_alike_and_the_next_attempt_tries_the_next_type() {
    let mut job = job("c6i.large+c5.large+m5.large", 4, false);
    for expected in ["c6i.large on-demand", "c5.large on-demand", "m5.large on-demand"] {
        assert_eq!(told(&job), expected);
        assert!(has_fresh_rung(&job, NOW), "{expected}");
        job = after(job, Code::CapacityUnavailable, None);
    }
    assert!(!has_fresh_rung(&job, NOW), "everything was tried");
    assert!(has_fresh_rung(&job, NOW.plus(DRY_FOR)), "and is forgotten");
    assert_eq!(why(&job, 0), None);
    assert_eq!(why(&job, 1).unwrap(), "c6i.large was not to be had");
}

#[test]
fn one_node_tries_all_types_in_one_attempt() {
    let job = job("c6i.large+c5.large", 1, false);
    assert_eq!(told(&job), "c6i.large+c5.large on-demand");
    assert!(!has_fresh_rung(&after(job, Code::CapacityUnavailable, None), NOW));
}

#[test]
fn pools_that_others_found_dry_come_last() {
    let dry = |name: &str, market| CapacityPool { market, instance_type: name.parse().unwrap() };
    let known = BTreeSet::from([dry("c6i.large", Market::OnDemand), dry("c5.large", Market::Spot)]);
    let types =
        |job: &Job| next_rung(job, &known, NOW).types.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(types(&job("c6i.large+c5.large", 1, false)), ["c5.large", "c6i.large"]);
    assert_eq!(types(&job("c6i.large+c5.large", 2, false)), ["c5.large"]);
    assert_eq!(
        types(&job("c6i.large+c5.large", 1, true)),
        ["c6i.large"],
        "EC2 heeds no order on the spot market"
    );
    assert_eq!(types(&job("c6i.large", 2, false)), ["c6i.large"], "the memory keeps nobody from trying");
}

#[test]
fn two_losses_on_the_spot_market_lead_to_on_demand() {
    let mut job = job("c6i.large", 1, true);
    assert_eq!(told(&job), "c6i.large spot");
    job = after(job, Code::SpotInterrupted, Some("c6i.large"));
    assert_eq!(told(&job), "c6i.large spot");
    assert!(!has_fresh_rung(&job, NOW), "the same pool again, later");
    job = after(job, Code::CapacityUnavailable, None);
    assert_eq!(told(&job), "c6i.large on-demand");
    assert!(has_fresh_rung(&job, NOW));
    job = after(job, Code::NodeLost, Some("c6i.large"));
    assert_eq!(why(&job, 2).unwrap(), "2 attempts on spot instances came to nothing");
}

#[test]
fn a_spot_loss_leads_to_another_pool_at_once() {
    let job = after(job("c6i.large+c5.large", 2, true), Code::SpotInterrupted, Some("c6i.large"));
    assert_eq!(told(&job), "c5.large spot");
    assert!(has_fresh_rung(&job, NOW));
}

#[test]
fn how_often_spot_is_tried_is_the_jobs_to_say() {
    let mut once = job("c6i.large", 1, true);
    once.launch.spot_attempts = 1;
    assert_eq!(told(&after(once, Code::CapacityUnavailable, None)), "c6i.large on-demand");
    let lost = after(job("c6i.large", 1, true), Code::NodeLost, Some("c6i.large"));
    assert_eq!(lost_on_spot(&lost.launch, &lost.attempts), 0, "a node that died is no want of capacity");
}

#[test]
fn a_launch_on_demand_asks_for_no_spot_instances() {
    let launch = job("c6i.large+c5.large", 1, true).launch;
    let rung = Rung { types: vec!["c5.large".parse().unwrap()], market: Market::OnDemand };
    let on = launch.on(&rung);
    assert_eq!((on.spot, on.instance_types), (None, rung.types));
}
