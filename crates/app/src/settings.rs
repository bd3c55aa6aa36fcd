//! The cluster's settings that use cases need.

use std::time::Duration;

/// Settings of one cluster, the same for every function.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the shared file system is mounted on the nodes: `/data`.
    pub shared_root: String,
    /// How long the nodes of a stack have to enrol.
    pub boot_deadline: Duration,
    /// How long a job waits before another attempt after capacity or a node was missing.
    pub retry_delay: Duration,
    /// How long a node may be silent before the sweep asks EC2 whether it still runs. Asking too early costs a call and
    /// nothing else.
    pub silence: Duration,
    /// Which projects jobs may name.
    pub project_rule: ProjectRule,
    /// Jobs the first queue may run at once, when the cluster is new.
    pub max_running_jobs: u32,
    /// Instances the first queue may have at once, when the cluster is new.
    pub max_provisioned_instances: u32,
}

/// Which projects jobs may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProjectRule {
    /// Any name, or none; a name that is no project is a label without rules.
    #[default]
    Any,
    /// A project there is.
    Known,
    /// A project with a budget.
    Budget,
}

impl std::str::FromStr for ProjectRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "any" => Ok(Self::Any),
            "known" => Ok(Self::Known),
            "budget" => Ok(Self::Budget),
            other => Err(format!("\"{other}\" is not any, known or budget")),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shared_root: "/data".into(),
            boot_deadline: Duration::from_secs(15 * 60),
            retry_delay: Duration::from_secs(60),
            silence: Duration::from_secs(90),
            project_rule: ProjectRule::Any,
            max_running_jobs: 100,
            max_provisioned_instances: 200,
        }
    }
}

/// How many waiting jobs of a queue one pass looks at, so that a pass costs the same however long the backlog.
pub const HEAD: u32 = 400;
/// How many of them may be one owner's, so that nobody's backlog hides the others' jobs.
pub const PER_OWNER: u32 = 40;

/// Seconds between SIGTERM and SIGKILL.
pub const GRACE: Duration = Duration::from_secs(30);
