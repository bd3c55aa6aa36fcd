//! From a log to a trace: the machine's size, and which jobs are replayed.

use crate::{
    job::Job,
    swf::{Log, Row},
};
use soca_domain::{Code, Fault};

/// Jobs, and the machine they were written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The processors of the machine; at least 1.
    pub procs: u32,
    /// The jobs by time of submission, those of one second in the log's order; none needs more than the machine has.
    pub jobs: Vec<Job>,
    /// How many lines of the log were left out.
    pub left_out: usize,
}

impl Trace {
    /// The jobs of a log that can be replayed on so many processors, or on as many as its header says.
    ///
    /// Left out are jobs without run time or processors, and jobs that are larger than the machine.
    ///
    /// # Errors
    /// The machine's size is not known or zero, or no job is left.
    pub fn of_log(log: &Log, procs: Option<u32>) -> Result<Trace, Fault> {
        let procs = match procs {
            Some(0) => return Err(no_processors()),
            Some(procs) => procs,
            None => log.header.max_procs.ok_or_else(unknown_size)?,
        };
        let mut jobs: Vec<Job> = log.rows.iter().filter_map(job).filter(|job| job.procs <= procs).collect();
        if jobs.is_empty() {
            return Err(nothing_left(log.rows.len(), procs));
        }
        if !jobs.is_sorted_by_key(|job| job.submit) {
            jobs.sort_by_key(|job| job.submit);
        }
        let left_out = log.rows.len() - jobs.len();
        Ok(Trace { procs, jobs, left_out })
    }
}

/// The job of a line: the processors it asked for, else those it got; the time it asked for, else its run time.
fn job(row: &Row) -> Option<Job> {
    let procs = if row.requested_procs > 0 { row.requested_procs } else { row.allocated };
    if row.run <= 0 || procs <= 0 {
        return None;
    }
    Some(Job {
        number: row.job,
        submit: row.submit,
        run: row.run,
        procs: u32::try_from(procs).ok()?,
        estimate: if row.requested_time > 0 { row.requested_time } else { row.run },
        user: row.user,
    })
}

fn no_processors() -> Fault {
    Fault::new(Code::BadCount, "A machine has at least one processor.", "Give --procs a number from 1 on.")
}

fn unknown_size() -> Fault {
    Fault::new(
        Code::BadTrace,
        "The trace does not say how many processors the machine has: its header has no MaxProcs.",
        "Say it with --procs N.",
    )
}

fn nothing_left(rows: usize, procs: u32) -> Fault {
    Fault::new(
        Code::EmptyTrace,
        format!("None of the {rows} jobs can be replayed on {procs} processors."),
        "Jobs need a run time and processors, no more than the machine has; see --procs.",
    )
}
