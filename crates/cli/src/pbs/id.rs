//! Job ids as PBS writes them: `1042.soca`, `1042[].soca` for an array, `1042[7].soca` for an element.

use soca_domain::JobId;
use soca_wire::api::Job;

/// The server's name in ids.
pub(super) const SERVER: &str = "soca";

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The job.
    pub(super) job: JobId,
    /// Its element.
    pub(super) element: Option<u32>,
}

impl Named {
    /// Reads an id with or without a server's name; `None` if it is none.
    pub(super) fn read(text: &str) -> Option<Named> {
        let head = text.split('.').next().unwrap_or_default();
        let Some((job, rest)) = head.split_once('[') else {
            return Some(Named { job: head.parse().ok()?, element: None });
        };
        let index = rest.strip_suffix(']')?;
        let element = if index.is_empty() { None } else { Some(index.parse().ok()?) };
        Some(Named { job: job.parse().ok()?, element })
    }
}

/// The whole id of what was named, as PBS repeats it in a complaint.
pub(super) fn full(text: &str) -> String {
    let head = text.split('.').next().unwrap_or_default();
    format!("{}.{SERVER}", soca_domain::id::shorten(head))
}

/// A job's id.
pub(super) fn of(job: &Job) -> String {
    if job.array.is_some() { format!("{}[].{SERVER}", job.id) } else { format!("{}.{SERVER}", job.id) }
}

/// An element's id.
pub(super) fn of_element(job: &Job, index: u32) -> String {
    format!("{}[{index}].{SERVER}", job.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_every_form() {
        for text in ["1042", "1042.soca", "1042.other.host", "1042[]", "1042[].soca"] {
            assert_eq!(Named::read(text), Some(Named { job: JobId(1042), element: None }), "{text}");
        }
        assert_eq!(Named::read("7[3].soca"), Some(Named { job: JobId(7), element: Some(3) }));
        for bad in ["", "x", "0", "7[", "7[x]", "7]", "-1", "[3]"] {
            assert_eq!(Named::read(bad), None, "{bad}");
        }
    }
}
