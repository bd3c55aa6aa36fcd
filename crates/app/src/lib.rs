//! Use cases, one file each, and the ports they need.
//!
//! A use case reads through ports, lets the domain decide, and writes through ports; it knows no AWS, no HTTP and no
//! clock (`now` is an argument). Only use cases change state, and only through the domain's transition functions.
//!
//! Three mechanisms carry everything: [`transition`] moves a job and performs the effects, [`waiter`] answers the
//! state machine's waiting step from what the table says, and the sweep repeats both for whatever an event missed.

pub mod await_nodes;
pub mod cancel_job;
pub mod dispatch;
mod dry_pools;
pub mod dry_run_stack;
pub mod enroll_node;
pub mod error;
pub mod explain_job;
pub mod failure;
pub mod hold_job;
pub mod infrastructure;
pub mod offers;
pub mod output;
pub mod ports;
pub mod price_type;
pub mod projects;
pub mod provision_stack;
pub mod queues;
pub mod read_jobs;
pub mod run_order;
pub mod secret;
pub mod serve_order;
pub mod settings;
pub mod settle_stack;
pub mod snapshot;
pub mod submit_job;
pub mod sweep;
pub mod sync_node;
pub mod teardown_stack;
pub mod transition;
pub mod waiter;

pub use error::Error;
pub use settings::{ProjectRule, Settings};

use soca_domain::{GroupName, UserName};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The verified user name.
    pub user: UserName,
    /// Whether the caller is an administrator.
    pub admin: bool,
    /// The groups that the caller belongs to.
    pub groups: Vec<GroupName>,
}

impl Caller {
    /// Whether the caller may see and manage what `owner` owns (P9).
    pub fn may_manage(&self, owner: &UserName) -> bool {
        self.admin || self.user == *owner
    }
}
