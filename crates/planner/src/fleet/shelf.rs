//! Offers of one kind, in the orders in which they are searched.

use super::{Demand, FEWER_NODES, Size};
use soca_domain::{memory::MemoryMib, offer::Offer};
use std::cmp::Reverse;

/// What a type costs that no list has: more than any that one has, times the most nodes still a number.
pub(super) const PRICELESS: u64 = u64::MAX / 4_096;

/// One offer, as a search looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    cores: u32,
    threads: u32,
    memory: u64,
    gpus: u32,
    efa: bool,
    spot: bool,
    /// Micro-USD an hour.
    pub(super) price: u64,
    pub(super) generation: u32,
    pub(super) clock_mhz: u32,
    /// Its place in the list of offers.
    pub(super) offer: u32,
}

impl Row {
    pub(super) fn of(place: usize, offer: &Offer) -> Row {
        Row {
            cores: offer.kind.cores,
            threads: offer.kind.vcpus,
            memory: offer.kind.memory.0,
            gpus: offer.kind.gpus,
            efa: offer.kind.efa,
            spot: offer.traits.spot,
            price: offer.hourly.map_or(PRICELESS, |hourly| hourly.0),
            generation: offer.kind.name.generation(),
            clock_mhz: offer.traits.clock_mhz,
            offer: u32::try_from(place).expect("a region has few types"),
        }
    }

    fn cpus(&self, threads: bool) -> u32 {
        if threads { self.threads } else { self.cores }
    }

    fn fits(&self, demand: &Demand, node: &Size) -> bool {
        self.cpus(demand.hyper_threading) >= node.cpus
            && self.memory >= node.memory.0
            && self.gpus >= node.gpus
            && (self.efa || !demand.efa)
            && (self.spot || !demand.spot)
    }

    /// How many of it make up the demand's total, if no more than `most` do.
    fn nodes_for(&self, demand: &Demand, most: u32) -> Option<u32> {
        let cpus = needed(u64::from(demand.total.cpus), u64::from(self.cpus(demand.hyper_threading)));
        let memory = needed(demand.total.memory.0, self.memory);
        let gpus = needed(u64::from(demand.total.gpus), u64::from(self.gpus));
        let nodes = cpus?.max(memory?).max(gpus?).max(1);
        u32::try_from(nodes).ok().filter(|nodes| *nodes <= most)
    }
}

/// How many of a size make up a total; `None` when none of a size can.
fn needed(total: u64, each: u64) -> Option<u64> {
    if total == 0 { Some(0) } else { (each > 0).then(|| total.div_ceil(each)) }
}

/// The dimensions in which prices are compared: cores, threads, memory, GPUs.
const DIMENSIONS: usize = 4;

/// Offers of one architecture, all with GPUs or all without.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    /// By price.
    rows: Vec<Row>,
    /// The largest cores, threads, memory and GPUs among the rows up to each.
    largest: Vec<[u64; DIMENSIONS]>,
    /// For each dimension: price per unit with the row, the least first.
    by_unit: [Vec<(f64, Row)>; DIMENSIONS],
}

impl Shelf {
    pub(super) fn new(mut rows: Vec<Row>) -> Shelf {
        rows.sort_by_key(|r| (r.price, r.threads, r.memory, Reverse(r.generation), r.offer));
        let mut most = [0; DIMENSIONS];
        let largest = rows.iter().map(|row| {
            most = std::array::from_fn(|d| most[d].max(amounts(row)[d]));
            most
        });
        let largest = largest.collect();
        let by_unit = std::array::from_fn(|dimension| {
            let unit = |row: &Row| row.price as f64 / amounts(row)[dimension] as f64;
            let mut order: Vec<(f64, Row)> = rows.iter().map(|row| (unit(row), *row)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            order
        });
        Shelf { rows, largest, by_unit }
    }

    /// The rows that fit what one node needs, the cheapest first.
    pub(super) fn fitting<'a>(
        &'a self,
        demand: &'a Demand,
        node: &'a Size,
    ) -> impl Iterator<Item = &'a Row> + 'a {
        let cpus = usize::from(demand.hyper_threading);
        let is_short = |largest: &[u64; DIMENSIONS]| {
            largest[cpus] < u64::from(node.cpus)
                || largest[2] < node.memory.0
                || largest[3] < u64::from(node.gpus)
        };
        let from = self.largest.partition_point(is_short);
        self.rows[from..].iter().filter(|row| row.fits(demand, node))
    }

    /// The fleet of fewest nodes among those that cost little more than the cheapest, for a free number of nodes.
    pub(super) fn free(&self, demand: &Demand, most: u32) -> Option<(Row, u32)> {
        let (order, total) = self.tightest(demand)?;
        let lowest = fleets(order, total, demand, most, f64::INFINITY).map(|(cost, ..)| cost);
        let lowest = lowest.min_by(f64::total_cmp)?;
        let allowed = lowest * (1.0 + FEWER_NODES);
        fleets(order, total, demand, most, allowed)
            .filter(|(cost, ..)| *cost <= allowed)
            .min_by(|a, b| a.2.cmp(&b.2).then(a.0.total_cmp(&b.0)).then(a.1.offer.cmp(&b.1.offer)))
            .map(|(_, row, nodes)| (row, nodes))
    }

    /// The order whose prices per unit bound the cost of the demand best, with the demand in that unit.
    fn tightest(&self, demand: &Demand) -> Option<(&[(f64, Row)], f64)> {
        let cpus = usize::from(demand.hyper_threading);
        let totals = [
            (cpus, u64::from(demand.total.cpus)),
            (2, demand.total.memory.0),
            (3, u64::from(demand.total.gpus)),
        ];
        let bounds = totals.map(|(dimension, total)| {
            let order = self.by_unit[dimension].as_slice();
            (
                order,
                total as f64,
                order.first().map_or(0.0, |(unit, _)| if total == 0 { 0.0 } else { unit * total as f64 }),
            )
        });
        let best = bounds.into_iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
        Some((best.0, best.1))
    }
}

/// Every fleet that fits, with its cost, until none that is left can cost less than the cheapest so far, or than `cap`.
fn fleets<'a>(
    order: &'a [(f64, Row)],
    total: f64,
    demand: &'a Demand,
    most: u32,
    cap: f64,
) -> impl Iterator<Item = (f64, Row, u32)> + 'a {
    let mut lowest = cap;
    let finite = cap.is_finite();
    order
        .iter()
        // A fleet costs at least its price per unit times the units, but for the rounding of the product.
        .map_while(move |(unit, row)| {
            if *unit * total * (1.0 - 1e-9) > lowest {
                return None;
            }
            let fleet = row.fits(demand, &demand.per_node).then(|| row.nodes_for(demand, most)).flatten();
            let fleet = fleet.map(|nodes| (row.price as f64 * f64::from(nodes), *row, nodes));
            if let Some((cost, ..)) = fleet
                && !finite
            {
                lowest = lowest.min(cost);
            }
            Some(fleet)
        })
        .flatten()
}

/// What a row has in each dimension.
fn amounts(row: &Row) -> [u64; DIMENSIONS] {
    [u64::from(row.cores), u64::from(row.threads), row.memory, u64::from(row.gpus)]
}

/// What each of so many nodes must have.
pub(super) fn share(demand: &Demand, nodes: u32) -> Size {
    let Demand { per_node, total, .. } = demand;
    let n = nodes.max(1);
    Size {
        cpus: per_node.cpus.max(total.cpus.div_ceil(n)),
        memory: per_node.memory.max(MemoryMib(total.memory.0.div_ceil(u64::from(n)))),
        gpus: per_node.gpus.max(total.gpus.div_ceil(n)),
    }
}
