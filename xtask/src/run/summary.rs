//! How a job ended, for people and for programs.

use serde_json::{Value, json};

/// What `soca submit --follow --json` says at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended(Value);

impl Ended {
    /// From that object; `None` if it is something else, such as a refusal.
    pub fn of(value: &Value) -> Option<Ended> {
        value["state"].is_string().then(|| Ended(value.clone()))
    }

    /// The same with what was left of the job's capacity.
    pub fn json(&self, (instances, stacks): (u64, u64)) -> Value {
        let mut value = self.0.clone();
        value["instances_left"] = json!(instances);
        value["stacks_left"] = json!(stacks);
        value
    }

    /// A few lines.
    pub fn block(&self) -> String {
        let word = |key: &str| match &self.0[key] {
            Value::String(text) => text.replace('_', " "),
            Value::Null => "-".to_owned(),
            other => other.to_string(),
        };
        let seconds =
            |key: &str| self.0[key].as_f64().map_or("-".to_owned(), |ms| format!("{:.1} s", ms / 1000.0));
        let cost = self.0["cost_micro_usd"].as_f64();
        let cost = cost.map_or("-".to_owned(), |micro| format!("{:.6} USD", micro / 1e6));
        let lines = [
            ("job", word("job")),
            ("state", word("state")),
            ("exit code", word("exit_code")),
            ("attempts", word("attempts")),
            ("waited", seconds("wait_ms")),
            ("ran", seconds("run_ms")),
            ("cost", cost),
            ("nodes", word("nodes")),
        ];
        let lines: Vec<String> = lines.iter().map(|(name, value)| format!("  {name:<10} {value}")).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_shown_and_passed_on() {
        let value = json!({"job": "7", "state": "timed_out", "exit_code": null, "attempts": 2, "wait_ms": 1500,
            "run_ms": 60000, "cost_micro_usd": 1234, "nodes": 1});
        let ended = Ended::of(&value).unwrap();
        let block = ended.block();
        assert!(
            block.contains("state      timed out") && block.contains("cost       0.001234 USD"),
            "{block}"
        );
        assert_eq!(ended.json((1, 2))["stacks_left"], 2);
        assert_eq!(Ended::of(&json!({"code": "NO_ENDPOINT"})), None);
    }
}
