//! How policies fared on a trace.

use super::{
    Answer, View,
    table::{self, Align},
    text::{count, plain, span},
};
use serde_json::{Value, json};
use soca_simulator::{capacity::Capacity, report::Report};

/// The figures of one or more replays of the same trace.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// What the trace is called.
    pub name: String,
    /// One for each policy; at least one.
    pub reports: Vec<Report>,
}

impl Answer for Simulated {
    fn table(&self, view: &View) -> String {
        let heading = self.reports.first().map(|first| heading(&self.name, first, view)).unwrap_or_default();
        let columns = [
            ("POLICY", Align::Left),
            ("SLOWDOWN", Align::Right),
            ("LARGEST", Align::Right),
            ("MEAN WAIT", Align::Right),
            ("95 % WAIT", Align::Right),
            ("LONGEST", Align::Right),
            ("USED", Align::Right),
            ("MAKESPAN", Align::Right),
            ("COST USD", Align::Right),
        ];
        heading + &table::rows(&columns, self.reports.iter().map(row))
    }

    /// One object for one policy, an array for several. Times are seconds.
    fn json(&self) -> String {
        match &self.reports[..] {
            [report] => object(report).to_string(),
            reports => Value::from_iter(reports.iter().map(object)).to_string(),
        }
    }

    fn quiet(&self) -> String {
        self.reports.iter().map(|it| format!("{} {:.3}\n", it.policy, it.mean_bounded_slowdown)).collect()
    }
}

fn heading(name: &str, report: &Report, view: &View) -> String {
    let jobs = count(report.jobs as u64, "job");
    let left_out = match report.left_out {
        0 => String::new(),
        n => format!(", {} of the log left out", count(n as u64, "line")),
    };
    let on = match report.capacity {
        Capacity::Fixed => format!("on {}", count(report.procs, "processor")),
        Capacity::Elastic { boot, .. } => format!(
            "on capacity of their own after {}, at most {} at once",
            span(boot.unsigned_abs()),
            count(report.procs, "processor")
        ),
    };
    format!("{}  {jobs} {on}{left_out}\n", view.style.strong(&plain(name)))
}

fn row(it: &Report) -> Vec<String> {
    let wait = |seconds: f64| span(seconds.round() as u64);
    vec![
        it.policy.to_string(),
        format!("{:.2}", it.mean_bounded_slowdown),
        format!("{:.0}", it.max_bounded_slowdown),
        wait(it.mean_wait),
        wait(it.p95_wait as f64),
        wait(it.max_wait as f64),
        format!("{:.1} %", it.utilisation * 100.0),
        wait(it.makespan as f64),
        format!("{:.2}", it.cost),
    ]
}

fn object(it: &Report) -> Value {
    json!({
        "policy": it.policy.as_str(),
        "capacity": it.capacity.as_str(),
        "jobs": it.jobs,
        "left_out": it.left_out,
        "procs": it.procs,
        "mean_wait": it.mean_wait,
        "p95_wait": it.p95_wait,
        "max_wait": it.max_wait,
        "mean_bounded_slowdown": it.mean_bounded_slowdown,
        "max_bounded_slowdown": it.max_bounded_slowdown,
        "utilisation": it.utilisation,
        "makespan": it.makespan,
        "proc_hours": it.proc_hours,
        "cost": it.cost,
    })
}
