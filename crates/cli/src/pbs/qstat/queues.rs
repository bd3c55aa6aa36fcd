//! `qstat -Q` and `qstat -q`: the queues.

use super::{Wanted, attributes::Attribute, full, json, status};
use crate::{
    context::Context,
    failure::Failure,
    net::client::Client,
    pbs::{getopt::Given, id::SERVER},
    view::{
        View,
        text::{Style, plain},
    },
};
use serde_json::json;
use soca_wire::api::Queue;

const HEAD: &str = "\
Queue              Max   Tot Ena Str   Que   Run   Hld   Wat   Trn   Ext Type
---------------- ----- ----- --- --- ----- ----- ----- ----- ----- ----- ----
";

const LIMITS: &str = "
Queue            Memory CPU Time Walltime Node   Run   Que   Lm  State
---------------- ------ -------- -------- ---- ----- ----- ----  -----
";

pub(super) fn run(
    given: &Given,
    wanted: &Wanted,
    client: &Client<'_>,
    ctx: &mut Context<'_, '_>,
) -> Result<u8, Failure> {
    let all = client.queues()?.value.queues;
    let names = &given.operands;
    let queues: Vec<&Queue> =
        all.iter().filter(|queue| names.is_empty() || names.contains(&queue.name)).collect();
    let view = View { now: ctx.world.clock.now(), style: Style::default() };
    let text = match (wanted.json, wanted.full, given.has('q')) {
        (true, ..) => {
            let entries = queues.iter().map(|queue| (queue.name.clone(), json::nested(&attributes(queue))));
            json::document("Queue", entries.collect(), &view)
        }
        (_, true, _) => queues
            .iter()
            .map(|q| full::entry("Queue", &plain(&q.name), &attributes(q), wanted.unfolded))
            .collect(),
        (.., true) => limits(&queues),
        _ => table(&queues),
    };
    ctx.world.out.write_all(text.as_bytes())?;
    let unknown = names.iter().filter(|name| all.iter().all(|queue| queue.name != **name));
    Ok(unknown.fold(0, |_, name| {
        ctx.tell(&format!("qstat: Unknown queue {}\n", soca_domain::id::shorten(name)));
        status::UNKNOWN_QUEUE
    }))
}

fn attributes(queue: &Queue) -> Vec<Attribute> {
    let count = format!("Queued:{} Running:{}", queue.waiting_jobs, queue.running_jobs);
    let mut found = vec![
        ("queue_type", json!("Execution")),
        ("total_jobs", json!(total(queue))),
        ("state_count", json!(count)),
        ("comment", json!(plain(&queue.description))),
        ("enabled", json!("True")),
        ("started", json!("True")),
    ];
    found.extend(queue.max_running_jobs.map(|max| ("max_running", json!(max))));
    found
}

fn total(queue: &Queue) -> u32 {
    queue.waiting_jobs.saturating_add(queue.running_jobs)
}

fn table(queues: &[&Queue]) -> String {
    queues.iter().fold(HEAD.to_owned(), |text, queue| {
        let (max, total, que, run) =
            (queue.max_running_jobs.unwrap_or(0), total(queue), queue.waiting_jobs, queue.running_jobs);
        let name = plain(&queue.name);
        text + &format!(
            "{name:<16.16} {max:>5} {total:>5} yes yes {que:>5} {run:>5} {z:>5} {z:>5} {z:>5} {z:>5} Exec\n",
            z = 0
        )
    })
}

fn limits(queues: &[&Queue]) -> String {
    let (mut running, mut waiting) = (0u32, 0u32);
    let mut text = format!("\nserver: {SERVER}\n{LIMITS}");
    for queue in queues {
        let max = queue.max_running_jobs.map_or_else(|| "--".to_owned(), |max| max.to_string());
        let (run, que, name) = (queue.running_jobs, queue.waiting_jobs, plain(&queue.name));
        let (short, long) = ("-- ", "--   ");
        text += &format!(
            "{name:<16.16} {short:>6} {long:>8} {long:>8} {short:>4} {run:>5} {que:>5} {max:>4}   E R\n"
        );
        (running, waiting) = (running.saturating_add(run), waiting.saturating_add(que));
    }
    text + &format!("{:47}----- -----\n{:47}{running:>5} {waiting:>5}\n", "", "")
}
