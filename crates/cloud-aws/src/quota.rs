//! EC2's vCPU quotas: which one an instance type counts against, and whether a launch fits.
//!
//! Quotas count vCPUs per class of types and per market
//! (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-quotas.html>).

use soca_domain::{Code, Fault, instance_type::InstanceTypeName, launch::LaunchSpec};

/// How an instance is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Market {
    OnDemand,
    Spot,
}

impl Market {
    fn word(self) -> &'static str {
        match self {
            Market::OnDemand => "on-demand",
            Market::Spot => "spot",
        }
    }
}

/// A class of instance types that share a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Standard,
    Dl,
    F,
    G,
    Hpc,
    Inf,
    P,
    Trn,
    X,
}

impl Class {
    /// The class of a type, by the letters its family begins with; `None` for classes we know no quota of.
    pub(crate) fn of(name: &InstanceTypeName) -> Option<Class> {
        let family = name.family();
        let letters = family.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
        Some(match letters {
            "a" | "c" | "d" | "h" | "i" | "im" | "is" | "m" | "r" | "t" | "z" => Class::Standard,
            "dl" => Class::Dl,
            "f" => Class::F,
            "g" | "gr" | "vt" => Class::G,
            "hpc" => Class::Hpc,
            "inf" => Class::Inf,
            "p" => Class::P,
            "trn" => Class::Trn,
            "x" => Class::X,
            _ => return None,
        })
    }

    /// Service Quotas' code, where there is one.
    pub(crate) fn quota_code(self, market: Market) -> Option<&'static str> {
        Some(match (market, self) {
            (Market::OnDemand, Class::Standard) => "L-1216C47A",
            (Market::OnDemand, Class::Dl) => "L-6E869C2A",
            (Market::OnDemand, Class::F) => "L-74FC7D96",
            (Market::OnDemand, Class::G) => "L-DB2E81BA",
            (Market::OnDemand, Class::Hpc) => "L-F7808C92",
            (Market::OnDemand, Class::Inf) => "L-1945791B",
            (Market::OnDemand, Class::P) => "L-417A185B",
            (Market::OnDemand, Class::Trn) => "L-2C3B7624",
            (Market::OnDemand, Class::X) => "L-7295265B",
            (Market::Spot, Class::Standard) => "L-34B43A08",
            (Market::Spot, Class::Dl) => "L-85EED4F7",
            (Market::Spot, Class::F) => "L-88CF9481",
            (Market::Spot, Class::G) => "L-3819A6DF",
            (Market::Spot, Class::Inf) => "L-B5D1601B",
            (Market::Spot, Class::X) => "L-E3A00192",
            (Market::Spot, Class::Hpc | Class::P | Class::Trn) => return None,
        })
    }
}

/// How many instances a launch buys on each market, those without any left out.
pub(crate) fn split(spec: &LaunchSpec) -> Vec<(Market, u32)> {
    let spot = spec.spot.map_or(0, |spot| spot.count.min(spec.nodes));
    let parts = [(Market::OnDemand, spec.nodes - spot), (Market::Spot, spot)];
    parts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Whether so many vCPUs of a type fit a quota of which some are in use.
pub(crate) fn judge(
    name: &InstanceTypeName,
    market: Market,
    wanted: u64,
    used: u64,
    quota: u64,
) -> Result<(), Fault> {
    let word = market.word();
    if wanted > quota {
        return Err(Fault::new(
            Code::QuotaTooSmall,
            format!(
                "The job needs {wanted} vCPUs of {name} {word}; this account may have {quota} of that class."
            ),
            "Ask for fewer or smaller nodes, or have an administrator ask AWS to raise the quota.",
        ));
    }
    if used.saturating_add(wanted) > quota {
        return Err(Fault::new(
            Code::QuotaInUse,
            format!(
                "The job needs {wanted} vCPUs of {name} {word}; {used} of this account's {quota} are in use."
            ),
            "The job is tried again when others have ended; an administrator can ask AWS to raise the quota.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::samples::spec;
    use soca_domain::{
        launch::SpotSpec,
        request::{SpotPrice, SpotStrategy},
    };

    fn class(name: &str) -> Option<Class> {
        Class::of(&name.parse().unwrap())
    }

    #[test]
    fn families_have_their_class() {
        for (name, expected) in [
            ("c6i.large", Some(Class::Standard)),
            ("im4gn.large", Some(Class::Standard)),
            ("z1d.large", Some(Class::Standard)),
            ("g4dn.xlarge", Some(Class::G)),
            ("inf2.xlarge", Some(Class::Inf)),
            ("p5en.48xlarge", Some(Class::P)),
            ("x2iedn.xlarge", Some(Class::X)),
            ("hpc7a.96xlarge", Some(Class::Hpc)),
            ("u-6tb1.metal", None),
            ("mac2.metal", None),
        ] {
            assert_eq!(class(name), expected, "{name}");
        }
    }

    #[test]
    fn a_launch_fits_the_quota_or_says_which_way_it_does_not() {
        let name = "c6i.large".parse().unwrap();
        assert_eq!(judge(&name, Market::OnDemand, 8, 8, 16), Ok(()));
        assert_eq!(judge(&name, Market::OnDemand, 9, 8, 16).unwrap_err().code, Code::QuotaInUse);
        assert_eq!(judge(&name, Market::OnDemand, 17, 0, 16).unwrap_err().code, Code::QuotaTooSmall);
    }

    #[test]
    fn a_mixed_launch_counts_on_both_markets() {
        let mut spec = spec("c6i.large");
        spec.nodes = 10;
        assert_eq!(split(&spec), [(Market::OnDemand, 10)]);
        let price = SpotPrice::Auto;
        spec.spot = Some(SpotSpec { price, count: 8, strategy: SpotStrategy::LowestPrice });
        assert_eq!(split(&spec), [(Market::OnDemand, 2), (Market::Spot, 8)]);
        spec.spot = Some(SpotSpec { price, count: 99, strategy: SpotStrategy::LowestPrice });
        assert_eq!(split(&spec), [(Market::Spot, 10)]);
    }
}
