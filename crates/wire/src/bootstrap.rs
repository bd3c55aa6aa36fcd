//! A node's user data: a shell script that fetches the agent and hands it its configuration.
//!
//! The configuration is one line of base64 JSON between markers, so that nothing in it can reach the shell (P10) and
//! [`parse_user_data`] reads back what [`render_user_data`] wrote.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// What an agent must know to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentConfig {
    /// The API's address, without a slash at the end.
    pub endpoint: String,
    /// The cluster's id.
    pub cluster: String,
    /// The node's stack.
    pub stack: String,
    /// Proof that the node belongs to it.
    pub join_token: String,
    /// Where the shared file system is mounted.
    pub shared_root: String,
}

const MARKER: &str = "SOCA_AGENT_CONFIG=";

/// Only root may ask for the instance's metadata, and with it for its role's credentials: jobs must not (P9).
const GUARD: &str = "\
if command -v nft >/dev/null; then
  nft add table inet soca
  nft 'add chain inet soca out { type filter hook output priority 0; }'
  nft add rule inet soca out ip daddr 169.254.169.254 meta skuid != 0 reject
else
  iptables -I OUTPUT -d 169.254.169.254 -m owner ! --uid-owner 0 -j REJECT
fi
";

/// The user data of a stack's nodes. `agent_uri` is where the agent's binary lies in S3 (`s3://bucket/key`).
pub fn render_user_data(config: &AgentConfig, agent_uri: &str, file_system: Option<&str>) -> String {
    let encoded = STANDARD.encode(serde_json::to_vec(config).expect("a struct of strings"));
    let uri = quote(agent_uri);
    let root = quote(&config.shared_root);
    let mount = file_system.map_or_else(String::new, |fs| {
        let host = quote(&format!("{fs}:/"));
        format!(
            "mkdir -p {root}\nfor try in 1 2 3 4 5; do\n  mountpoint -q {root} && break\n  \
             mount -t nfs4 -o nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport {host} {root} && break\n  \
             sleep $((try * 3))\ndone\n"
        )
    });
    format!(
        "#!/bin/bash\n# Written by soca: fetches the node agent and starts it.\nset -eu\numask 077\n{MARKER}{encoded}\n{GUARD}{mount}\
         mkdir -p /opt/soca /var/lib/soca\naws s3 cp --only-show-errors {uri} /opt/soca/soca-agent\nchmod 0755 /opt/soca/soca-agent\n\
         printf '%s' \"$SOCA_AGENT_CONFIG\" | base64 -d > /opt/soca/agent.json\n\
         systemd-run --unit=soca-agent --property=Restart=always --property=KillMode=process \\\n  \
         /opt/soca/soca-agent run --config /opt/soca/agent.json --state /var/lib/soca\n"
    )
}

/// The configuration in a node's user data, if it is there and whole.
pub fn parse_user_data(user_data: &str) -> Option<AgentConfig> {
    let line = user_data.lines().find_map(|line| line.strip_prefix(MARKER))?;
    serde_json::from_slice(&STANDARD.decode(line.trim()).ok()?).ok()
}

/// A word in single quotes for a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn user_data_reads_back_whatever_is_in_it_p10(endpoint in ".{0,60}", cluster in ".{0,20}", token in ".{0,60}") {
            let config = AgentConfig { endpoint, cluster, stack: "job-1-1".into(), join_token: token, shared_root: "/data".into() };
            let text = render_user_data(&config, "s3://bucket/soca-agent", Some("fs-1.efs.us-east-1.amazonaws.com"));
            prop_assert_eq!(parse_user_data(&text), Some(config));
        }
    }
}
