//! Limits that jobs of this pass were told to wait for: many wait for the same one, and share what is said of it.

use crate::meters::MeterIndex;
use soca_domain::limit::LimitReached;
use std::sync::Arc;

/// So many amounts asked for are kept for each meter; few differ.
const KEPT: usize = 16;

/// What was said of each meter, as long as it is as full as then.
#[derive(Debug, Default)]
pub(crate) struct Told {
    by_meter: Vec<Said>,
}

#[derive(Debug, Default)]
struct Said {
    free: i64,
    /// By how much was asked for.
    of: Vec<(i64, Arc<LimitReached>)>,
}

impl Told {
    /// What there is to say of a meter with so much free, to a job that asks for so much.
    pub(crate) fn say(
        &mut self,
        meter: MeterIndex,
        free: i64,
        asked: i64,
        fresh: impl FnOnce() -> LimitReached,
    ) -> Arc<LimitReached> {
        let meter = meter as usize;
        if self.by_meter.len() <= meter {
            self.by_meter.resize_with(meter + 1, Said::default);
        }
        let said = &mut self.by_meter[meter];
        if said.free != free || said.of.len() >= KEPT {
            *said = Said { free, of: vec![] };
        }
        if let Some((_, known)) = said.of.iter().find(|(of, _)| *of == asked) {
            return known.clone();
        }
        let fresh = Arc::new(fresh());
        said.of.push((asked, fresh.clone()));
        fresh
    }
}
