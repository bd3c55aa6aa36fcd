//! A queue's jobs as one stream for each owner within each project, in the order in which that owner's jobs start.

use super::{Item, by_priority};
use crate::snapshot::{OwnerIndex, ProjectIndex, Snapshot};

/// One owner's jobs of one project.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) project: ProjectIndex,
    pub(super) owner: OwnerIndex,
    jobs: Vec<Item>,
    at: usize,
}

impl Stream {
    /// The job that comes next.
    pub(super) fn next(&self) -> Option<Item> {
        self.jobs.get(self.at).copied()
    }

    /// Takes it.
    pub(super) fn take(&mut self) {
        self.at += 1;
    }
}

/// The streams in the order of their first jobs' submission. `apart` tells whether projects are kept apart.
pub(super) fn streams(snapshot: &Snapshot, jobs: &[Item], apart: bool) -> Vec<Stream> {
    let mut streams: Vec<Stream> = Vec::new();
    // An owner has few projects, so a short list each is faster than a map.
    let mut of_owner: Vec<Vec<(ProjectIndex, usize)>> = vec![Vec::new(); snapshot.owners.len()];
    for job in jobs {
        let project = if apart { job.project } else { 0 };
        let known = &mut of_owner[job.owner as usize];
        let at = known.iter().find(|(of, _)| *of == project).map(|(_, at)| *at).unwrap_or_else(|| {
            known.push((project, streams.len()));
            streams.push(Stream { project, owner: job.owner, jobs: vec![], at: 0 });
            streams.len() - 1
        });
        streams[at].jobs.push(*job);
    }
    for stream in &mut streams {
        by_priority(&mut stream.jobs);
    }
    streams
}
