//! `qstat -a` and its relatives (`-u`, `-n`, `-s`, `-i`, `-r`, `-H`): PBS's alternate table.

use super::{Wanted, attributes, fetch::Found, row::Row, times};
use crate::{pbs::id::SERVER, view::text::plain};

const HEAD: &str = "
                                                            Req'd  Req'd   Elap
Job ID          Username Queue    Jobname    SessID NDS TSK Memory Time  S Time
--------------- -------- -------- ---------- ------ --- --- ------ ----- - -----
";

/// The table; nothing at all when there are no jobs.
pub(super) fn render(found: &Found, wanted: &Wanted) -> String {
    if found.rows.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{SERVER}: {HEAD}");
    for row in &found.rows {
        text += &line(row);
        if wanted.hosts {
            text +=
                &format!("   {}\n", attributes::exec_host(row, &found.stacks).unwrap_or_else(|| "--".into()));
        }
        if wanted.comments {
            text += &format!("   {}\n", attributes::comment(row).unwrap_or_else(|| "--".into()));
        }
    }
    text
}

fn line(row: &Row) -> String {
    let job = &row.job;
    let tasks = job.ncpus.unwrap_or(1).saturating_mul(job.nodes);
    let asked = job.walltime_seconds.map_or_else(|| "--".to_owned(), times::hm);
    let used = row.run_ms().map_or_else(|| "-- ".to_owned(), |ms| times::hm(ms / 1000));
    format!(
        "{:<15.15} {:<8.8} {:<8.8} {:<10.10} {:>6} {:>3} {tasks:>3} {:>6} {asked:>5} {} {used:>5}\n",
        row.id(),
        plain(&job.owner),
        plain(&job.queue),
        plain(&job.name),
        "--",
        job.nodes,
        "--",
        row.state(),
    )
}
