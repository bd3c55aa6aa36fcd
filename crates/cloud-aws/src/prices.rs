//! The port `Prices` on the AWS price list. A price is asked for once in a function's life.

use crate::{
    errors::{Failure, Service},
    memo::Memo,
};
use async_trait::async_trait;
use aws_sdk_pricing::{
    Client,
    error::BuildError,
    types::{Filter, FilterType},
};
use serde::Deserialize;
use soca_app::ports::{CloudError, Prices};
use soca_domain::{MicroUsd, instance_type::InstanceTypeName};
use std::collections::{BTreeMap, HashMap};

/// On-demand prices of one region.
#[derive(Debug)]
pub struct PricesAws {
    client: Client,
    region: String,
    known: Memo<InstanceTypeName, MicroUsd>,
}

impl PricesAws {
    /// On a Pricing client, for the region whose prices are asked for.
    pub fn new(client: Client, region: impl Into<String>) -> Self {
        Self { client, region: region.into(), known: Memo::default() }
    }

    async fn ask(&self, name: &InstanceTypeName) -> Result<Option<MicroUsd>, CloudError> {
        let mut highest = None;
        self.each_product(Some(name), |product| highest = highest.max(hourly(product))).await?;
        Ok(highest)
    }

    /// Looks at every entry of the price list for a type, or for all of them.
    async fn each_product(
        &self,
        name: Option<&InstanceTypeName>,
        mut look: impl FnMut(&str) + Send,
    ) -> Result<(), CloudError> {
        let filters = filters(name, &self.region)
            .map_err(|error| crate::errors::unreadable(Service::Pricing, error))?;
        let request = self.client.get_products().service_code("AmazonEC2").set_filters(Some(filters));
        let mut products = request.into_paginator().items().send();
        while let Some(product) = products.next().await {
            look(&product.map_err(|error| Failure::of(Service::Pricing, error))?);
        }
        Ok(())
    }
}

#[async_trait]
impl Prices for PricesAws {
    async fn on_demand(&self, name: &InstanceTypeName) -> Result<Option<MicroUsd>, CloudError> {
        if let Some(known) = self.known.get(name) {
            return Ok(Some(known));
        }
        let price = self.ask(name).await?;
        if let Some(price) = &price {
            self.known.put(name, price);
        }
        Ok(price)
    }

    async fn all_on_demand(&self) -> Result<BTreeMap<InstanceTypeName, MicroUsd>, CloudError> {
        let mut all: BTreeMap<InstanceTypeName, MicroUsd> = BTreeMap::new();
        self.each_product(None, |product| {
            if let Some((name, price)) = type_of(product).zip(hourly(product)) {
                let highest = all.entry(name).or_insert(price);
                *highest = price.max(*highest);
            }
        })
        .await?;
        Ok(all)
    }
}

/// Linux without extra software, on shared hardware, used and not merely reserved.
fn filters(name: Option<&InstanceTypeName>, region: &str) -> Result<Vec<Filter>, BuildError> {
    let wanted = [
        ("regionCode", region),
        ("operatingSystem", "Linux"),
        ("tenancy", "Shared"),
        ("preInstalledSw", "NA"),
        ("capacitystatus", "Used"),
    ];
    let filter = |(field, value): (&str, &str)| {
        Filter::builder().r#type(FilterType::TermMatch).field(field).value(value).build()
    };
    let one = name.map(|name| ("instanceType", name.as_str()));
    one.into_iter().chain(wanted).map(filter).collect()
}

/// One entry of the price list, as far as we read it.
#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    product: Described,
    terms: Terms,
}

#[derive(Default, Deserialize)]
struct Described {
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    instance_type: Option<String>,
}

#[derive(Deserialize)]
struct Terms {
    #[serde(rename = "OnDemand", default)]
    on_demand: HashMap<String, Offer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    price_dimensions: HashMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    price_per_unit: HashMap<String, String>,
}

/// The instance type that an entry is about.
fn type_of(product: &str) -> Option<InstanceTypeName> {
    let product: Product = serde_json::from_str(product).ok()?;
    product.product.attributes.instance_type?.parse().ok()
}

/// The price per hour in an entry. Entries without one, or of zero (capacity blocks), are not what is asked for.
fn hourly(product: &str) -> Option<MicroUsd> {
    let product: Product = serde_json::from_str(product).ok()?;
    let dimensions = product.terms.on_demand.values().flat_map(|offer| offer.price_dimensions.values());
    let hours = dimensions.filter(|dimension| dimension.unit == "Hrs");
    let prices = hours.filter_map(|dimension| MicroUsd::parse_usd(dimension.price_per_unit.get("USD")?));
    prices.filter(|price| *price > MicroUsd(0)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(unit: &str, usd: &str) -> String {
        format!(
            r#"{{"product":{{"attributes":{{"instanceType":"c6i.large"}},"sku":"A"}},"serviceCode":"AmazonEC2",
            "terms":{{"OnDemand":{{"A.JRTCKXETXF":{{"priceDimensions":{{"A.JRTCKXETXF.6YS6EN2CT7":{{"unit":"{unit}",
            "endRange":"Inf","pricePerUnit":{{"USD":"{usd}"}}}}}},"sku":"A"}}}},
            "Reserved":{{"A.4NA7Y494T4":{{"priceDimensions":{{}}}}}}}}}}"#
        )
    }

    #[test]
    fn the_hourly_price_is_read() {
        assert_eq!(hourly(&entry("Hrs", "0.0850000000")), Some(MicroUsd(85_000)));
        assert_eq!(type_of(&entry("Hrs", "1")), "c6i.large".parse().ok());
        for other in [
            entry("Quantity", "0.5"),
            entry("Hrs", "0.0000000000"),
            entry("Hrs", "x"),
            "{}".into(),
            String::new(),
        ] {
            assert_eq!(hourly(&other), None, "{other}");
        }
    }

    #[test]
    fn an_entry_without_on_demand_terms_has_no_price() {
        assert_eq!(hourly(r#"{"terms":{"Reserved":{}}}"#), None);
    }
}
