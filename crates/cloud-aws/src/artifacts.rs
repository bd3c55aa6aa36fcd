//! The port `Artifacts` on one S3 bucket.

use crate::errors::{Failure, Meaning, Service, unreadable};
use async_trait::async_trait;
use aws_sdk_s3::{Client, primitives::ByteStream};
use soca_app::ports::{Artifacts, CloudError};

/// The most keys S3 lists at once.
const PAGE: u32 = 1000;

/// Objects in a bucket.
#[derive(Debug)]
pub struct ArtifactsAws {
    client: Client,
    bucket: String,
}

impl ArtifactsAws {
    /// On an S3 client, for one bucket.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into() }
    }
}

#[async_trait]
impl Artifacts for ArtifactsAws {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), CloudError> {
        let call =
            self.client.put_object().bucket(&self.bucket).key(key).body(ByteStream::from(bytes)).send();
        call.await.map_err(|error| Failure::of(Service::S3, error))?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CloudError> {
        let call = self.client.get_object().bucket(&self.bucket).key(key).send();
        match call.await.map_err(|error| Failure::of(Service::S3, error)) {
            Ok(reply) => {
                let body = reply.body.collect().await.map_err(|error| unreadable(Service::S3, error))?;
                Ok(Some(body.into_bytes().to_vec()))
            }
            Err(failure) if failure.meaning() == Meaning::Absent => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn list(&self, prefix: &str, from: &str, limit: u32) -> Result<Vec<String>, CloudError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let page = i32::try_from(limit.clamp(1, PAGE)).unwrap_or(1);
        let request = request.set_start_after(before(from)).max_keys(page);
        let mut pages = request.into_paginator().send();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut keys = Vec::new();
        while keys.len() < limit {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|error| Failure::of(Service::S3, error))?;
            let found = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
            keys.extend(found.filter(|key| key.as_str() >= from));
        }
        keys.truncate(limit);
        Ok(keys)
    }
}

/// A key that comes before `key`, and before few that are not: S3 lists what comes after a key, never the key itself.
fn before(key: &str) -> Option<String> {
    let mut chars = key.chars();
    let last = u32::from(chars.next_back()?);
    let head = chars.as_str();
    let previous = (0..last).rev().find_map(char::from_u32);
    Some(previous.map_or_else(|| head.to_owned(), |c| format!("{head}{c}"))).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listing_begins_just_before_the_wanted_key() {
        assert_eq!(before("jobs/7/000012").as_deref(), Some("jobs/7/000011"));
        assert_eq!(before("a/0").as_deref(), Some("a//"));
        assert_eq!(before("x\u{e000}").as_deref(), Some("x\u{d7ff}"));
        assert_eq!(before("x\u{0}").as_deref(), Some("x"));
        assert_eq!(before(""), None);
        for key in ["a", "jobs/7/000012", "é", "x\u{10000}"] {
            assert!(before(key).unwrap().as_str() < key, "{key}");
        }
    }
}
