//! What the region offers, and at which price: asked for once a day and kept in the table.
//!
//! EC2 and the price list answer in some twenty pages, which is too slow for every submit. The schedule asks; a submit
//! does only on a new cluster, where nobody has yet.

use crate::{
    error::Error,
    ports::{Catalog, Prices, Store, Write},
};
use soca_domain::{
    Timestamp,
    offer::{Offer, OfferList},
};
use std::time::Duration;

/// After so long the list is asked for again. AWS changes prices and adds types a few times a year.
const FRESH: Duration = Duration::from_secs(24 * 3600);

/// What is known, whatever its age; asked for now if nothing is.
pub async fn known(
    store: &dyn Store,
    catalog: &dyn Catalog,
    prices: &dyn Prices,
    now: Timestamp,
) -> Result<OfferList, Error> {
    match store.offers().await? {
        Some(list) => Ok(list),
        None => ask(store, catalog, prices, now).await,
    }
}

/// Asks again if what is known is a day old; whether it did.
pub async fn refresh(
    store: &dyn Store,
    catalog: &dyn Catalog,
    prices: &dyn Prices,
    now: Timestamp,
) -> Result<bool, Error> {
    if store.offers().await?.is_some_and(|list| now.since(list.read_at) < FRESH) {
        return Ok(false);
    }
    ask(store, catalog, prices, now).await?;
    Ok(true)
}

/// The same for the schedule. The list only serves jobs that name no type: that it cannot be read now must not keep
/// the schedule from its other work, and the next one tries again.
pub async fn keep_fresh(store: &dyn Store, catalog: &dyn Catalog, prices: &dyn Prices, now: Timestamp) {
    if let Err(error) = refresh(store, catalog, prices, now).await {
        tracing::warn!(%error, "the region's offers were not read");
    }
}

async fn ask(
    store: &dyn Store,
    catalog: &dyn Catalog,
    prices: &dyn Prices,
    now: Timestamp,
) -> Result<OfferList, Error> {
    let hourly = prices.all_on_demand().await?;
    let priced = |o: Offer| Offer { hourly: hourly.get(&o.kind.name).copied(), ..o };
    let offers: Vec<Offer> = catalog.offers().await?.into_iter().map(priced).collect();
    let list = OfferList { offers, read_at: now };
    store.commit(vec![Write::PutOffers(list.clone())]).await?;
    tracing::info!(types = list.offers.len(), prices = hourly.len(), "the region's offers were read");
    Ok(list)
}
