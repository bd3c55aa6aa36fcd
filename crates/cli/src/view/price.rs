//! What an instance type has and costs.

use super::{
    Answer, View, table,
    text::{count, price},
};
use crate::net::client::Answered;
use soca_domain::time::format_walltime;
use soca_wire::api::Price;
use std::time::Duration;

/// A price, and the walltime that was asked about.
#[derive(Clone, Debug)]
pub struct Priced {
    /// The reply.
    pub price: Answered<Price>,
    /// Asked about.
    pub walltime: Option<Duration>,
}

impl Answer for Priced {
    fn table(&self, view: &View) -> String {
        let it = &self.price.value;
        let memory = format!("{}.{} GiB", it.memory_mib / 1024, it.memory_mib % 1024 * 10 / 1024);
        let hourly = match it.hourly_micro_usd {
            Some(hourly) => format!("{} for one instance", price(Some(hourly))),
            None => "no price list has it".to_owned(),
        };
        let asked = self.walltime.map(|w| format!("{} for {}", count(it.nodes, "node"), format_walltime(w)));
        let total = it
            .total_micro_usd
            .zip(asked)
            .map(|(total, asked)| format!("{} at most: {asked}", price(Some(total))));
        let lines = [
            ("vCPUs", Some(format!("{} ({})", it.vcpus, count(it.cores, "core")))),
            ("Memory", Some(memory)),
            ("Each hour", Some(hourly)),
            ("Altogether", total),
        ];
        format!("{}\n{}", view.style.strong(&it.instance_type), table::named(lines))
    }

    fn json(&self) -> String {
        self.price.raw.clone()
    }

    fn quiet(&self) -> String {
        let it = &self.price.value;
        price(it.total_micro_usd.or(it.hourly_micro_usd))
    }
}
