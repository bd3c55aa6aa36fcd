//! The port `Bus` on one EventBridge bus.

use crate::errors::{Failure, Service, reported};
use async_trait::async_trait;
use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use serde::Serialize;
use soca_app::ports::{Bus, BusEvent, CloudError};

/// The source that rules match.
const SOURCE: &str = "soca";

/// An event bus.
#[derive(Debug)]
pub struct BusAws {
    client: Client,
    bus: String,
}

impl BusAws {
    /// On an EventBridge client, for the bus with this name or ARN.
    pub fn new(client: Client, bus: impl Into<String>) -> Self {
        Self { client, bus: bus.into() }
    }
}

#[async_trait]
impl Bus for BusAws {
    async fn publish(&self, event: &BusEvent) -> Result<(), CloudError> {
        let (detail_type, detail) = rendered(event);
        let entry = PutEventsRequestEntry::builder().event_bus_name(&self.bus).source(SOURCE);
        let entry = entry.detail_type(detail_type).detail(detail).build();
        let reply = self.client.put_events().entries(entry).send().await;
        let reply = reply.map_err(|error| Failure::of(Service::EventBridge, error))?;
        match reply
            .entries()
            .iter()
            .find_map(|entry| entry.error_code().map(|code| (code, entry.error_message())))
        {
            Some((code, message)) => {
                Err(reported(Service::EventBridge, code, message.unwrap_or_default()).into())
            }
            None => Ok(()),
        }
    }
}

/// What an event says.
#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'a> {
    Job {
        job: u64,
        queue: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        outcome: Option<&'static str>,
    },
    Rules {
        kind: &'a str,
        name: &'a str,
    },
}

/// An event's type and detail.
fn rendered(event: &BusEvent) -> (&'static str, String) {
    let (detail_type, detail) = match event {
        BusEvent::JobQueued { job, queue } => {
            ("JobQueued", Detail::Job { job: job.0, queue: queue.as_str(), outcome: None })
        }
        BusEvent::JobEnded { job, queue, outcome } => {
            ("JobEnded", Detail::Job { job: job.0, queue: queue.as_str(), outcome: Some(outcome.as_str()) })
        }
        BusEvent::RulesChanged { kind, name } => ("RulesChanged", Detail::Rules { kind, name }),
    };
    (detail_type, serde_json::to_string(&detail).expect("a struct of strings and numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use soca_domain::{JobId, verdict::Outcome};

    #[test]
    fn events_are_rendered() {
        let queue = || "normal".parse().unwrap();
        let queued = BusEvent::JobQueued { job: JobId(7), queue: queue() };
        assert_eq!(rendered(&queued), ("JobQueued", r#"{"job":7,"queue":"normal"}"#.to_owned()));
        let ended = BusEvent::JobEnded { job: JobId(7), queue: queue(), outcome: Outcome::TimedOut };
        assert_eq!(rendered(&ended).1, r#"{"job":7,"queue":"normal","outcome":"timed_out"}"#);
        let changed = BusEvent::RulesChanged { kind: "queue", name: "normal".into() };
        assert_eq!(rendered(&changed).1, r#"{"kind":"queue","name":"normal"}"#);
    }
}
