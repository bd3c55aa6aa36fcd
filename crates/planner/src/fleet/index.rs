//! The search for a fleet.

use super::{
    Choice, Demand, MOST_DEARER, Nodes, Size,
    shelf::{PRICELESS, Row, Shelf, share},
};
use soca_domain::{
    MicroUsd,
    instance_type::Architecture,
    offer::{Offer, Selection},
};
use std::cmp::Reverse;

/// Offers, in the orders in which they are searched.
#[derive(Clone, Debug)]
pub struct Index {
    /// Without and with GPUs, for each architecture.
    shelves: [Shelf; 4],
}

impl Index {
    /// Of the offers that may be chosen by size; the others are for those who name them.
    pub fn new(offers: &[Offer]) -> Index {
        let mut kinds: [Vec<Row>; 4] = std::array::from_fn(|_| Vec::new());
        for (place, offer) in offers.iter().enumerate().filter(|(_, offer)| offer.is_choosable()) {
            kinds[shelf_of(offer.kind.architecture, offer.kind.gpus > 0)].push(Row::of(place, offer));
        }
        Index { shelves: kinds.map(Shelf::new) }
    }

    /// The cheapest fleet; with a free number of nodes, the one of fewest nodes that costs hardly more.
    pub fn choose(&self, demand: &Demand) -> Option<Choice> {
        let shelf = self.shelf(demand);
        match demand.nodes {
            Nodes::Exactly(nodes) => {
                let node = share(demand, nodes);
                shelf.fitting(demand, &node).next().map(|row| choice(row, nodes))
            }
            Nodes::UpTo(most) => shelf.free(demand, most).map(|(row, nodes)| choice(&row, nodes)),
        }
    }

    /// The types to try one after the other, at most so many, all with the number of nodes of the first choice. None
    /// costs more than [`MOST_DEARER`] times what the cheapest of them costs.
    pub fn rungs(&self, demand: &Demand, selection: Selection, most: usize) -> Vec<Choice> {
        let Some(Choice { nodes, .. }) = self.choose(demand) else { return vec![] };
        let node: Size = share(demand, nodes);
        let mut fitting = self.shelf(demand).fitting(demand, &node).peekable();
        let dearest = fitting.peek().map_or(0, |row| row.price.saturating_mul(MOST_DEARER));
        let mut rows: Vec<&Row> = fitting.take_while(|row| row.price <= dearest).collect();
        if selection == Selection::Fastest {
            rows.sort_by_key(|row| (Reverse(row.generation), Reverse(row.clock_mhz), row.price));
        }
        rows.into_iter().take(most).map(|row| choice(row, nodes)).collect()
    }

    fn shelf(&self, demand: &Demand) -> &Shelf {
        let gpus = demand.per_node.gpus > 0 || demand.total.gpus > 0;
        &self.shelves[shelf_of(demand.architecture, gpus)]
    }
}

fn shelf_of(architecture: Architecture, gpus: bool) -> usize {
    let kind = match architecture {
        Architecture::X86_64 => 0,
        Architecture::Arm64 => 2,
    };
    kind + usize::from(gpus)
}

fn choice(row: &Row, nodes: u32) -> Choice {
    let hourly = (row.price < PRICELESS).then(|| MicroUsd(row.price).times(u64::from(nodes)));
    Choice { offer: row.offer as usize, nodes, hourly }
}
