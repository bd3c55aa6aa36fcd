//! First step of the state machine: would the launch be possible? Refuses with a reason before anything exists.

use crate::{
    await_nodes::update_stack,
    error::Error,
    ports::{Catalog, CloudError, LaunchChecks, Store},
    waiter::unknown_stack,
};
use soca_domain::{
    Code, Fault, Job, StackId,
    instance_type::InstanceType,
    ladder::{Rung, is_alike, rung_of},
    launch::LaunchSpec,
    pool::FaultScope,
    stack::Stack,
    verdict::{Next, Verdict},
};

/// What the dry run needs.
pub struct DryRunStack<'a> {
    /// The table.
    pub store: &'a dyn Store,
    /// Instance types.
    pub catalog: &'a dyn Catalog,
    /// EC2's own checks.
    pub checks: &'a dyn LaunchChecks,
}

impl DryRunStack<'_> {
    /// # Errors
    /// [`Error::Refused`] with the reason; the job ends with it, or is queued again if it is the cloud's weather.
    pub async fn run(&self, id: &StackId) -> Result<(), Error> {
        let (stack, job) = live_job(self.store, id).await?;
        let launch = launch_of(&stack, &job);
        let types = launch_types(self.catalog, &launch).await?;
        if let Some(without) = types.iter().find(|t| job.launch.efa_support && !t.efa) {
            return Err(Error::refused(
                Code::EfaUnsupported,
                format!("{} has no Elastic Fabric Adapter.", without.name),
                "Choose a type with one, for example hpc6a.48xlarge or c6in.32xlarge, or leave efa_support out.",
            ));
        }
        match self.checks.check_launch(&launch, &types).await {
            Ok(()) => Ok(()),
            Err(CloudError::Refused(fault)) if is_about_types(&fault) => {
                self.other_type(&stack, &job, fault).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The attempt's type is refused and another of the job's may not be: the first that is not takes its place, at
    /// once and within the attempt.
    async fn other_type(&self, stack: &Stack, job: &Job, refused: Fault) -> Result<(), Error> {
        let rung = rung(stack, job);
        let mut worst = refused;
        if is_alike(&job.launch, rung.market) {
            for name in job.launch.instance_types.iter().filter(|name| !rung.types.contains(name)) {
                let other = Rung { types: vec![name.clone()], market: rung.market };
                let launch = job.launch.on(&other);
                let types = launch_types(self.catalog, &launch).await?;
                match self.checks.check_launch(&launch, &types).await {
                    Ok(()) => {
                        let narrow = |stack: Stack| Some(Stack { rung: Some(other.clone()), ..stack });
                        update_stack(self.store, &stack.id, narrow).await?;
                        tracing::info!(stack.id = %stack.id, "{} instead: {}", name, worst.message);
                        return Ok(());
                    }
                    // One that may go better later keeps the job.
                    Err(CloudError::Refused(fault)) if passes(job, &fault) && !passes(job, &worst) => {
                        worst = fault
                    }
                    Err(CloudError::Refused(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(worst.into())
    }
}

/// Whether another type may be launched where this one is refused.
fn is_about_types(fault: &Fault) -> bool {
    match FaultScope::of(fault.code) {
        FaultScope::Pool | FaultScope::Type => true,
        FaultScope::Job => false,
    }
}

/// Whether the job is tried again after such a fault.
fn passes(job: &Job, fault: &Fault) -> bool {
    Verdict::Fault { fault: fault.clone() }.next(job.attempt() < job.run.policy.attempts) == Next::Requeue
}

/// What an attempt may launch.
fn rung(stack: &Stack, job: &Job) -> Rung {
    let of_attempt = || job.last_attempt().map(|attempt| rung_of(&job.launch, attempt));
    stack.rung.clone().or_else(of_attempt).unwrap_or_else(|| Rung::whole(&job.launch))
}

/// The launch of an attempt.
pub(crate) fn launch_of(stack: &Stack, job: &Job) -> LaunchSpec {
    job.launch.on(&rung(stack, job))
}

/// The stack and its job, if the job still wants to run.
///
/// # Errors
/// The cancel's reason when somebody cancelled it, `BAD_STACK_ID` when there is no such stack.
pub(crate) async fn live_job(store: &dyn Store, id: &StackId) -> Result<(Stack, Job), Error> {
    let stack = store.stack(id).await?.ok_or_else(|| unknown_stack(id))?;
    let job = store.job(stack.job).await?.ok_or_else(|| unknown_stack(id))?;
    if let Some(cancel) = &job.cancel {
        let fault = cancel.verdict().fault().expect("a cancel has a reason");
        return Err(fault.into());
    }
    if job.state.stack() != Some(id) {
        return Err(unknown_stack(id));
    }
    Ok((stack, job))
}

/// What EC2 says of a launch's types, in their order.
pub(crate) async fn launch_types(
    catalog: &dyn Catalog,
    launch: &LaunchSpec,
) -> Result<Vec<InstanceType>, Error> {
    let mut types = Vec::new();
    for name in &launch.instance_types {
        let found = catalog.instance_type(name).await?.ok_or_else(|| {
            Error::refused(
                Code::UnknownInstanceType,
                format!("{name} is no longer offered in this region."),
                "Submit the job again with another instance type.",
            )
        })?;
        types.push(found);
    }
    Ok(types)
}
