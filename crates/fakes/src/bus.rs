//! An event bus that keeps what was published until somebody delivers it.

use crate::locked;
use async_trait::async_trait;
use soca_app::ports::{Bus, BusEvent, CloudError};
use std::sync::Mutex;

/// The bus.
#[derive(Debug, Default)]
pub struct FakeBus(Mutex<Vec<BusEvent>>);

impl FakeBus {
    /// Takes what was published since the last time, in order.
    pub fn drain(&self) -> Vec<BusEvent> {
        std::mem::take(&mut *locked(&self.0))
    }
}

#[async_trait]
impl Bus for FakeBus {
    async fn publish(&self, event: &BusEvent) -> Result<(), CloudError> {
        locked(&self.0).push(event.clone());
        Ok(())
    }
}
