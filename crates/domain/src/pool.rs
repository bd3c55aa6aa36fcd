//! Capacity pools: what EC2 has or has not, and a memory of those that ran dry.

use crate::{Timestamp, fault::Code, instance_type::InstanceTypeName};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// How instances are bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Market {
    /// At the list price, until they are given back.
    OnDemand,
    /// At a lower price, until EC2 takes them back; some of a launch's nodes may be on demand all the same.
    Spot,
}

impl Market {
    /// EC2's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Market::OnDemand => "on-demand",
            Market::Spot => "spot",
        }
    }
}

/// What can run dry: a type in a market, in those zones that the cluster's subnets lie in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CapacityPool {
    /// The market.
    pub market: Market,
    /// The type.
    pub instance_type: InstanceTypeName,
}

impl fmt::Display for CapacityPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.instance_type, self.market.as_str())
    }
}

/// A pool that ran dry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryPool {
    /// Which.
    pub pool: CapacityPool,
    /// From then on it counts as any other.
    pub until: Timestamp,
}

/// How long a pool that ran dry is tried after all others. Capacity comes back in minutes, and the memory only orders
/// what is tried, so that being wrong costs little.
pub const DRY_FOR: Duration = Duration::from_secs(300);

/// What of a launch a fault is about, and so what may go better elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultScope {
    /// The pool: another type or another market may have capacity.
    Pool,
    /// The type: the account's quota for its class, or what the type can do.
    Type,
    /// The job, or the installation: no other type makes it better.
    Job,
}

impl FaultScope {
    /// The scope of a launch's fault.
    pub fn of(code: Code) -> FaultScope {
        match code {
            Code::CapacityUnavailable | Code::SpotInterrupted => FaultScope::Pool,
            Code::QuotaInUse | Code::QuotaTooSmall | Code::DryRunRefused | Code::EfaUnsupported => {
                FaultScope::Type
            }
            _ => FaultScope::Job,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_launch_has_its_scope() {
        for (code, scope) in [
            (Code::CapacityUnavailable, FaultScope::Pool),
            (Code::SpotInterrupted, FaultScope::Pool),
            (Code::QuotaTooSmall, FaultScope::Type),
            (Code::ImageUnusable, FaultScope::Job),
            (Code::SubnetUnusable, FaultScope::Job),
        ] {
            assert_eq!(FaultScope::of(code), scope, "{code}");
        }
    }
}
