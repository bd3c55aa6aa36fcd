//! What a job says of its course: `signal`, `grace`, `attempts` and `max_cost`.

use super::{bad, number::whole, price::micro_usd};
use soca_domain::{
    Fault, MicroUsd,
    policy::{MAX_GRACE, MAX_WARNING, Warning, WarningSignal},
};
use std::time::Duration;

/// Slurm's default for the time of a `--signal` without one.
const USUAL_WARNING: Duration = Duration::from_secs(60);
/// Dollars above which a ceiling is a slip.
const MAX_DOLLARS: u64 = 10_000_000;

/// Reads Slurm's `[B:]SIG[@seconds]`, the signal by name or number.
pub(crate) fn warning(text: &str, name: &str) -> Result<Warning, Fault> {
    let wrong = || {
        let names: Vec<&str> = WarningSignal::ALL.iter().map(|(name, ..)| *name).collect();
        let most = MAX_WARNING.as_secs();
        bad(
            name,
            text,
            format!(
                "Write [B:]SIGNAL[@seconds], for example USR1@120, with one of {} and up to {most} seconds.",
                names.join(" ")
            ),
        )
    };
    let (shell_only, rest) = text.strip_prefix("B:").map_or((false, text), |rest| (true, rest));
    let (signal, seconds) = rest.split_once('@').map_or((rest, None), |(signal, s)| (signal, Some(s)));
    let upper = signal.to_ascii_uppercase();
    let word = upper.strip_prefix("SIG").unwrap_or(&upper);
    let number = whole(word).and_then(|n| i32::try_from(n).ok());
    let is = |(name, known, _): &&(&str, i32, WarningSignal)| *name == word || Some(*known) == number;
    let (.., signal) = WarningSignal::ALL.iter().find(is).ok_or_else(wrong)?;
    let before = match seconds {
        None => USUAL_WARNING,
        Some(text) => whole(text).map(|s| Duration::from_secs(s.into())).ok_or_else(wrong)?,
    };
    let fits = (Duration::from_secs(1)..=MAX_WARNING).contains(&before);
    fits.then_some(Warning { signal: *signal, before, shell_only }).ok_or_else(wrong)
}

/// Reads the seconds between SIGTERM and SIGKILL.
pub(crate) fn grace(text: &str, name: &str) -> Result<Duration, Fault> {
    let most = MAX_GRACE.as_secs();
    whole(text)
        .map(|s| Duration::from_secs(s.into()))
        .filter(|grace| (Duration::from_secs(1)..=MAX_GRACE).contains(grace))
        .ok_or_else(|| bad(name, text, format!("Write a whole number of seconds from 1 to {most}.")))
}

/// Reads US dollars above zero with at most six decimals.
pub(crate) fn max_cost(text: &str, name: &str) -> Result<MicroUsd, Fault> {
    micro_usd(text)
        .filter(|m| (1..=MAX_DOLLARS * 1_000_000).contains(m))
        .map(MicroUsd)
        .ok_or_else(|| bad(name, text, "Write US dollars above zero for the whole job, for example 5.00."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_signal_no_grace_and_no_money_is_refused_p11() {
        for bad in [
            "",
            "KILL",
            "STOP@3",
            "USR1@",
            "USR1@0",
            "USR1@65536",
            "USR1@-1",
            "R:USR1@3",
            "B:",
            "9",
            "usr@1",
            "@60",
        ] {
            assert!(warning(bad, "signal").is_err(), "{bad}");
        }
        for bad in ["", "0", "601", "-1", "1.5", "30s"] {
            assert!(grace(bad, "grace").is_err(), "{bad}");
        }
        for bad in ["", "0", "-1", "5 USD", "1e3", "99999999", "0.0000001"] {
            assert!(max_cost(bad, "max_cost").is_err(), "{bad}");
        }
    }

    #[test]
    fn signals_are_read_as_slurm_writes_them() {
        for (text, shown) in [
            ("USR1@120", "USR1@120"),
            ("B:SIGTERM@5", "B:TERM@5"),
            ("10@9", "USR1@9"),
            ("usr2", "USR2@60"),
            ("INT@65535", "INT@65535"),
        ] {
            assert_eq!(warning(text, "signal").unwrap().to_string(), shown);
        }
        assert_eq!(grace("600", "grace"), Ok(MAX_GRACE));
        assert_eq!(max_cost("5.00", "max_cost"), Ok(MicroUsd(5_000_000)));
    }
}
