//! What instances of a type cost.

use crate::{
    error::Error,
    ports::{Catalog, Prices},
    submit_job::unknown_type,
};
use soca_domain::{
    MicroUsd,
    instance_type::{InstanceType, InstanceTypeName},
    price::quote,
};
use std::time::Duration;

/// A type with its price.
#[derive(Clone, Debug)]
pub struct Priced {
    /// What EC2 says of it.
    pub instance_type: InstanceType,
    /// One instance for one hour on demand; `None` when no list has it.
    pub hourly: Option<MicroUsd>,
    /// All instances for the whole walltime.
    pub total: Option<MicroUsd>,
}

/// Looks a type and its price up.
///
/// # Errors
/// `UNKNOWN_INSTANCE_TYPE` with the nearest names.
pub async fn price(
    catalog: &dyn Catalog,
    prices: &dyn Prices,
    name: &InstanceTypeName,
    nodes: u32,
    walltime: Option<Duration>,
) -> Result<Priced, Error> {
    let Some(instance_type) = catalog.instance_type(name).await? else {
        return Err(unknown_type(catalog, name).await?.into());
    };
    let hourly = prices.on_demand(name).await?;
    let total = hourly.and_then(|rate| quote(rate, nodes, walltime));
    Ok(Priced { instance_type, hourly, total })
}
