//! Reads: one row, neighbouring rows, and many rows by key. All strongly consistent.

use crate::{
    PARTITION_KEY, SORT_KEY,
    commit::pause,
    errors::unavailable,
    keys::{Key, Range},
    rows::{self, Item, Row},
    store::DynamoStore,
};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use soca_app::ports::store::StoreError;
use std::collections::HashMap;

/// Keys that DynamoDB takes in one batch.
const BATCH: usize = 100;
/// How often a batch may come back with nothing read before the table counts as unavailable.
const TRIES: u32 = 6;

/// From which end a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The least sort key first.
    Ascending,
    /// The greatest first.
    Descending,
}

impl DynamoStore {
    /// One row.
    pub(crate) async fn get<R: Row>(&self, key: &Key) -> Result<Option<R>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let reply = get.set_key(Some(rows::key_of(key))).send().await.map_err(unavailable)?;
        reply.item.map(rows::decode).transpose()
    }

    /// The first `limit` rows of a range; all of them when `None`.
    pub(crate) async fn query<R: Row>(
        &self,
        range: &Range,
        order: Order,
        limit: Option<usize>,
    ) -> Result<Vec<R>, StoreError> {
        let limit = limit.unwrap_or(usize::MAX);
        let (mut found, mut from) = (Vec::new(), None);
        while found.len() < limit {
            let page = i32::try_from(limit - found.len()).ok();
            let reply = self.query_page(range, order, page, from).await?;
            found.extend(reply.0);
            from = reply.1;
            if from.is_none() {
                break;
            }
        }
        found.into_iter().map(rows::decode).collect()
    }

    async fn query_page(
        &self,
        range: &Range,
        order: Order,
        limit: Option<i32>,
        from: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let text = |t: &str| AttributeValue::S(t.to_owned());
        let reply = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_names("#sk", SORT_KEY)
            .expression_attribute_values(":pk", text(&range.pk))
            .expression_attribute_values(":from", text(&range.from))
            .expression_attribute_values(":to", text(&range.to))
            .scan_index_forward(order == Order::Ascending)
            .set_limit(limit)
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(unavailable)?;
        Ok((reply.items.unwrap_or_default(), reply.last_evaluated_key))
    }

    /// The rows that exist of these keys, in the keys' order.
    pub(crate) async fn batch_get<R: Row>(&self, keys: &[Key]) -> Result<Vec<R>, StoreError> {
        let mut found = HashMap::new();
        for batch in keys.chunks(BATCH) {
            self.read_batch(batch, &mut found).await?;
        }
        keys.iter().filter_map(|key| found.remove(key)).map(rows::decode).collect()
    }

    /// Reads one batch; what DynamoDB leaves out of a reply (over 16 MB, or throttled) is asked for again.
    async fn read_batch(&self, keys: &[Key], found: &mut HashMap<Key, Item>) -> Result<(), StoreError> {
        let mut open: Vec<Item> = keys.iter().map(rows::key_of).collect();
        let mut tries = 1;
        while !open.is_empty() {
            let asked = open.len();
            let request = KeysAndAttributes::builder()
                .set_keys(Some(open))
                .consistent_read(true)
                .build()
                .map_err(unavailable)?;
            let reply = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .send()
                .await
                .map_err(unavailable)?;
            let items = reply.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
            found.extend(items.into_iter().filter_map(|item| Some((rows::key_in(&item)?, item))));
            open = reply
                .unprocessed_keys
                .unwrap_or_default()
                .remove(&self.table)
                .map_or(vec![], |rest| rest.keys);
            if open.len() == asked {
                if tries == TRIES {
                    return Err(unavailable("DynamoDB read no row of a batch"));
                }
                pause(tries).await;
                tries += 1;
            }
        }
        Ok(())
    }
}
