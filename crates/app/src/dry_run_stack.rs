//! First step of the state machine: would the launch be possible? Refuses with a reason before anything exists.

use crate::{
    error::Error,
    ports::{Catalog, LaunchChecks, Store},
    waiter::unknown_stack,
};
use soca_domain::{Code, Job, StackId, instance_type::InstanceType, stack::Stack};

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
        let (_, job) = live_job(self.store, id).await?;
        let types = launch_types(self.catalog, &job).await?;
        if let Some(without) = types.iter().find(|t| job.launch.efa_support && !t.efa) {
            return Err(Error::refused(
                Code::EfaUnsupported,
                format!("{} has no Elastic Fabric Adapter.", without.name),
                "Choose a type with one, for example hpc6a.48xlarge or c6in.32xlarge, or leave efa_support out.",
            ));
        }
        Ok(self.checks.check_launch(&job.launch, &types).await?)
    }
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

/// What EC2 says of the job's types, in the job's order.
pub(crate) async fn launch_types(catalog: &dyn Catalog, job: &Job) -> Result<Vec<InstanceType>, Error> {
    let mut types = Vec::new();
    for name in &job.launch.instance_types {
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
