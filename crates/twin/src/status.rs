//! `status` and `order`: what the machine room says, for people or programs.

use crate::{
    call::{CallError, Caller},
    fault::{Fault, Kind, Outcome},
    layout::Layout,
    ports::Ports,
    room::orders::Order,
    up,
};
use serde_json::{Value, json};

fn room(layout: &Layout) -> Outcome<Caller> {
    let room = up::running(layout).ok_or_else(Fault::not_up)?;
    Ok(Caller::room(Ports::url(room.ports.room), &room.token))
}

/// How the twin stands.
pub fn status(layout: &Layout) -> Outcome<Value> {
    match room(layout) {
        Ok(room) => {
            let asked = room.get("/status");
            asked.map_err(|error| {
                Fault::new(Kind::Died, format!("The machine room: {error}."), "cargo xtask down, then up")
            })
        }
        Err(_) => Ok(json!({ "up": false })),
    }
}

/// Carries out an order.
pub fn order(layout: &Layout, order: &Order) -> Outcome<Value> {
    let body = serde_json::to_value(order).map_err(|e| Fault::machine("The order", e))?;
    room(layout)?.post("/orders", &body).map_err(|error| match error {
        CallError::Refused(_, body) => Fault::new(
            Kind::Order,
            body["message"].as_str().unwrap_or("The order was refused."),
            body["remedy"].as_str().unwrap_or("See what there is: cargo xtask status"),
        ),
        CallError::Lost(error) => Fault::machine("The machine room", error),
    })
}

/// The status in a few lines.
pub fn describe(status: &Value) -> String {
    if status["planes"].is_null() {
        return "The twin is not up.\n".to_owned();
    }
    let state = if status["up"] == true { "up" } else { "not whole" };
    let count = |key: &str| status[key].as_u64().map_or_else(|| "?".to_owned(), |number| number.to_string());
    let mut text = format!(
        "The twin is {state}: {} instances, {} nodes, {} compute stacks, {} executions; events are {} ({} lost).\n",
        count("instances_alive"),
        count("nodes"),
        count("stacks_alive"),
        count("executions_running"),
        status["events"]["mode"].as_str().unwrap_or("?"),
        status["events"]["dropped"],
    );
    for it in status["instances"].as_array().into_iter().flatten() {
        let word = |key: &str| it[key].as_str().unwrap_or("-").to_owned();
        let job = it["job"].as_u64().map_or_else(|| "-".to_owned(), |job| job.to_string());
        text += &format!(
            "  {}  {:<13} {:<14} {}  {:<9}  job {job}  node {}\n",
            word("id"),
            word("state"),
            word("type"),
            word("zone"),
            word("market"),
            word("node"),
        );
    }
    for problem in status["problems"].as_array().into_iter().flatten() {
        text += &format!("  problem: {}\n", problem.as_str().unwrap_or_default());
    }
    text
}

/// Whether every part runs.
pub fn is_up(status: &Value) -> bool {
    status["up"] == true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown() {
        let status = json!({ "up": false, "planes": [], "instances_alive": 0, "nodes": 0, "stacks_alive": null,
            "executions_running": 0, "events": {"mode": "normal", "dropped": 0}, "instances": [],
            "problems": ["The compute-plane ended with status 137; look into x.log"] });
        let text = describe(&status);
        assert!(text.starts_with("The twin is not whole: 0 instances, 0 nodes, ? compute stacks"), "{text}");
        assert!(text.contains("problem: The compute-plane ended"));
        assert_eq!(describe(&json!({ "up": false })), "The twin is not up.\n");
    }
}
