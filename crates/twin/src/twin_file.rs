//! `twin.json`: everything that a user of the twin, or a test, needs to know. Private, since tokens are in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// The file's content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TwinFile {
    /// A name for what is deployed: the same code and parameters have the same.
    pub deployed: String,
    /// The machine room's process.
    pub pid: u32,
    /// The API.
    pub endpoint: String,
    /// The machine room's door.
    pub control: Control,
    /// The serverless plane.
    pub serverless: String,
    /// The compute plane.
    pub compute: String,
    /// The planes' shared secret, for `x-soca-internal`.
    pub secret: String,
    /// The stack's outputs.
    pub outputs: BTreeMap<String, String>,
    /// Function names, by folder in functions/.
    pub functions: BTreeMap<String, String>,
    /// Who is signed in where.
    pub users: BTreeMap<String, User>,
    /// The file of passwords.
    pub credentials: PathBuf,
    /// The command.
    pub soca: PathBuf,
    /// The node agent.
    pub agent: PathBuf,
    /// The shared file system.
    pub data: PathBuf,
    /// Logs.
    pub logs: PathBuf,
    /// A directory for each node.
    pub nodes: PathBuf,
    /// What the compute plane was planted with.
    pub seed: Value,
}

/// The machine room's door.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Control {
    /// `GET /status`, `POST /orders`
    pub url: String,
    /// `Authorization: Bearer …`
    pub token: String,
}

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// Whether the user is in the administrators' group.
    pub administrator: bool,
    /// Use it as `SOCA_CONFIG_DIR`.
    pub config_dir: PathBuf,
}
