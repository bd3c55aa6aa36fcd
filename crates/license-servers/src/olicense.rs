//! OLicense: what `olixtool` prints, in the form that servers of version 4 show.
//!
//! A block for each license file names its modules, `module; type; count; expiry;`, then who has them.

use crate::{
    reading::{Pool, Reading},
    status::{Checkout, Total},
    text::{leading_number, quoted, says, user_at_host},
};

/// What olixtool prints, in lower case, where no server answers.
const DOWN: &[&str] = &["cannot connect", "connection refused", "olcomm 4", "olcomm 5"];

/// Reads the text, line by line.
pub(crate) fn read(text: &str, reading: &mut Reading) {
    let mut module: Option<(&str, Pool)> = None;
    let mut checkouts: Vec<Checkout> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(next) = read_module(line) {
            end(module.replace(next), &mut checkouts, reading);
        } else if let Some(locked) = line.strip_suffix(" FloatsLockedBy:").and_then(|n| n.parse().ok()) {
            if let Some((_, pool)) = &mut module {
                pool.in_use = Some(locked);
            }
        } else if let Some(checkout) = checkout(line) {
            checkouts.push(checkout);
        } else if says(line, DOWN) {
            reading.down(line);
        } else if line.starts_with("olixtool ") || line.starts_with("List of requested licenses") {
            reading.recognise();
        }
    }
    end(module, &mut checkouts, reading);
}

fn end(module: Option<(&str, Pool)>, checkouts: &mut Vec<Checkout>, reading: &mut Reading) {
    let checkouts = std::mem::take(checkouts);
    if let Some((name, pool)) = module {
        reading.pool(name, pool);
        checkouts.into_iter().for_each(|checkout| reading.checkout(name, checkout));
    }
}

/// `module;  FreeFloating;  3;  2030-12-31 23:59:59;`. Only floating modules can be had by any host.
fn read_module(line: &str) -> Option<(&str, Pool)> {
    let columns: Vec<&str> = line.split(';').map(str::trim).take(5).collect();
    let [name, kind, count, _expiry, ""] = columns[..] else { return None };
    let total = match count.parse() {
        Ok(count) if kind.ends_with("Floating") => Total::Counted(count),
        _ => Total::Unknown(quoted(&format!("{kind} {count}"))),
    };
    (!name.is_empty()).then_some((name, Pool { total, in_use: Some(0), reserved: 0 }))
}

/// `user@host #1`.
fn checkout(line: &str) -> Option<Checkout> {
    let (who, count) = line.rsplit_once(" #")?;
    let (user, host) = user_at_host(who)?;
    let (count, rest) = leading_number(count)?;
    rest.is_empty().then(|| Checkout { user: user.into(), host: host.into(), count, started: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_are_neither() {
        for bad in [
            "",
            ";",
            "Name; LicenseType; FloatCount; Expiration",
            "a; FreeFloating; 3",
            "; FreeFloating; 3; x;",
        ] {
            assert!(read_module(bad).is_none(), "{bad}");
        }
        for bad in ["", "a@b", "a #1", "a@b #", "a@b #1 2"] {
            assert!(checkout(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_does_not_float_is_unknown() {
        for bad in ["a; NodeLocked; 3; x;", "a; FreeFloating; many; x;"] {
            assert!(matches!(read_module(bad).unwrap().1.total, Total::Unknown(_)), "{bad}");
        }
    }
}
