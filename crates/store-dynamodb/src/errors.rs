//! What DynamoDB's errors mean to us: the only file that knows their names.

use crate::rows::Item;
use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::CancellationReason,
};
use soca_app::ports::store::StoreError;
use std::error::Error;

/// An error of the SDK, whatever the operation.
pub(crate) type Source = Box<dyn Error + Send + Sync>;

/// Whether a condition of a single write does not hold.
pub(crate) fn is_conditional_failure<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    code(error) == Some("ConditionalCheckFailedException")
}

/// Whether another transaction has the row just now, or the table is too busy: the same call may succeed soon.
pub(crate) fn is_contention<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(
        code(error),
        Some(
            "TransactionConflictException"
                | "TransactionInProgressException"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "ThrottlingException"
        )
    )
}

/// Why a transaction was cancelled, item by item; `None` when it failed otherwise.
pub(crate) fn cancellation_reasons<R>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> Option<&[CancellationReason]> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(e)) => Some(e.cancellation_reasons()),
        _ => None,
    }
}

/// The row that did not fulfil an update's condition, when it was asked for and exists.
pub(crate) fn row_that_failed(error: UpdateItemError) -> Option<Item> {
    match error {
        UpdateItemError::ConditionalCheckFailedException(e) => e.item,
        _ => None,
    }
}

/// The reason of a cancelled transaction's item: its condition does not hold.
pub(crate) fn is_conditional_reason(reason: &str) -> bool {
    reason == "ConditionalCheckFailed"
}

/// The reason of a cancelled transaction's item: contention, as in [`is_contention`].
pub(crate) fn is_contention_reason(reason: &str) -> bool {
    matches!(reason, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
}

/// Any failure that says nothing about the rows.
pub(crate) fn unavailable(error: impl Into<Source>) -> StoreError {
    StoreError::Unavailable(error.into())
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}
