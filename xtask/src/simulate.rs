//! `cargo xtask simulate`: the deterministic simulation by itself, over any seeds, or one seed and its story.

use crate::{
    fault::{Fault, Outcome},
    repo::{Repo, code, status},
};
use clap::Args;

/// Which seeds.
#[derive(Clone, Debug, Args)]
pub struct SimulateOptions {
    /// A range of seeds, `0..10000`; the second is not among them.
    #[arg(long, value_name = "A..B", default_value = "0..10000", conflicts_with = "seed")]
    seeds: String,
    /// One seed, with its story.
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the seeds; the exit status is 0 when every promise held.
pub fn run(repo: &Repo, options: &SimulateOptions) -> Outcome<u8> {
    let mut cargo = repo.cargo();
    // The whole workspace, so that nothing is compiled with other features than everywhere else.
    cargo.args(["test", "--workspace", "--locked", "--quiet", "--test", "simulation", "--"]);
    cargo.args(["promises_hold", "--nocapture"]);
    match options.seed {
        Some(seed) => cargo.env("SOCA_SIM_SEED", seed.to_string()),
        None => {
            let range = range(&options.seeds).ok_or_else(|| {
                Fault::new(
                    "BAD_SEEDS",
                    format!("\"{}\" is no range of seeds.", options.seeds),
                    "Write two whole numbers, the smaller one first: --seeds 0..10000.",
                )
            })?;
            cargo.env("SOCA_SIM_SEEDS", range)
        }
    };
    Ok(code(status(&mut cargo)?))
}

fn range(text: &str) -> Option<String> {
    let (from, to) = text.split_once("..")?;
    let (from, to): (u64, u64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (from < to).then(|| format!("{from}..{to}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_slips_are_refused_p11() {
        assert_eq!(range("0..10000").as_deref(), Some("0..10000"));
        for bad in ["", "5", "5..", "..5", "5..5", "9..1", "-1..5", "a..b", "0...5"] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }
}
