//! Options of `queue`.

use super::examples;
use clap::{Args, Subcommand};

/// Commands about queues.
#[derive(Debug, Args)]
pub struct Queue {
    /// Which.
    #[command(subcommand)]
    pub command: QueueCommand,
}

/// What can be done with queues.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// List the queues, their limits and their load.
    #[command(after_help = examples::QUEUES)]
    List,
    /// Show all settings of a queue.
    #[command(after_help = examples::QUEUE_SHOW)]
    Show {
        /// Its name.
        name: String,
    },
    /// Change some settings of a queue.
    #[command(after_help = examples::QUEUE_SET)]
    Set {
        /// Its name.
        name: String,
        /// Make the queue if there is none of this name.
        #[arg(long)]
        create: bool,
        /// What to set, to what; nothing after the = clears.
        #[arg(required = true, value_name = "KEY=VALUE")]
        settings: Vec<String>,
    },
    /// Remove a queue that has no jobs.
    #[command(after_help = examples::QUEUE_REMOVE)]
    Remove {
        /// Its name.
        name: String,
    },
    /// Make or change the queues of a file.
    #[command(after_help = examples::QUEUE_IMPORT)]
    Import {
        /// SOCA's queue_mapping.yml or our own export; - for standard input.
        file: String,
        /// Show what would change; change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Import what soca can do, and warn of the rest.
        #[arg(long)]
        skip_unsupported: bool,
    },
    /// Write all queues as one JSON document.
    #[command(after_help = examples::QUEUE_EXPORT)]
    Export {
        /// Where to; standard output if not given.
        file: Option<String>,
    },
}
