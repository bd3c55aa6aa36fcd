//! Commands on every node of a job, as `pbsdsh` runs them: no connection between the nodes, only the shared file system.
//!
//! The nodes of an attempt meet in `<shared_root>/.soca/dsh/<stack>/`, which node 0 makes for the job's owner before the
//! script starts and removes after its end. `<unit>` is `job`, or an element's index:
//!
//! ```text
//! <unit>-<id>.json       a request of one `pbsdsh`: the command, its environment, and its tasks, each with its node.
//!                        It appears whole, locked for as long as its client lives; once it is gone so are its tasks
//! <unit>-<id>.<n>.claim  task n was begun: made once and for all by the node that runs it
//! <unit>-<id>.<n>.out    what the task writes, and .err
//! <unit>-<id>.<n>.exit   how it ended
//! ```
//!
//! Each node but the client's own has a [`server`] of the job's owner that looks into the directory; the client itself
//! runs the tasks of its node. On a job of one node the directory is the script's own, and there is no server.
//!
//! Directories are listed, and files opened anew, at each look: that is when NFS asks its server for news.

mod client;
mod environment;
mod offer;
mod options;
mod rendezvous;
mod request;
mod server;
mod setting;
mod tail;
mod task;
mod tasks;
mod watch;

pub use client::run as pbsdsh;
pub use options::{PbsdshCli, PbsdshOptions, ServerOptions};
pub use server::serve;

pub(crate) use rendezvous::{directory, leave, make};

/// The name by which the program is the client.
pub const CLIENT: &str = "pbsdsh";
/// Directory of the nodes' meeting, and the beginning of the names of this script's requests in it.
pub(crate) const MEETING: &str = "SOCA_DSH";
/// Directory of the programs that a script finds besides the node's.
pub(crate) const PROGRAMS: &str = "SOCA_BIN";
/// Which task of which request a process belongs to.
const MARK: &str = "SOCA_DSH_TASK";
/// The status of what has none: a node that does not answer, or lost the task.
const LOST: i32 = 255;
