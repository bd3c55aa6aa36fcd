//! Commits: a single put when that is all, a transaction otherwise; what their failures mean; and trying again.
//!
//! A transaction carries the SDK's request token, so that the SDK may repeat it after a lost reply. A single put is
//! repeated as well: if the first try did arrive, the second finds its condition false and the caller sees a conflict
//! with itself, which it treats like any other by reading again. Only steps that would count twice (counters) always
//! go through a transaction.

use crate::{
    errors::{self, Source, unavailable},
    rows::Item,
    store::DynamoStore,
    writes::{self, Condition, Step, some_unless_empty},
};
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use soca_app::ports::store::{StoreError, Write};
use std::time::Duration;

/// Writes that one commit may have: each becomes at most four rows, and a transaction takes 100.
const MOST: usize = 20;
/// How often a commit that met contention is tried.
const TRIES: u32 = 6;
/// The longest pause before the second try; it doubles from try to try, up to 0.8 s.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Why a try failed.
enum Failure {
    /// The condition of this write.
    Conflict(usize),
    /// The same try may succeed soon.
    Contended(Source),
    /// Anything else.
    Other(Source),
}

/// The steps of a commit, each with the index of its write.
type Plan = Vec<(usize, Step)>;

impl DynamoStore {
    /// Commits the writes, all or none.
    pub(crate) async fn commit_all(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.len() > MOST {
            return Err(unavailable(format!("a commit has at most {MOST} writes")));
        }
        let plan = plan(writes)?;
        if plan.is_empty() {
            return Ok(());
        }
        let mut tries = 1;
        loop {
            match self.try_commit(&plan).await {
                Ok(()) => return Ok(()),
                Err(Failure::Conflict(index)) => return Err(StoreError::Conflict { index }),
                Err(Failure::Contended(source)) if tries < TRIES => {
                    tracing::debug!(error = %source, tries, "a commit met contention");
                    pause(tries).await;
                    tries += 1;
                }
                Err(Failure::Contended(source) | Failure::Other(source)) => return Err(unavailable(source)),
            }
        }
    }

    async fn try_commit(&self, plan: &Plan) -> Result<(), Failure> {
        match plan.as_slice() {
            [(index, Step::Put(row, condition))] => self.put(*index, row.clone(), condition.clone()).await,
            _ => self.transact(plan).await,
        }
    }

    async fn put(&self, index: usize, row: Item, condition: Option<Condition>) -> Result<(), Failure> {
        let mut put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        if let Some(Condition { text, names, values }) = condition {
            put = put
                .condition_expression(text)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(some_unless_empty(values));
        }
        match put.send().await {
            Ok(_) => Ok(()),
            Err(e) if errors::is_conditional_failure(&e) => Err(Failure::Conflict(index)),
            Err(e) if errors::is_contention(&e) => Err(Failure::Contended(e.into())),
            Err(e) => Err(Failure::Other(e.into())),
        }
    }

    async fn transact(&self, plan: &Plan) -> Result<(), Failure> {
        let items: Vec<TransactWriteItem> = plan
            .iter()
            .map(|(_, step)| step.clone().transact(&self.table))
            .collect::<Result<_, _>>()
            .map_err(|e| Failure::Other(e.into()))?;
        let Err(error) = self.client.transact_write_items().set_transact_items(Some(items)).send().await
        else {
            return Ok(());
        };
        Err(match errors::cancellation_reasons(&error).map(<[_]>::to_vec) {
            Some(reasons) => meaning(plan, &reasons, error.into()),
            None if errors::is_contention(&error) => Failure::Contended(error.into()),
            None => Failure::Other(error.into()),
        })
    }
}

/// What a cancelled transaction says: the first condition that does not hold, or else contention.
fn meaning(plan: &Plan, reasons: &[CancellationReason], source: Source) -> Failure {
    let codes = || reasons.iter().map(|r| r.code().unwrap_or_default());
    let conflict = plan.iter().zip(codes()).find(|(_, code)| errors::is_conditional_reason(code));
    match conflict {
        Some(((index, _), _)) => Failure::Conflict(*index),
        None if codes().any(errors::is_contention_reason) => Failure::Contended(source),
        None => Failure::Other(source),
    }
}

fn plan(writes: Vec<Write>) -> Result<Plan, StoreError> {
    let mut plan = Plan::new();
    for (index, write) in writes.into_iter().enumerate() {
        plan.extend(writes::steps(write)?.into_iter().map(|step| (index, step)));
    }
    Ok(plan)
}

/// Waits between half and the whole of a span that doubles with every try, so that rivals part ways.
pub(crate) async fn pause(tries: u32) {
    let longest = FIRST_PAUSE * 2_u32.pow(tries.saturating_sub(1).min(4));
    tokio::time::sleep(longest.mul_f64(rand::random_range(0.5..=1.0))).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;
    use soca_domain::JobId;

    fn failure(codes: [&str; 3]) -> Failure {
        let step = |n| Step::Remove(keys::job(JobId(n)));
        let plan = vec![(0, step(1)), (4, step(2)), (7, step(3))];
        let reasons: Vec<_> = codes.iter().map(|c| CancellationReason::builder().code(*c).build()).collect();
        meaning(&plan, &reasons, "cancelled".into())
    }

    #[test]
    fn a_cancelled_transaction_names_the_write_whose_condition_failed() {
        let both = failure(["TransactionConflict", "None", "ConditionalCheckFailed"]);
        assert!(matches!(both, Failure::Conflict(7)));
        let first = failure(["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]);
        assert!(matches!(first, Failure::Conflict(4)));
    }

    #[test]
    fn contention_is_told_from_what_will_never_succeed() {
        for reason in ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"] {
            assert!(matches!(failure(["None", reason, "None"]), Failure::Contended(_)), "{reason}");
        }
        assert!(matches!(failure(["None", "ValidationError", "None"]), Failure::Other(_)));
    }
}
