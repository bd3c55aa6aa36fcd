//! Who this node is: as given on the command line, else as the instance metadata service says.

use crate::options::GivenIdentity;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where the metadata service answers, unless the AWS SDKs' own variable says otherwise.
const METADATA: &str = "http://169.254.169.254";
/// The variable that says otherwise.
const METADATA_VARIABLE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

/// The node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The instance's id.
    pub instance: String,
    /// Name in the node file.
    pub hostname: String,
    /// Private address.
    pub address: String,
    /// Instance type.
    pub instance_type: String,
    /// CPUs.
    pub cpus: u32,
    /// MiB.
    pub memory_mib: u64,
}

/// Finds out who this node is.
pub fn identify(given: &GivenIdentity) -> Result<Identity, String> {
    let local_name = || Some(nix::unistd::gethostname().ok()?.to_string_lossy().into_owned());
    let (instance, address, instance_type) = match &given.instance_id {
        Some(instance) => (instance.clone(), None, None),
        None => {
            let metadata =
                Metadata::open(std::env::var(METADATA_VARIABLE).ok().as_deref().unwrap_or(METADATA))?;
            let ask = |name: &str| metadata.get(name);
            (ask("instance-id")?, Some(ask("local-ipv4")?), Some(ask("instance-type")?))
        }
    };
    Ok(Identity {
        instance,
        hostname: given.hostname.clone().or_else(local_name).unwrap_or_else(|| "localhost".into()),
        address: given.address.clone().or(address).unwrap_or_else(|| "127.0.0.1".into()),
        instance_type: given.instance_type.clone().or(instance_type).unwrap_or_else(|| "unknown".into()),
        cpus: given.cpus.unwrap_or_else(cpus),
        memory_mib: given.memory_mib.or_else(memory_mib).unwrap_or(0),
    })
}

fn cpus() -> u32 {
    std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(u32::MAX))
}

fn memory_mib() -> Option<u64> {
    total_mib(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn total_mib(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

/// The instance metadata service, version 2.
struct Metadata {
    agent: ureq::Agent,
    endpoint: String,
    token: String,
}

impl Metadata {
    fn open(endpoint: &str) -> Result<Metadata, String> {
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(Duration::from_secs(5)));
        let agent: ureq::Agent = config.build().into();
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let token = agent
            .put(format!("{endpoint}/latest/api/token"))
            .header("x-aws-ec2-metadata-token-ttl-seconds", "300")
            .send_empty()
            .and_then(|mut response| response.body_mut().read_to_string())
            .map_err(|error| {
                format!("the instance metadata service at {endpoint} gives no token: {error}")
            })?;
        Ok(Metadata { agent, endpoint, token })
    }

    fn get(&self, name: &str) -> Result<String, String> {
        self.agent
            .get(format!("{}/latest/meta-data/{name}", self.endpoint))
            .header("x-aws-ec2-metadata-token", &self.token)
            .call()
            .and_then(|mut response| response.body_mut().read_to_string())
            .map_err(|error| format!("the instance metadata service does not know {name}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_mib() {
        assert_eq!(total_mib("MemTotal:       24685568 kB\nMemFree: 1 kB\n"), Some(24107));
        assert_eq!(total_mib("nonsense"), None);
    }

    #[test]
    fn a_given_identity_asks_nobody() {
        let given =
            GivenIdentity { instance_id: Some("i-1".into()), cpus: Some(3), ..GivenIdentity::default() };
        let identity = identify(&given).unwrap();
        assert_eq!((identity.instance.as_str(), identity.cpus), ("i-1", 3));
    }
}
