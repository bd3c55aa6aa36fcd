//! States as PBS's letters.

use soca_wire::api::{Element, Job};

/// A job's letter.
pub(super) fn of_job(job: &Job) -> char {
    let begun = job.elements.as_ref().is_some_and(|counts| counts.waiting < counts.total);
    match job.state.as_str() {
        _ if job.ended => 'F',
        "held" => 'H',
        "queued" if job.wait.as_ref().is_some_and(|wait| wait.code == "BEGINS_LATER") => 'W',
        "running" | "completing" if job.array.is_some() => 'B',
        "running" => 'R',
        "completing" => 'E',
        _ if begun => 'B',
        _ => 'Q',
    }
}

/// An element's letter; one that is over is `X`, and `F` when the array is over too.
pub(super) fn of_element(job: &Job, element: Option<&Element>) -> char {
    match element.map(|element| element.state.as_str()) {
        _ if job.ended => 'F',
        None if job.state == "held" => 'H',
        None => 'Q',
        Some("running") => 'R',
        Some(_) => 'X',
    }
}
