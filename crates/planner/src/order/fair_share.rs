//! Fair share: who has used least of their share goes first, members within projects.
//!
//! At each level the one with the smallest *use divided by shares* comes first, as in Slurm's Fair Tree
//! (<https://slurm.schedmd.com/fair_tree.html>); use is decayed by half-lives before the pass. Taking a job adds its
//! charge to its owner's and its project's use, so that of two equals with long queues each gets every other turn:
//! weighted fair queueing, in O(n log n).

use super::{InOrder, Item, streams::Streams};
use crate::snapshot::Snapshot;
use soca_domain::{JobId, Timestamp};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, binary_heap::PeekMut},
};

/// The better comes first: priority, then least use of the share, then age.
type Rank = (i32, Reverse<u64>, Reverse<(Timestamp, JobId)>);

/// How much of their share somebody used, in 1/1024 units of use per share.
fn normalised(used: u64, shares: u32) -> u64 {
    if shares == 0 { u64::MAX } else { used.saturating_mul(1024) / u64::from(shares) }
}

struct Branch {
    used: u64,
    shares: u32,
    /// Its members that have jobs left: their ranks and streams.
    members: BinaryHeap<(Rank, usize)>,
}

struct Leaf {
    used: u64,
    shares: u32,
}

/// A queue's jobs.
pub(super) struct FairShare {
    branches: Vec<Branch>,
    streams: Streams,
    /// For each stream, its owner's standing.
    leaves: Vec<Leaf>,
    /// Projects that have jobs left.
    heap: BinaryHeap<(Rank, usize)>,
}

impl FairShare {
    /// `jobs` are in the order of submission.
    pub(super) fn new(snapshot: &Snapshot, jobs: &[Item]) -> Self {
        let members: BTreeMap<(u32, u32), (u64, u32)> =
            snapshot.members.iter().map(|m| ((m.project, m.owner), (m.used, m.shares))).collect();
        let branch =
            |p: &crate::Project| Branch { used: p.used, shares: p.shares, members: BinaryHeap::new() };
        let mut branches: Vec<Branch> = snapshot.projects.iter().map(branch).collect();
        let streams = Streams::new(snapshot, jobs, true);
        let mut leaves = Vec::with_capacity(streams.list().len());
        for (at, stream) in streams.list().iter().enumerate() {
            let (used, shares) = members.get(&(stream.project, stream.owner)).copied().unwrap_or((0, 1));
            let leaf = Leaf { used, shares };
            if let Some(rank) = leaf_rank(&leaf, streams.next(at)) {
                branches[stream.project as usize].members.push((rank, at));
            }
            leaves.push(leaf);
        }
        let ranked = branches.iter().enumerate();
        let heap = ranked.filter_map(|(at, branch)| Some((branch_rank(branch)?, at))).collect();
        Self { branches, streams, leaves, heap }
    }
}

fn leaf_rank(leaf: &Leaf, next: Option<&Item>) -> Option<Rank> {
    let next = next?;
    Some((next.priority, Reverse(normalised(leaf.used, leaf.shares)), Reverse(next.age())))
}

/// A project's rank: its most urgent member's priority and age, its own use.
fn branch_rank(branch: &Branch) -> Option<Rank> {
    let (rank, _) = branch.members.peek()?;
    Some((rank.0, Reverse(normalised(branch.used, branch.shares)), rank.2))
}

impl InOrder for FairShare {
    fn next(&self) -> Option<Item> {
        let (_, branch) = self.heap.peek()?;
        let (_, leaf) = self.branches[*branch].members.peek()?;
        self.streams.next(*leaf).copied()
    }

    fn take(&mut self) {
        let Some(mut top) = self.heap.peek_mut() else { return };
        let branch = &mut self.branches[top.1];
        if let Some(mut first) = branch.members.peek_mut() {
            let leaf = &mut self.leaves[first.1];
            let charge = self.streams.next(first.1).map_or(0, |next| next.charge);
            self.streams.take(first.1);
            leaf.used = leaf.used.saturating_add(charge);
            branch.used = branch.used.saturating_add(charge);
            match leaf_rank(leaf, self.streams.next(first.1)) {
                Some(rank) => first.0 = rank,
                None => drop(PeekMut::pop(first)),
            }
        }
        match branch_rank(branch) {
            Some(rank) => top.0 = rank,
            None => drop(PeekMut::pop(top)),
        }
    }
}
