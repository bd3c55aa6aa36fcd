//! What capacity costs: the quote before a job starts and the cost after its nodes are gone.

use crate::{MicroUsd, Timestamp, id::InstanceId, instance_type::InstanceTypeName};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// EC2 bills Linux instances by the second with a minimum of one minute
/// (<https://aws.amazon.com/ec2/pricing/on-demand/>).
pub const MINIMUM_BILLED: Duration = Duration::from_secs(60);

/// One instance's life, as EC2 tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceUse {
    /// Which instance.
    pub instance: InstanceId,
    /// Its type.
    pub instance_type: InstanceTypeName,
    /// When EC2 launched it.
    pub launched_at: Timestamp,
    /// When it was gone, if it went before its stack did.
    pub ended_at: Option<Timestamp>,
}

/// What one instance cost at an hourly rate, when its stack was gone at `gone_at`.
pub fn instance_cost(rate: MicroUsd, used: &InstanceUse, gone_at: Timestamp) -> MicroUsd {
    let span = used.ended_at.unwrap_or(gone_at).since(used.launched_at).max(MINIMUM_BILLED);
    rate.per_hour_over(span)
}

/// What a job would cost if it ran for its whole walltime; `None` without a walltime.
pub fn quote(rate: MicroUsd, nodes: u32, walltime: Option<Duration>) -> Option<MicroUsd> {
    walltime.map(|w| rate.per_hour_over(w.max(MINIMUM_BILLED)).times(u64::from(nodes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_minute_is_always_billed() {
        let used = InstanceUse {
            instance: "i-0a".parse().unwrap(),
            instance_type: "c6i.large".parse().unwrap(),
            launched_at: Timestamp(0),
            ended_at: None,
        };
        assert_eq!(instance_cost(MicroUsd(3_600_000), &used, Timestamp(5_000)), MicroUsd(60_000));
        assert_eq!(instance_cost(MicroUsd(3_600_000), &used, Timestamp(90_000)), MicroUsd(90_000));
        assert_eq!(quote(MicroUsd(3_600_000), 2, Some(Duration::from_secs(3600))), Some(MicroUsd(7_200_000)));
    }
}
