//! How much of each meter is free: now, and at the moments that are promised to jobs which wait.
//!
//! What is free only grows as running jobs end, except where a promise begins. So a job that would stay from now until
//! `end` fits if there is enough now, and enough at each promise that begins before `end`.

use crate::{
    meters::MeterIndex,
    snapshot::{GroupIndex, QueueIndex},
};
use soca_domain::{JobId, Timestamp};

/// A time that never comes.
pub(crate) const NEVER: Timestamp = Timestamp(i64::MAX);

/// To whom room is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promisee {
    /// A job that waits.
    Job(JobId),
    /// A group for which an administrator reserved it: the queue, and which of its reservations.
    Reservation(QueueIndex, usize, GroupIndex),
}

impl Promisee {
    fn is_kept_for(self, groups: &[GroupIndex]) -> bool {
        matches!(self, Promisee::Reservation(_, _, group) if groups.contains(&group))
    }
}

/// Room promised from a moment on.
#[derive(Clone, Copy, Debug)]
struct Promise {
    /// When it begins.
    from: Timestamp,
    /// When it ends.
    to: Timestamp,
    /// To whom.
    to_whom: Promisee,
    /// How much.
    amount: i64,
    /// What is left for others at `from`.
    left: i64,
}

/// One meter's room.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// What is free now. Negative when a limit was lowered below what is in use.
    free: i64,
    /// What is in use, and when it is given back.
    ends: Vec<(Timestamp, i64)>,
    /// Whether `ends` is in order.
    sorted: bool,
    promises: Vec<Promise>,
    /// Jobs that this meter itself blocked and that have been promised room.
    pub(crate) promised: u32,
    /// A job that was looked at waits for room here and has been promised none: it may come first all the same.
    pub(crate) contested: bool,
}

impl Room {
    /// Room of so much, nothing in use.
    pub(crate) fn new(limit: u64) -> Room {
        let free = i64::try_from(limit).unwrap_or(i64::MAX);
        Room { free, ends: vec![], sorted: true, promises: vec![], promised: 0, contested: false }
    }

    /// What is free now.
    pub(crate) fn free(&self) -> i64 {
        self.free
    }

    /// Takes room from now until `end`, for somebody of these groups.
    pub(crate) fn take(&mut self, amount: i64, end: Timestamp, groups: &[GroupIndex]) {
        self.free -= amount;
        self.ends.push((end, amount));
        self.sorted = false;
        for promise in self.promises.iter_mut().filter(|p| p.from < end) {
            let own = if promise.to_whom.is_kept_for(groups) { amount.min(promise.amount) } else { 0 };
            promise.amount -= own;
            promise.left -= amount - own;
        }
    }

    /// Whose promise would be broken if somebody of these groups took so much from now until `end`.
    pub(crate) fn broken(&self, amount: i64, end: Timestamp, groups: &[GroupIndex]) -> Option<Promisee> {
        let breaks = |p: &&Promise| p.from < end && p.left < amount && !p.to_whom.is_kept_for(groups);
        self.promises.iter().find(breaks).map(|p| p.to_whom)
    }

    /// What is free at a moment for somebody of these groups, after what is promised to others.
    fn free_at(&self, at: Timestamp, groups: &[GroupIndex]) -> i64 {
        let back: i64 = self.ends.iter().filter(|(end, _)| *end <= at).map(|(_, amount)| amount).sum();
        let to_others = |p: &&Promise| p.from <= at && at < p.to && !p.to_whom.is_kept_for(groups);
        let promised: i64 = self.promises.iter().filter(to_others).map(|p| p.amount).sum();
        self.free + back - promised
    }

    /// The first moment from `from` on at which somebody's wish can be met, promises to others kept.
    fn earliest(&mut self, wish: &Wish<'_>, amount: i64, from: Timestamp) -> Timestamp {
        if !self.sorted {
            self.ends.sort_unstable_by_key(|(end, _)| *end);
            self.sorted = true;
        }
        let mut at = from;
        loop {
            at = self.grown(wish, amount, at);
            if at == NEVER {
                return NEVER;
            }
            let end = Timestamp(at.0.saturating_add(wish.span));
            let within =
                |p: &&Promise| at < p.from && p.from < end && self.free_at(p.from, wish.groups) < amount;
            match self.promises.iter().filter(within).map(|p| p.from).min() {
                None => return at,
                Some(next) => at = next,
            }
        }
    }

    /// The first moment from `from` on at which so much is free, promises to others kept.
    fn grown(&self, wish: &Wish<'_>, amount: i64, from: Timestamp) -> Timestamp {
        let mut free = self.free_at(from, wish.groups);
        if free >= amount {
            return from;
        }
        if self.promises.is_empty() {
            // What is free only grows, so a running sum will do.
            let mut ends = self.ends.iter().filter(|(end, _)| *end > from && *end < NEVER);
            let enough = ends.find(|(_, back)| {
                free += back;
                free >= amount
            });
            return enough.map_or(NEVER, |(end, _)| *end);
        }
        let ends = self.ends.iter().map(|(end, _)| *end).chain(self.promises.iter().map(|p| p.to));
        let mut moments: Vec<Timestamp> = ends.filter(|at| *at > from && *at < NEVER).collect();
        moments.sort_unstable();
        moments.dedup();
        moments.into_iter().find(|at| self.free_at(*at, wish.groups) >= amount).unwrap_or(NEVER)
    }

    /// Promises so much of what is free at `from`.
    pub(crate) fn promise(&mut self, to_whom: Promisee, amount: i64, from: Timestamp, to: Timestamp) {
        let left = self.free_at(from, &[]) - amount;
        for other in self.promises.iter_mut().filter(|p| from <= p.from && p.from < to) {
            other.left -= amount;
        }
        self.promises.push(Promise { from, to, to_whom, amount, left });
    }

    /// Nothing more may be taken, from now on.
    fn block(&mut self, to_whom: Promisee, now: Timestamp) {
        self.promises.push(Promise { from: now, to: NEVER, to_whom, amount: 0, left: i64::MIN / 2 });
    }
}

/// What a job that waits would take, when it can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    /// Which job.
    pub(crate) job: JobId,
    /// How much of which meters.
    pub(crate) needs: &'a [(MeterIndex, i64)],
    /// For how long, milliseconds.
    pub(crate) span: i64,
    /// The groups of its owner, who may use what is reserved for them.
    pub(crate) groups: &'a [GroupIndex],
}

/// Promises a job the first moment from `now` on at which all of its meters have room; that moment, if it is known.
///
/// Where it is not known, since something in use is never given back as far as anybody knows, the promise begins now
/// and leaves nothing: whatever is given back is the job's first.
pub(crate) fn promise(rooms: &mut [Room], wish: &Wish<'_>, now: Timestamp) -> Option<Timestamp> {
    let mut from = now;
    loop {
        let next = wish
            .needs
            .iter()
            .fold(from, |at, (meter, amount)| rooms[*meter as usize].earliest(wish, *amount, at));
        if next == from || next == NEVER {
            from = next;
            break;
        }
        from = next;
    }
    let to_whom = Promisee::Job(wish.job);
    for (meter, amount) in wish.needs {
        let room = &mut rooms[*meter as usize];
        match from {
            NEVER => room.block(to_whom, now),
            from => room.promise(to_whom, *amount, from, Timestamp(from.0.saturating_add(wish.span))),
        }
    }
    (from != NEVER).then_some(from)
}
