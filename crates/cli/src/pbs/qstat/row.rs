//! One line of `qstat`: a job, or an element of an array.

use super::state;
use crate::{failure::Failure, net::client::Client, pbs::id};
use soca_domain::array::ArraySpec;
use soca_wire::api::{Element, Job};

/// A job or one of its elements.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) job: Job,
    /// The element's index, and what is known of it once it has started.
    pub(super) element: Option<(u32, Option<Element>)>,
}

impl Row {
    /// The job's own row and, if it is an array and they are wanted, its elements'.
    pub(super) fn all_of(job: Job, elements: bool, client: &Client<'_>) -> Result<Vec<Row>, Failure> {
        let indices: Vec<u32> = match job.array.as_deref().filter(|_| elements).map(str::parse::<ArraySpec>) {
            Some(Ok(spec)) => spec.elements().map(|index| index.0).collect(),
            _ => return Ok(vec![Row { job, element: None }]),
        };
        let mut known = client.elements(soca_domain::JobId(job.id))?.value.elements.into_iter().peekable();
        let mut rows = vec![Row { job: job.clone(), element: None }];
        for index in indices {
            let element = known.next_if(|element| element.index == index);
            rows.push(Row { job: job.clone(), element: Some((index, element)) });
        }
        Ok(rows)
    }

    pub(super) fn index(&self) -> Option<u32> {
        self.element.as_ref().map(|(index, _)| *index)
    }

    pub(super) fn id(&self) -> String {
        self.index().map_or_else(|| id::of(&self.job), |index| id::of_element(&self.job, index))
    }

    pub(super) fn state(&self) -> char {
        match &self.element {
            None => state::of_job(&self.job),
            Some((_, element)) => state::of_element(&self.job, element.as_ref()),
        }
    }

    /// Milliseconds that it has run; `None` before it starts.
    pub(super) fn run_ms(&self) -> Option<u64> {
        match &self.element {
            None => self.job.started_at.as_ref().map(|_| self.job.run_ms),
            Some((_, element)) => {
                let element = element.as_ref()?;
                let (start, end) = (element.started_at.as_ref()?, element.ended_at.as_ref()?);
                let (start, end) = (start.parse::<soca_domain::Timestamp>().ok()?, end.parse().ok()?);
                u64::try_from(soca_domain::Timestamp::since(end, start).as_millis()).ok()
            }
        }
    }
}
