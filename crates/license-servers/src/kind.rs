//! The kinds of license servers that can be read.

use serde::{Deserialize, Serialize};
use soca_domain::{Code, Fault, id::shorten};
use std::{fmt, str::FromStr};

/// A kind of license server, by the command whose output is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerKind {
    /// FlexLM, FlexNet Publisher: `lmutil lmstat -a -c port@host`, or `-f feature` instead of `-a`.
    FlexLm,
    /// Reprise License Manager: `rlmutil rlmstat -a -c port@host`.
    Rlm,
    /// X-Formation's LM-X: `lmxendutil -licstat -host host -port port`.
    LmX,
    /// LS-DYNA's own: `lstc_qrun -s port@host -r`.
    LsDyna,
    /// Optimum's OLicense: `olixtool -sv host:port`.
    OLicense,
    /// Dassault Systèmes' DSLS: `DSLicSrv -admin -run "connect host port;getLicenseUsage -csv;quit;"`.
    Dsls,
}

impl ServerKind {
    /// Every kind.
    pub const ALL: &'static [ServerKind] = &[
        ServerKind::FlexLm,
        ServerKind::Rlm,
        ServerKind::LmX,
        ServerKind::LsDyna,
        ServerKind::OLicense,
        ServerKind::Dsls,
    ];

    /// Its name, as administrators write it.
    pub fn as_str(self) -> &'static str {
        match self {
            ServerKind::FlexLm => "flexlm",
            ServerKind::Rlm => "rlm",
            ServerKind::LmX => "lmx",
            ServerKind::LsDyna => "lsdyna",
            ServerKind::OLicense => "olicense",
            ServerKind::Dsls => "dsls",
        }
    }

    /// The program that prints its status, for messages.
    pub fn program(self) -> &'static str {
        match self {
            ServerKind::FlexLm => "lmstat",
            ServerKind::Rlm => "rlmstat",
            ServerKind::LmX => "lmxendutil",
            ServerKind::LsDyna => "lstc_qrun",
            ServerKind::OLicense => "olixtool",
            ServerKind::Dsls => "DSLicSrv",
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServerKind {
    type Err = Fault;

    /// Accepts upper case, hyphens (`LM-X`, `LS-DYNA`) and FlexLM's later name, FlexNet.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let name = text.to_ascii_lowercase().replace('-', "");
        let name = if name == "flexnet" { "flexlm" } else { &name };
        ServerKind::ALL.iter().copied().find(|kind| kind.as_str() == name).ok_or_else(|| {
            Fault::new(
                Code::BadValue,
                format!("\"{}\" is not a kind of license server that soca can read.", shorten(text)),
                "Write flexlm, rlm, lmx, lsdyna, olicense or dsls.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_back_in_the_spellings_people_use() {
        for bad in ["", "flex", "flexlm ", "sentinel", "é"] {
            assert_eq!(bad.parse::<ServerKind>().unwrap_err().code, Code::BadValue, "{bad}");
        }
        for kind in ServerKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("FlexNet".parse(), Ok(ServerKind::FlexLm));
        assert_eq!("LS-DYNA".parse(), Ok(ServerKind::LsDyna));
    }
}
