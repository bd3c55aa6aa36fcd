//! Options of `project`.

use super::examples;
use clap::{Args, Subcommand};

/// Commands about projects.
#[derive(Debug, Args)]
pub struct Project {
    /// Which.
    #[command(subcommand)]
    pub command: ProjectCommand,
}

/// What can be done with projects.
#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// List the projects, their budgets and what is left of them.
    #[command(after_help = examples::PROJECT_LIST)]
    List,
    /// Show a project and its account.
    #[command(after_help = examples::PROJECT_SHOW)]
    Show {
        /// Its name.
        name: String,
    },
    /// Change some settings of a project.
    #[command(after_help = examples::PROJECT_SET)]
    Set {
        /// Its name.
        name: String,
        /// Make the project if there is none of this name.
        #[arg(long)]
        create: bool,
        /// What to set, to what; nothing after the = clears.
        #[arg(required = true, value_name = "KEY=VALUE")]
        settings: Vec<String>,
    },
    /// Remove a project: it takes no more jobs, and what was spent is remembered.
    #[command(after_help = examples::PROJECT_REMOVE)]
    Remove {
        /// Its name.
        name: String,
    },
}
