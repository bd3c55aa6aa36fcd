//! The lease on scheduling passes, and the wishes that keep a burst of events from being lost.
//!
//! A wish is counted *before* the lease is tried for. So whoever is told that somebody else has the lease knows that
//! its wish is counted; the holder lets go only on the condition that no wish has come since it looked, and whoever
//! takes a free lease sees all wishes.

use crate::{
    errors::{self, unavailable},
    keys,
    rows::{self, LeaseRow},
    store::DynamoStore,
    writes::{Condition, MARK},
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use soca_app::ports::store::{StoreError, TickLease};
use soca_domain::Timestamp;

impl DynamoStore {
    /// Counts a wish, then takes the lease if it is free, has run out, or is the caller's by an earlier try.
    pub(crate) async fn begin(
        &self,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<TickLease, StoreError> {
        let lease = self.wish().await?;
        let taken = lease.holder.as_deref().is_some_and(|h| h != holder);
        if taken && lease.until.is_some_and(|u| u > now) {
            return Ok(TickLease::Busy);
        }
        let free = Condition::new(
            "attribute_not_exists(#holder) OR #until <= :now OR #holder = :holder",
            &["holder", "until"],
        );
        let values = free.number("now", now.0).number("until", until.0).string("holder", holder);
        let take = self.lease_update("SET #holder = :holder, #until = :until", values);
        match take.return_values(ReturnValue::AllNew).send().await {
            Ok(reply) => Ok(TickLease::Granted { wishes: wishes(reply.attributes)? }),
            Err(e) if errors::is_conditional_failure(&e) => Ok(TickLease::Busy),
            Err(e) => Err(unavailable(e)),
        }
    }

    /// Lets the lease go if no wish has come since; tells the holder of new ones otherwise.
    pub(crate) async fn end(&self, holder: &str, seen: u64) -> Result<TickLease, StoreError> {
        let mine = Condition::new("#holder = :holder AND #wishes = :wishes", &["holder", "wishes", "until"]);
        let update =
            self.lease_update("REMOVE #holder, #until", mine.string("holder", holder).number("wishes", seen));
        let on_failure = ReturnValuesOnConditionCheckFailure::AllOld;
        let error = match update.return_values_on_condition_check_failure(on_failure).send().await {
            Ok(_) => return Ok(TickLease::Busy),
            Err(e) if errors::is_conditional_failure(&e) => e.into_service_error(),
            Err(e) => return Err(unavailable(e)),
        };
        let Some(item) = errors::row_that_failed(error) else { return Ok(TickLease::Busy) };
        let lease: LeaseRow = rows::decode(item)?;
        let still_mine = lease.holder.as_deref() == Some(holder);
        Ok(if still_mine { TickLease::Granted { wishes: lease.wishes } } else { TickLease::Busy })
    }

    async fn wish(&self) -> Result<LeaseRow, StoreError> {
        let values = Condition::new("", &["wishes"]).number("one", 1).marking::<LeaseRow>();
        let update = self.lease_update(&format!("SET {MARK} ADD #wishes :one"), values);
        let reply = update.return_values(ReturnValue::AllNew).send().await.map_err(unavailable)?;
        rows::decode(reply.attributes.unwrap_or_default())
    }

    fn lease_update(&self, update: &str, condition: Condition) -> UpdateItemFluentBuilder {
        self.update(&keys::tick_lease(), update, condition)
    }
}

fn wishes(attributes: Option<rows::Item>) -> Result<u64, StoreError> {
    rows::decode::<LeaseRow>(attributes.unwrap_or_default()).map(|lease| lease.wishes)
}
