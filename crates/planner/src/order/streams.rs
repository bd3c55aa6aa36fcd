//! A queue's jobs as one stream for each owner within each project, in the order in which that owner's jobs start.

use super::{Item, by_priority};
use crate::snapshot::{OwnerIndex, ProjectIndex, Snapshot};

/// One owner's jobs of one project: a part of [`Streams::jobs`].
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) project: ProjectIndex,
    pub(super) owner: OwnerIndex,
    at: usize,
    end: usize,
}

/// All streams of a queue. Their jobs lie in one list, stream after stream: there may be thousands of short ones.
#[derive(Debug, Default)]
pub(super) struct Streams {
    jobs: Vec<Item>,
    list: Vec<Stream>,
}

impl Streams {
    /// The streams in the order of their first jobs' submission. `apart` tells whether projects are kept apart.
    pub(super) fn new(snapshot: &Snapshot, jobs: &[Item], apart: bool) -> Self {
        let mut list: Vec<Stream> = Vec::new();
        // An owner has few projects, so a short list each is faster than a map.
        let mut of_owner: Vec<Vec<(ProjectIndex, usize)>> = vec![Vec::new(); snapshot.owners.len()];
        let mut stream_of = Vec::with_capacity(jobs.len());
        for job in jobs {
            let project = if apart { job.project } else { 0 };
            let known = &mut of_owner[job.owner as usize];
            let at = known.iter().find(|(of, _)| *of == project).map(|(_, at)| *at).unwrap_or_else(|| {
                known.push((project, list.len()));
                list.push(Stream { project, owner: job.owner, at: 0, end: 0 });
                list.len() - 1
            });
            list[at].end += 1;
            stream_of.push(at);
        }
        lay_out(&mut list);
        let mut laid: Vec<Item> = jobs.to_vec();
        for (job, stream) in jobs.iter().zip(stream_of) {
            let stream = &mut list[stream];
            laid[stream.end] = *job;
            stream.end += 1;
        }
        for stream in &list {
            by_priority(&mut laid[stream.at..stream.end]);
        }
        Self { jobs: laid, list }
    }

    /// The streams.
    pub(super) fn list(&self) -> &[Stream] {
        &self.list
    }

    /// The job that comes next of a stream.
    pub(super) fn next(&self, stream: usize) -> Option<&Item> {
        self.jobs[..self.list[stream].end].get(self.list[stream].at)
    }

    /// Takes it.
    pub(super) fn take(&mut self, stream: usize) {
        self.list[stream].at += 1;
    }
}

/// Gives each stream its place in the list of jobs, `end` being the number of its jobs at first; both ends are where it
/// begins then, until the jobs are put there.
fn lay_out(list: &mut [Stream]) {
    let mut begin = 0;
    for stream in list {
        let jobs = stream.end;
        (stream.at, stream.end) = (begin, begin);
        begin += jobs;
    }
}
