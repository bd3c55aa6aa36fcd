//! Every port, call by call, through [`Faulty::call`].

use super::Faulty;
use async_trait::async_trait;
use soca_app::ports::{
    Artifacts, Bus, BusEvent, Catalog, CloudError, ComputeStacks, Instances, LaunchChecks, Prices, Store,
    StoreError, Workflow, Write,
    cloud::{CloudInstance, CloudStackState, StackPlan},
    store::{OutputId, OutputState, Page, RememberedRequest, TickLease},
    workflow::ExecutionInput,
};
use soca_domain::{
    Fault, InstanceId, Job, JobId, MicroUsd, ProjectName, QueueName, StackId, Timestamp, UserName,
    element::ElementChunk,
    instance_type::{InstanceType, InstanceTypeName},
    launch::LaunchSpec,
    ledger::Account,
    limit::{CounterScope, Usage},
    node::Node,
    offer::{Offer, OfferList},
    pool::DryPool,
    project::Project,
    queue::QueuePolicy,
    stack::Stack,
};
use std::collections::BTreeMap;

/// Implements a port for `Faulty`, each method by the same method of the inner port.
macro_rules! faulty {
    ($port:ident, $area:literal, $error:ty,
     $(fn $method:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<T: $port + ?Sized> $port for Faulty<T> {
            $(async fn $method(&self, $($arg: $type),*) -> Result<$answer, $error> {
                self.call(concat!($area, ".", stringify!($method)), self.inner.$method($($arg),*)).await
            })*
        }
    };
}

faulty! { Store, "store", StoreError,
    fn commit(writes: Vec<Write>) -> ();
    fn allocate_job_ids(count: u32) -> JobId;
    fn job(id: JobId) -> Option<Job>;
    fn jobs(owner: Option<&UserName>, limit: u32, from: Option<&str>) -> Page<Job>;
    fn queue_heads(queue: &QueueName, per_owner: u32, most: u32) -> Vec<Job>;
    fn held_jobs(queue: &QueueName, limit: u32) -> Vec<Job>;
    fn remembered(owner: &UserName, key: &str) -> Option<RememberedRequest>;
    fn stack(id: &StackId) -> Option<Stack>;
    fn live_stacks() -> Vec<Stack>;
    fn nodes(stack: &StackId) -> Vec<Node>;
    fn node(stack: &StackId, instance: &InstanceId) -> Option<Node>;
    fn elements(job: JobId) -> Vec<ElementChunk>;
    fn element_chunk(job: JobId, number: u32) -> Option<ElementChunk>;
    fn output(id: &OutputId) -> Option<OutputState>;
    fn queues() -> Vec<QueuePolicy>;
    fn projects() -> Vec<Project>;
    fn project(name: &ProjectName) -> Option<Project>;
    fn account(project: &ProjectName) -> Account;
    fn usage(scope: &CounterScope) -> Usage;
    fn spending(project: Option<&ProjectName>, owner: &UserName, since_day: i64) -> Vec<(i64, MicroUsd)>;
    fn offers() -> Option<OfferList>;
    fn dry_pools() -> Vec<DryPool>;
    fn begin_tick(holder: &str, now: Timestamp, until: Timestamp) -> TickLease;
    fn end_tick(holder: &str, wishes: u64, now: Timestamp) -> TickLease;
}

faulty! { Catalog, "catalog", CloudError,
    fn instance_type(name: &InstanceTypeName) -> Option<InstanceType>;
    fn instance_type_names() -> Vec<String>;
    fn offers() -> Vec<Offer>;
}

faulty! { LaunchChecks, "checks", CloudError,
    fn check_launch(spec: &LaunchSpec, types: &[InstanceType]) -> ();
}

faulty! { ComputeStacks, "stacks", CloudError,
    fn create(plan: &StackPlan) -> ();
    fn state(stack: &StackId) -> CloudStackState;
    fn delete(stack: &StackId) -> ();
    fn list() -> Vec<(StackId, Timestamp)>;
}

faulty! { Instances, "instances", CloudError,
    fn of_stack(stack: &StackId) -> Vec<CloudInstance>;
    fn instance(id: &InstanceId) -> Option<CloudInstance>;
    fn alive() -> Vec<CloudInstance>;
    fn terminate(ids: &[InstanceId]) -> ();
}

faulty! { Prices, "prices", CloudError,
    fn on_demand(name: &InstanceTypeName) -> Option<MicroUsd>;
    fn all_on_demand() -> BTreeMap<InstanceTypeName, MicroUsd>;
}

faulty! { Artifacts, "artifacts", CloudError,
    fn put(key: &str, bytes: Vec<u8>) -> ();
    fn get(key: &str) -> Option<Vec<u8>>;
    fn list(prefix: &str, from: &str, limit: u32) -> Vec<String>;
}

faulty! { Workflow, "workflow", CloudError,
    fn start(input: &ExecutionInput) -> ();
    fn is_running(stack: &StackId, repairs: u32) -> bool;
    fn succeed(token: &str) -> ();
    fn fail(token: &str, reason: &Fault) -> ();
}

faulty! { Bus, "bus", CloudError,
    fn publish(event: &BusEvent) -> ();
}
