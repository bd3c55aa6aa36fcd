//! The two waiting steps: each leaves its task token on the stack, then checks whether there is anything to wait for.

use crate::{
    error::Error,
    ports::{Store, StoreError, Workflow, Write},
    transition::RACES,
    waiter::{self, unknown_stack},
};
use soca_domain::{
    StackId, Timestamp,
    stack::{Stack, WaitStep, Waiter},
};

/// Notes that a step waits and answers it at once if what it waits for has come already.
pub async fn begin_wait(
    store: &dyn Store,
    workflow: &dyn Workflow,
    id: &StackId,
    step: WaitStep,
    token: String,
    now: Timestamp,
) -> Result<(), Error> {
    let waiter = Waiter { step, token, since: now };
    update_stack(store, id, |stack| Some(Stack { waiter: Some(waiter.clone()), ..stack })).await?;
    waiter::answer(store, workflow, id, now).await
}

/// Changes a stack, reading again after a lost race. `change` answers `None` when nothing is to be written.
pub(crate) async fn update_stack(
    store: &dyn Store,
    id: &StackId,
    change: impl Fn(Stack) -> Option<Stack>,
) -> Result<Stack, Error> {
    for _ in 0..RACES {
        let stack = store.stack(id).await?.ok_or_else(|| unknown_stack(id))?;
        let Some(next) = change(stack.clone()) else { return Ok(stack) };
        match store.commit(vec![Write::UpdateStack(next.clone())]).await {
            Ok(()) => return Ok(next),
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Unavailable("too many lost races".into()))
}
