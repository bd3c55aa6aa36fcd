//! What the region offers, in one row, and the pools that ran dry.
//!
//! A region has some nine hundred types. As maps with names they would come near DynamoDB's 400 KB; as a line of text
//! each they are some 50 KB.

use super::Row;
use serde::{Deserialize, Serialize};
use soca_domain::{
    MicroUsd, Timestamp,
    instance_type::{Architecture, InstanceType, InstanceTypeName},
    memory::MemoryMib,
    offer::{Offer, OfferList, Traits},
    pool::{CapacityPool, DryPool, Market},
};
use std::fmt::Write as _;

/// The list of offers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OffersRow {
    read_at: Timestamp,
    lines: Vec<String>,
}

impl Row for OffersRow {
    const KIND: &'static str = "offers";
}

impl From<OfferList> for OffersRow {
    fn from(list: OfferList) -> Self {
        Self { read_at: list.read_at, lines: list.offers.iter().map(line).collect() }
    }
}

impl From<OffersRow> for OfferList {
    /// Lines that cannot be read are of a newer release, which will write the list again.
    fn from(row: OffersRow) -> Self {
        OfferList { read_at: row.read_at, offers: row.lines.iter().filter_map(|text| offer(text)).collect() }
    }
}

/// The letters of what is true of a type, in any order.
const EFA: char = 'e';
const THREADS: char = 't';
const NITRO: char = 'n';
const BURSTABLE: char = 'b';
const BARE_METAL: char = 'm';
const ACCELERATED: char = 'a';
const SPOT: char = 's';

/// `name vcpus cores MiB architecture GPUs MHz flags price`, with `-` for no flags and for no price.
fn line(offer: &Offer) -> String {
    let (kind, traits) = (&offer.kind, &offer.traits);
    let flags = [
        (kind.efa, EFA),
        (kind.threads_settable, THREADS),
        (traits.nitro, NITRO),
        (traits.burstable, BURSTABLE),
        (traits.bare_metal, BARE_METAL),
        (traits.accelerated, ACCELERATED),
        (traits.spot, SPOT),
    ];
    let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, letter)| *letter).collect();
    let mut text = format!(
        "{} {} {} {} {} {} {} -{flags} ",
        kind.name,
        kind.vcpus,
        kind.cores,
        kind.memory.0,
        kind.architecture.as_str(),
        kind.gpus,
        traits.clock_mhz
    );
    match offer.hourly {
        Some(MicroUsd(price)) => write!(text, "{price}").expect("writing to a string cannot fail"),
        None => text.push('-'),
    }
    text
}

fn offer(line: &str) -> Option<Offer> {
    let mut words = line.split(' ');
    let mut next = || words.next();
    let name = next()?.parse().ok()?;
    let (vcpus, cores) = (next()?.parse().ok()?, next()?.parse().ok()?);
    let memory = MemoryMib(next()?.parse().ok()?);
    let word = next()?;
    let architecture =
        [Architecture::X86_64, Architecture::Arm64].into_iter().find(|arch| arch.as_str() == word)?;
    let (gpus, clock_mhz) = (next()?.parse().ok()?, next()?.parse().ok()?);
    let flags = next()?;
    let hourly = match next()? {
        "-" => None,
        price => Some(MicroUsd(price.parse().ok()?)),
    };
    let is = |letter| flags.contains(letter);
    Some(Offer {
        kind: InstanceType {
            name,
            vcpus,
            cores,
            memory,
            architecture,
            efa: is(EFA),
            threads_settable: is(THREADS),
            gpus,
        },
        traits: Traits {
            clock_mhz,
            nitro: is(NITRO),
            burstable: is(BURSTABLE),
            bare_metal: is(BARE_METAL),
            accelerated: is(ACCELERATED),
            spot: is(SPOT),
        },
        hourly,
    })
}

/// A pool that ran dry. `expires_at` is the table's TTL attribute, in seconds; `until` is the exact time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DryPoolRow {
    market: Market,
    instance_type: InstanceTypeName,
    until: Timestamp,
    expires_at: i64,
}

impl Row for DryPoolRow {
    const KIND: &'static str = "dry_pool";
}

impl From<DryPool> for DryPoolRow {
    fn from(dry: DryPool) -> Self {
        let CapacityPool { market, instance_type } = dry.pool;
        Self { market, instance_type, until: dry.until, expires_at: dry.until.seconds() + 1 }
    }
}

impl From<DryPoolRow> for DryPool {
    fn from(row: DryPoolRow) -> Self {
        let DryPoolRow { market, instance_type, until, .. } = row;
        Self { pool: CapacityPool { market, instance_type }, until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_line_reads_back_and_a_damaged_one_is_left_out() {
        let list = samples::offers();
        assert_eq!(OfferList::from(OffersRow::from(list.clone())), list);
        insta::assert_snapshot!(OffersRow::from(list.clone()).lines.join("\n"));
        let lines = vec![
            String::new(),
            "c6i.large 2".into(),
            "c6i.large 2 1 4096 riscv 0 0 - 5".into(),
            line(&list.offers[0]),
        ];
        let read = OfferList::from(OffersRow { read_at: list.read_at, lines });
        assert_eq!(read.offers, list.offers[..1]);
    }
}
