//! What several ports need of EC2: all pages of DescribeInstances.

use crate::errors::{Failure, Service};
use aws_sdk_ec2::{
    Client,
    types::{Filter, Instance},
};

/// The largest page EC2 gives.
const PAGE: i32 = 1000;

/// A filter on one name with the values that pass it.
pub(crate) fn filter(name: impl Into<String>, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// A filter on a tag.
pub(crate) fn tagged(key: &str, value: &str) -> Filter {
    filter(format!("tag:{key}"), &[value])
}

/// Every instance that passes all filters.
pub(crate) async fn instances(client: &Client, filters: Vec<Filter>) -> Result<Vec<Instance>, Failure> {
    let request = client.describe_instances().set_filters(Some(filters)).max_results(PAGE);
    let mut pages = request.into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Failure::of(Service::Ec2, error))?;
        found.extend(
            page.reservations.unwrap_or_default().into_iter().flat_map(|r| r.instances.unwrap_or_default()),
        );
    }
    Ok(found)
}
