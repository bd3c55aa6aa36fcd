//! The store: the port's methods, each one read or one commit away.

use crate::{
    keys::{self, Key},
    read::Order,
    rows::{
        self, AccountRow, DryPoolRow, ElementsRow, JobRow, NodeRow, OffersRow, OutputRow, ProjectRow,
        QueueRow, RequestRow, Row, ShareRow, StackPointerRow, StackRow, UsageRow,
    },
    writes::{Condition, some_unless_empty},
};
use async_trait::async_trait;
use aws_sdk_dynamodb::{Client, operation::update_item::builders::UpdateItemFluentBuilder};
use soca_app::ports::store::{
    OutputId, OutputState, Page, RememberedRequest, Store, StoreError, TickLease, Write,
};
use soca_domain::{
    InstanceId, Job, JobId, JobState, MicroUsd, ProjectName, QueueName, StackId, Timestamp, UserName,
    element::ElementChunk,
    ledger::Account,
    limit::{CounterScope, Usage},
    node::Node,
    offer::OfferList,
    pool::DryPool,
    project::Project,
    queue::QueuePolicy,
    stack::Stack,
};

/// The store's port on one DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl DynamoStore {
    /// A store on a table that exists.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// A row as an entity.
    async fn entity<R: Row + Into<E>, E>(&self, key: Key) -> Result<Option<E>, StoreError> {
        Ok(self.get::<R>(&key).await?.map(Into::into))
    }

    /// A whole range as entities.
    async fn entities<R: Row + Into<E>, E>(&self, range: keys::Range) -> Result<Vec<E>, StoreError> {
        let rows: Vec<R> = self.query(&range, Order::Ascending, None).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// An update of one row.
    pub(crate) fn update(&self, key: &Key, update: &str, condition: Condition) -> UpdateItemFluentBuilder {
        let Condition { text, names, values } = condition;
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(rows::key_of(key)))
            .update_expression(update)
            .set_condition_expression((!text.is_empty()).then_some(text))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(some_unless_empty(values))
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.commit_all(writes).await
    }

    async fn allocate_job_ids(&self, count: u32) -> Result<JobId, StoreError> {
        self.next_ids(count).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.entity::<JobRow, _>(keys::job(id)).await
    }

    async fn jobs(
        &self,
        owner: Option<&UserName>,
        limit: u32,
        from: Option<&str>,
    ) -> Result<Page<Job>, StoreError> {
        let before = match from.map(str::parse) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => return Ok(Page { items: vec![], next: None }),
        };
        let limit = limit.max(1);
        match owner {
            Some(owner) => self.owned(owner, limit, before).await,
            None => self.everybodys(limit, before).await,
        }
    }

    async fn queue_heads(
        &self,
        queue: &QueueName,
        per_owner: u32,
        most: u32,
    ) -> Result<Vec<Job>, StoreError> {
        self.heads(queue, per_owner, most).await
    }

    async fn held_jobs(&self, queue: &QueueName, limit: u32) -> Result<Vec<Job>, StoreError> {
        let belongs = |job: &Job| job.queue == *queue && matches!(job.state, JobState::Held { .. });
        self.waiting(&keys::all_held(queue), limit, belongs).await
    }

    async fn remembered(&self, owner: &UserName, key: &str) -> Result<Option<RememberedRequest>, StoreError> {
        self.entity::<RequestRow, _>(keys::request(owner, key)).await
    }

    async fn stack(&self, id: &StackId) -> Result<Option<Stack>, StoreError> {
        self.entity::<StackRow, _>(keys::stack(id)).await
    }

    async fn live_stacks(&self) -> Result<Vec<Stack>, StoreError> {
        let pointers: Vec<StackPointerRow> = self.query(&keys::all_live(), Order::Ascending, None).await?;
        let keys: Vec<Key> = pointers.iter().map(|p| keys::stack(&p.stack)).collect();
        let stacks = self.batch_get::<StackRow>(&keys).await?.into_iter().map(Stack::from);
        Ok(stacks.filter(|stack| !stack.state.is_released()).collect())
    }

    async fn nodes(&self, stack: &StackId) -> Result<Vec<Node>, StoreError> {
        let mut nodes: Vec<Node> = self.entities::<NodeRow, _>(keys::all_nodes(stack)).await?;
        nodes.sort_by(|a, b| (a.index, &a.instance).cmp(&(b.index, &b.instance)));
        Ok(nodes)
    }

    async fn node(&self, stack: &StackId, instance: &InstanceId) -> Result<Option<Node>, StoreError> {
        self.entity::<NodeRow, _>(keys::node(stack, instance)).await
    }

    async fn elements(&self, job: JobId) -> Result<Vec<ElementChunk>, StoreError> {
        self.entities::<ElementsRow, _>(keys::all_elements(job)).await
    }

    async fn element_chunk(&self, job: JobId, number: u32) -> Result<Option<ElementChunk>, StoreError> {
        self.entity::<ElementsRow, _>(keys::elements(job, number)).await
    }

    async fn output(&self, id: &OutputId) -> Result<Option<OutputState>, StoreError> {
        self.entity::<OutputRow, _>(keys::output(id)).await
    }

    async fn queues(&self) -> Result<Vec<QueuePolicy>, StoreError> {
        self.entities::<QueueRow, _>(keys::all_queues()).await
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.entities::<ProjectRow, _>(keys::all_projects()).await
    }

    async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        self.entity::<ProjectRow, _>(keys::project(name)).await
    }

    async fn account(&self, project: &ProjectName) -> Result<Account, StoreError> {
        Ok(self.entity::<AccountRow, _>(keys::account(project)).await?.unwrap_or_default())
    }

    async fn usage(&self, scope: &CounterScope) -> Result<Usage, StoreError> {
        Ok(self.entity::<UsageRow, _>(keys::usage(scope)).await?.unwrap_or_default())
    }

    async fn spending(
        &self,
        project: Option<&ProjectName>,
        owner: &UserName,
        since_day: i64,
    ) -> Result<Vec<(i64, MicroUsd)>, StoreError> {
        let range = keys::shares_since(project, owner, since_day);
        let rows: Vec<ShareRow> = self.query(&range, Order::Ascending, None).await?;
        Ok(rows.into_iter().map(|row| (row.day, MicroUsd(row.cost))).collect())
    }

    async fn offers(&self) -> Result<Option<OfferList>, StoreError> {
        self.entity::<OffersRow, _>(keys::offers()).await
    }

    async fn dry_pools(&self) -> Result<Vec<DryPool>, StoreError> {
        self.entities::<DryPoolRow, _>(keys::all_dry_pools()).await
    }

    async fn begin_tick(
        &self,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<TickLease, StoreError> {
        self.begin(holder, now, until).await
    }

    async fn end_tick(&self, holder: &str, wishes: u64, _now: Timestamp) -> Result<TickLease, StoreError> {
        self.end(holder, wishes).await
    }
}
