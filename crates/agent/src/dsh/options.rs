//! The command lines of the client, as PBS has it, and of the server.

use clap::{ArgAction, Args, Parser};
use std::path::PathBuf;

/// Run a command on the nodes of this job.
#[derive(Debug, Parser)]
#[command(name = super::CLIENT, version, disable_help_flag = true)]
pub struct PbsdshCli {
    /// What to run and where.
    #[command(flatten)]
    pub options: PbsdshOptions,
}

/// Options of `pbsdsh`.
#[derive(Debug, Args)]
pub struct PbsdshOptions {
    /// So many copies, one for each node, and from the first node again if there are more. Default: one on each node.
    #[arg(short = 'c', value_name = "COPIES", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub copies: Option<u32>,
    /// Only on the node with this place in the node file, from 0.
    #[arg(short = 'n', value_name = "NODE", conflicts_with = "copies")]
    pub node: Option<u32>,
    /// Only on the node with this name.
    #[arg(short = 'h', value_name = "HOST", conflicts_with_all = ["copies", "node"])]
    pub host: Option<String>,
    /// One after the other.
    #[arg(short = 's')]
    pub sequential: bool,
    /// Do not wait for their ends; what they write is not shown.
    #[arg(short = 'o', conflicts_with = "sequential")]
    pub unwaited: bool,
    /// Say what happens.
    #[arg(short = 'v')]
    pub verbose: bool,
    /// Give up on a node that has not begun after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,
    /// Show this help.
    #[arg(long, action = ArgAction::Help)]
    pub help: Option<bool>,
    /// The program and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "PROGRAM")]
    pub command: Vec<String>,
}

/// Options of the server.
#[derive(Debug, Args)]
pub struct ServerOptions {
    /// Where requests appear.
    pub directory: PathBuf,
    /// Only those of this script: of the job's own, or of one element.
    #[arg(long)]
    pub unit: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(words: &[&str]) -> Result<PbsdshOptions, clap::Error> {
        PbsdshCli::try_parse_from([&["pbsdsh"], words].concat()).map(|cli| cli.options)
    }

    #[test]
    fn it_is_called_as_in_pbs() {
        PbsdshCli::command().debug_assert();
        let options = parse(&["-v", "-s", "-c", "3", "--", "sh", "-c", "echo"]).unwrap();
        assert!(options.verbose && options.sequential && !options.unwaited);
        assert_eq!(
            (options.copies, options.command),
            (Some(3), vec!["sh".into(), "-c".into(), "echo".into()])
        );
        let options = parse(&["-n", "2", "hostname", "-f", "--", "x"]).unwrap();
        assert_eq!(
            (options.node, options.command.len()),
            (Some(2), 4),
            "all after the program is the program's"
        );
        assert_eq!(parse(&["-h", "node1", "id"]).unwrap().host.as_deref(), Some("node1"));
        for bad in
            [&["-v"][..], &[], &["-n", "1", "-c", "2", "x"], &["-c", "0", "x"], &["-x", "y"], &["-os", "y"]]
        {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
