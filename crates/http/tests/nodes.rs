//! What the nodes of a job are told: the first runs the script, the others serve it for as long as it is there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::{Value, json};
use soca_app::{
    ports::{Store, Write},
    secret,
};
use soca_domain::{
    JobId, StackId,
    job_state::{Change, Event, apply},
    ladder::Rung,
    stack::{JoinGate, Stack, StackState},
};
use support::{
    NOW,
    world::{World, world},
};

const SCRIPT: &str = "#!/bin/bash\n#PBS -N wing\n#PBS -l select=3:ncpus=2:mpiprocs=2\n#PBS -l instance_type=c6i.xlarge\n#PBS -l walltime=00:05:00\ntrue\n";

/// A job of three nodes, with its stack, whose nodes have not enrolled.
async fn placed(world: &World) -> (JobId, StackId) {
    let (status, reply) = world.submit("alice", SCRIPT).await;
    assert_eq!(status, 201, "{reply}");
    let id = JobId(reply["job"]["id"].as_u64().unwrap());
    let job = world.store.job(id).await.unwrap().unwrap();
    let stack = StackId::of(id, job.attempt().next());
    let Ok(Change::To(moved, _)) =
        apply(&job, Event::Place { stack: stack.clone(), rung: Rung::whole(&job.launch) }, NOW)
    else {
        panic!("{job:?}")
    };
    let gate = JoinGate { token_hash: Some(secret::hash("join")), expires_at: NOW, enrolled: 0 };
    let launching = Stack {
        id: stack.clone(),
        version: 0,
        job: id,
        owner: job.owner.clone(),
        queue: job.queue.clone(),
        nodes: 3,
        project: job.project.clone(),
        groups: job.groups.clone(),
        rung: None,
        need: job.need,
        counted: vec![],
        hold: soca_domain::MicroUsd(0),
        ends_by: None,
        created_at: NOW,
        join: gate,
        waiter: None,
        trouble: None,
        repairs: 0,
        usage: vec![],
        state: StackState::Launching { since: NOW },
    };
    let moved = Write::UpdateJob { was: Box::new(job), now: moved };
    world.store.commit(vec![Write::CreateStack(launching), moved]).await.unwrap();
    (id, stack)
}

fn session(index: u64) -> String {
    format!("{index:064x}")
}

fn instance(stack: &StackId, index: u64) -> String {
    format!("i-{:08x}{index:02x}", stack.parts().0.0)
}

async fn enroll(world: &World, stack: &StackId, index: u64) {
    let body = json!({
        "stack": stack, "instance": instance(stack, index), "join_token": "join", "session_token": session(index),
        "hostname": format!("node{index}"), "address": "10.0.0.1", "instance_type": "c6i.large", "cpus": 2,
        "memory_mib": 4096, "agent_version": "1",
    });
    let (status, reply) = world.call("POST", "/agent/v1/enroll", None, body.to_string()).await;
    assert_eq!((status.as_u16(), &reply["node_index"]), (200, &json!(index)), "{reply}");
}

async fn sync(world: &World, stack: &StackId, index: u64, sequence: u64, reports: Value) -> Value {
    let body = json!({ "stack": stack, "instance": instance(stack, index), "sequence": sequence, "reports": reports });
    let (status, reply) = world.call("POST", "/agent/v1/sync", Some(&session(index)), body.to_string()).await;
    assert_eq!(status.as_u16(), 200, "{reply}");
    reply
}

/// What each of the three nodes is told to do.
async fn kinds(world: &World, stack: &StackId, sequence: u64) -> Vec<Vec<String>> {
    let mut kinds = vec![];
    for index in 0..3 {
        let sequence = if index == 0 { sequence } else { 0 };
        let reply = sync(world, stack, index, sequence, json!([])).await;
        let directives = reply["directives"].as_array().unwrap();
        kinds.push(directives.iter().map(|d| d["kind"].as_str().unwrap().to_owned()).collect());
    }
    kinds
}

#[tokio::test]
async fn every_node_but_the_first_serves_the_job_from_its_start_to_its_end() {
    let world = world();
    let (job, stack) = placed(&world).await;
    for index in 0..2 {
        enroll(&world, &stack, index).await;
    }
    assert_eq!(sync(&world, &stack, 1, 0, json!([])).await["directives"], json!([]), "not all are there");
    enroll(&world, &stack, 2).await;
    assert_eq!(kinds(&world, &stack, 0).await, [vec!["run"], vec!["serve"], vec!["serve"]]);

    let reply = sync(&world, &stack, 2, 0, json!([])).await;
    let serve = &reply["directives"][0];
    assert_eq!(serve["nodes"], json!(["node0", "node1", "node2"]));
    let job_number = job.0;
    let expected = json!([job_number, 1, stack, "alice", "wing", 2, 2]);
    let found =
        ["job", "attempt", "stack", "owner", "name", "ncpus", "mpiprocs"].map(|field| serve[field].clone());
    assert_eq!(json!(found), expected);
    assert!(reply["interval_ms"].as_u64().unwrap() <= 2000);
    assert_eq!(sync(&world, &stack, 2, 0, json!([])).await, reply, "P6: again the same");

    let started = json!([{ "kind": "started", "job": job_number, "attempt": 1, "at_ms": NOW.0 }]);
    sync(&world, &stack, 0, 1, started).await;
    assert_eq!(kinds(&world, &stack, 1).await, [vec![], vec!["serve"], vec!["serve"]]);
    let end = json!({ "how": "exited", "status": 0 });
    let finished =
        json!([{ "kind": "finished", "job": job_number, "attempt": 1, "at_ms": NOW.0, "end": end }]);
    sync(&world, &stack, 0, 2, finished).await;
    assert_eq!(kinds(&world, &stack, 2).await, vec![Vec::<String>::new(); 3]);
}

#[tokio::test]
async fn a_node_serves_only_its_own_stacks_job() {
    let world = world();
    let (_, running) = placed(&world).await;
    let (waiting_job, waiting) = placed(&world).await;
    for index in 0..3 {
        enroll(&world, &running, index).await;
    }
    for index in 0..2 {
        enroll(&world, &waiting, index).await;
    }
    let reply = sync(&world, &running, 1, 0, json!([])).await;
    assert_eq!(reply["directives"][0]["stack"], json!(running));
    assert_ne!(reply["directives"][0]["job"], json!(waiting_job.0));
    assert_eq!(sync(&world, &waiting, 1, 0, json!([])).await["directives"], json!([]));
}
