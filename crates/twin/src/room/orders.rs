//! What can be broken on purpose: the orders of the machine room, one type for command line and HTTP.

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Clone, Debug, PartialEq, Subcommand, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// A node dies: its processes at once, its instance as a crashed host.
    KillNode(Target),
    /// The agent of a node dies and stays dead; its instance and its job's processes go on.
    StopAgent(Target),
    /// The agent of a node is killed and started again.
    RestartAgent(Target),
    /// EC2 takes a spot instance back, after a warning.
    SpotInterrupt {
        /// Which.
        #[command(flatten)]
        #[serde(flatten)]
        target: Target,
        /// Seconds between the warning and the end.
        #[arg(long, default_value_t = 120.0)]
        #[serde(default = "two_minutes")]
        after: f64,
    },
    /// A capacity pool runs dry.
    DryPool(Pool),
    /// Instances take so many seconds to boot from now on.
    SlowBoot {
        /// Seconds.
        seconds: f64,
    },
    /// Files of nodes that start from now on may not grow beyond so much, as with a quota.
    LimitFiles {
        /// KiB; 0 for no limit.
        kib: u64,
    },
    /// Events are lost on all buses; schedules go on.
    DropEvents {
        /// Whether.
        switch: Switch,
    },
    /// Every event is delivered twice.
    TwiceEvents {
        /// Whether.
        switch: Switch,
    },
    /// The process of a function's next calls is killed while it works.
    KillFunction {
        /// The function: a folder in functions/.
        name: String,
        /// Milliseconds after it was handed its event.
        #[arg(long, default_value_t = 20)]
        #[serde(default = "a_moment")]
        after_ms: u64,
        /// So many times; 0 takes the order back.
        #[arg(long, default_value_t = 1)]
        #[serde(default = "once")]
        times: u32,
    },
    /// The sweep runs now instead of within a minute.
    SweepNow,
    /// The dispatcher runs now instead of within a minute.
    DispatchNow,
}

fn two_minutes() -> f64 {
    120.0
}

fn a_moment() -> u64 {
    20
}

fn once() -> u32 {
    1
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum Switch {
    On,
    Off,
}

/// An instance, by its id or as a node of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// The instance's id.
    #[arg(required_unless_present = "job", conflicts_with = "job")]
    pub instance: Option<String>,
    /// A job's number: a node of that job.
    #[arg(long)]
    pub job: Option<u64>,
    /// Which of the job's nodes.
    #[arg(long, default_value_t = 0, requires = "job")]
    pub index: u32,
}

/// A capacity pool and how dry it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
#[serde(default)]
pub struct Pool {
    /// The instance type; * for all.
    #[serde(rename = "type")]
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// Only in this zone.
    #[arg(long)]
    pub zone: Option<String>,
    /// Only in this market: spot or on-demand.
    #[arg(long)]
    pub market: Option<String>,
    /// Only so many launches are refused.
    #[arg(long, conflicts_with = "off")]
    pub launches: Option<u32>,
    /// There is capacity again.
    #[arg(long)]
    pub off: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn orders_have_a_short_form_in_json() {
        let read = |value| serde_json::from_value::<Order>(value).unwrap();
        let target = Target { job: Some(7), ..Target::default() };
        assert_eq!(read(json!({"order": "kill-node", "job": 7})), Order::KillNode(target.clone()));
        let interrupt = read(json!({"order": "spot-interrupt", "job": 7, "after": 1.5}));
        assert_eq!(interrupt, Order::SpotInterrupt { target, after: 1.5 });
        assert_eq!(
            read(json!({"order": "drop-events", "switch": "on"})),
            Order::DropEvents { switch: Switch::On }
        );
        assert_eq!(read(json!({"order": "sweep-now"})), Order::SweepNow);
        let kill = Order::KillFunction { name: "dispatch".into(), after_ms: 20, times: 1 };
        assert_eq!(read(json!({"order": "kill-function", "name": "dispatch"})), kill);
    }
}
