//! S3 as a map.

use crate::locked;
use async_trait::async_trait;
use soca_app::ports::{Artifacts, CloudError};
use std::{collections::BTreeMap, sync::Mutex};

/// The bucket.
#[derive(Debug, Default)]
pub struct FakeArtifacts(Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait]
impl Artifacts for FakeArtifacts {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), CloudError> {
        locked(&self.0).insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CloudError> {
        Ok(locked(&self.0).get(key).cloned())
    }

    async fn list(&self, prefix: &str, from: &str, limit: u32) -> Result<Vec<String>, CloudError> {
        let objects = locked(&self.0);
        let after = objects.range(from.max(prefix).to_owned()..).map(|(key, _)| key);
        Ok(after.take_while(|key| key.starts_with(prefix)).take(limit as usize).cloned().collect())
    }
}
