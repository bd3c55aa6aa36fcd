//! Options of `simulate`.

use clap::{Args, ValueEnum};

/// Options of `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The log, plain or compressed with gzip; - for standard input.
    pub trace: String,
    /// Under these policies; several, or a list with commas, are compared.
    #[arg(long = "policy", value_name = "NAME", value_delimiter = ',', default_value = "soca")]
    pub policies: Vec<String>,
    /// On so many processors; default: those of the log's header.
    #[arg(long, value_name = "N")]
    pub procs: Option<u32>,
    /// On a machine that is always there, or on processors that are made for each job; --procs is then the most there
    /// may be at once.
    #[arg(long, value_enum, default_value_t = CapacityKind::Fixed, value_name = "KIND")]
    pub capacity: CapacityKind,
    /// How long elastic capacity takes to be there; 60 if not given.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub boot_seconds: Option<u32>,
    /// What a processor costs for an hour, in USD; the default is that of a c6i instance on demand.
    #[arg(long, value_name = "USD", default_value_t = 0.0425)]
    pub price_per_proc_hour: f64,
    /// Write each job's times into this file, as comma-separated values.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<String>,
    /// Draw load and queue over time into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    pub plot: Option<String>,
}

/// Where processors come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum CapacityKind {
    Fixed,
    Elastic,
}
