//! Reservations in one word each: `cfd:8:2026-12-01T00:00:00Z/2026-12-24T00:00:00Z`.

use soca_wire::api::QueueReservation;

/// Reads a reservation; its group and times are for others to check.
pub(super) fn read(text: &str) -> Option<QueueReservation> {
    let (group, rest) = text.split_once(':')?;
    let (instances, times) = rest.split_once(':')?;
    let (from, to) = times.split_once('/')?;
    Some(QueueReservation {
        group: group.into(),
        instances: instances.parse().ok()?,
        from: from.into(),
        to: to.into(),
    })
}

/// Writes a reservation so that it reads back.
pub(super) fn write(kept: &QueueReservation) -> String {
    format!("{}:{}:{}/{}", kept.group, kept.instances, kept.from, kept.to)
}
