//! Listings of jobs. Pointers are read first and the jobs after them, so a job that has moved in between is left out.

use crate::{
    errors::unavailable,
    keys::{self, Range},
    read::Order,
    rows::{CounterRow, JobPointerRow, JobRow, WaitingPointerRow},
    store::DynamoStore,
    writes::{Condition, MARK},
};
use aws_sdk_dynamodb::types::ReturnValue;
use soca_app::ports::store::{Page, StoreError};
use soca_domain::{Job, JobId, JobState, QueueName, UserName};
use std::collections::BTreeSet;

/// Numbers one page of everybody's jobs looks at, at most: numbers that were given may never have become jobs.
const LOOKS: u64 = 1_000;
/// Numbers read at once, at least.
const LOOK: u64 = 25;

impl DynamoStore {
    /// Jobs of a waiting list that still belong to it, in its order.
    pub(crate) async fn waiting(
        &self,
        range: &Range,
        limit: u32,
        belongs: impl Fn(&Job) -> bool,
    ) -> Result<Vec<Job>, StoreError> {
        let pointers: Vec<JobPointerRow> = self.query(range, Order::Ascending, Some(limit as usize)).await?;
        let jobs = self.jobs_by_id(pointers.into_iter().map(|p| p.job)).await?;
        Ok(jobs.into_iter().filter(belongs).collect())
    }

    /// The first jobs of each owner that are `Queued` in a queue, in queue order. Where that is too many, each owner's
    /// first come before anybody's second, so that nobody is left out.
    pub(crate) async fn heads(
        &self,
        queue: &QueueName,
        per_owner: u32,
        most: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let (per_owner, most) = (per_owner as usize, most as usize);
        let v1: Vec<JobPointerRow> =
            self.query(&keys::queued_v1(queue), Order::Ascending, Some(most)).await?;
        let mut found: Vec<JobId> = v1.into_iter().map(|row| row.job).collect();
        let owners = self.heads_by_owner(queue, per_owner, most).await?;
        for place in 0..per_owner {
            found.extend(owners.iter().filter_map(|jobs| jobs.get(place)));
        }
        // A job that came back under this release has both places until it starts.
        let mut seen = BTreeSet::new();
        found.retain(|id| seen.insert(*id));
        found.truncate(most);
        let belongs = |job: &Job| job.queue == *queue && matches!(job.state, JobState::Queued { .. });
        let mut jobs: Vec<Job> =
            self.jobs_by_id(found.into_iter()).await?.into_iter().filter(belongs).collect();
        jobs.sort_by_key(Job::queue_order);
        Ok(jobs)
    }

    /// The first queued jobs of each owner, of at most so many owners.
    ///
    /// One query an owner: it asks for one pointer more than are wanted, so that the pointers of the next owner, or of
    /// several with few jobs, come along.
    async fn heads_by_owner(
        &self,
        queue: &QueueName,
        per_owner: usize,
        most: usize,
    ) -> Result<Vec<Vec<JobId>>, StoreError> {
        let (mut found, mut last): (Vec<Vec<JobId>>, Option<UserName>) = (vec![], None);
        while found.len() < most {
            let range = keys::queued_after(queue, last.as_ref());
            let rows: Vec<WaitingPointerRow> =
                self.query(&range, Order::Ascending, Some(per_owner + 1)).await?;
            let whole = rows.len() <= per_owner;
            let mut owners: Vec<&[WaitingPointerRow]> = rows.chunk_by(|a, b| a.owner == b.owner).collect();
            // The last owner of a full page may have more: theirs is the next page, unless they have all of this one.
            if !whole && owners.len() > 1 {
                owners.pop();
            }
            found.extend(owners.iter().map(|jobs| jobs.iter().take(per_owner).map(|row| row.job).collect()));
            match owners.last().and_then(|jobs| jobs.first()) {
                Some(row) if !whole => last = Some(row.owner.clone()),
                _ => break,
            }
        }
        Ok(found)
    }

    /// A page of an owner's jobs.
    pub(crate) async fn owned(
        &self,
        owner: &UserName,
        limit: u32,
        before: Option<JobId>,
    ) -> Result<Page<Job>, StoreError> {
        let range = keys::owned_below(owner, before);
        let limit = limit as usize;
        let mut pointers: Vec<JobPointerRow> = self.query(&range, Order::Descending, Some(limit + 1)).await?;
        let more = pointers.len() > limit;
        pointers.truncate(limit);
        let next = pointers.last().filter(|_| more).map(|last| last.job.to_string());
        Ok(Page { items: self.jobs_by_id(pointers.into_iter().map(|p| p.job)).await?, next })
    }

    /// A page of everybody's jobs: the numbers below the counter, from the highest down.
    pub(crate) async fn everybodys(
        &self,
        limit: u32,
        before: Option<JobId>,
    ) -> Result<Page<Job>, StoreError> {
        let given = self.get::<CounterRow>(&keys::job_counter()).await?.map_or(0, |c| c.last);
        let mut below = before.map_or(given + 1, |id| id.0.min(given + 1));
        let end = below.saturating_sub(LOOKS).max(1);
        let limit = limit as usize;
        let mut items = Vec::new();
        while items.len() < limit && below > end {
            let wanted = LOOK.max((limit - items.len()) as u64);
            let lowest = below.saturating_sub(wanted).max(end);
            let found = self.jobs_by_id((lowest..below).rev().map(JobId)).await?;
            items.extend(found);
            below = lowest;
        }
        if items.len() >= limit {
            items.truncate(limit);
            below = items.last().map_or(below, |job| job.id.0);
        }
        Ok(Page { items, next: (below > 1).then(|| below.to_string()) })
    }

    /// The next `count` numbers; the first of them.
    pub(crate) async fn next_ids(&self, count: u32) -> Result<JobId, StoreError> {
        let count = u64::from(count.max(1));
        let values = Condition::new("", &["last"]).number("count", count).marking::<CounterRow>();
        let update = self.update(&keys::job_counter(), &format!("SET {MARK} ADD #last :count"), values);
        let reply = update.return_values(ReturnValue::AllNew).send().await.map_err(unavailable)?;
        let counter: CounterRow = crate::rows::decode(reply.attributes.unwrap_or_default())?;
        Ok(JobId(counter.last - count + 1))
    }

    async fn jobs_by_id(&self, ids: impl Iterator<Item = JobId>) -> Result<Vec<Job>, StoreError> {
        let keys: Vec<_> = ids.map(keys::job).collect();
        Ok(self.batch_get::<JobRow>(&keys).await?.into_iter().map(Job::from).collect())
    }
}
