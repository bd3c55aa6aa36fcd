//! lmstat's line about a feature: how many licenses there are, and how many are in use.

use crate::{
    reading::Pool,
    status::Total,
    text::{number_after, quoted, says},
};

/// The feature's name and what is said of it, if the line is about one. Names may have colons.
///
/// `Users of NAME:  (…)`, or `Users of NAME: Cannot get users of NAME: …`.
pub(super) fn name(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("Users of ")?;
    let mut colons = rest.match_indices(':').map(|(at, _)| at);
    let end = colons.find(|at| {
        let after = rest[at + 1..].trim_start();
        after.starts_with('(') || after.starts_with("Cannot ") || after.starts_with("Error")
    })?;
    let name = rest[..end].trim();
    (!name.is_empty()).then(|| (name, rest[end + 1..].trim()))
}

/// What the line says:
///
/// * `(Total of 5 licenses issued;  Total of 1 license in use)`. The licenses in use have those that the options file
///   reserves, used or not, so nothing is reserved beyond them (OpenLM, *Reserved licenses*).
/// * `(Total of 5 licenses available)` of versions before 7, which count nothing in use: the checkouts do.
/// * `(Uncounted, node-locked)`: without limit.
/// * `(Error: 5 licenses, unsupported by licensed server)`, `Cannot get users of …`: unknown, whatever the number.
pub(super) fn pool(users: &str) -> Pool {
    if says(users, &["uncounted"]) {
        return Pool::without_sum(Total::Unlimited);
    }
    counted(users).unwrap_or_else(|| {
        let why = users.trim_start_matches('(').trim_end_matches(')');
        Pool::without_sum(Total::Unknown(quoted(why)))
    })
}

fn counted(users: &str) -> Option<Pool> {
    let (issued, used) = match users.split_once(';') {
        Some((issued, used)) => (issued, Some(used)),
        None => (users, None),
    };
    let is_whole = users.ends_with(')') && says(issued, &["issued", "available"]);
    let total = number_after(issued, "(Total of ").filter(|_| is_whole)?;
    let in_use = match used {
        Some(used) if used.contains("in use") => Some(number_after(used, "Total of ")?),
        Some(_) => return None,
        None => None,
    };
    Some(Pool { total: Total::Counted(total), in_use, reserved: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(users: &str) -> Total {
        pool(users).total
    }

    #[test]
    fn lines_about_something_else_name_no_feature() {
        for bad in ["", "Users of", "Users of :  (Total", "Users of a", "users: (a)", "Users of a: b"] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_counted_is_never_free() {
        for bad in [
            "(Error: 21 licenses, unsupported by licensed server)",
            "Cannot get users of f: No such feature exists. (-5,222)",
            "(Total of 10 licenses issued;  Total of 9",
            "(Total of 10 licenses issued;  Total of x licenses in use)",
            "(Total of 99999999999 licenses issued;  Total of 0 licenses in use)",
            "(Total of 10)",
        ] {
            assert!(matches!(total(bad), Total::Unknown(_)), "{bad}");
        }
    }

    #[test]
    fn names_may_have_colons_and_counts_may_be_one() {
        assert_eq!(name("Users of a:b.c-1:  (Uncounted, node-locked)").unwrap().0, "a:b.c-1");
        assert_eq!(total("(Uncounted, node-locked)"), Total::Unlimited);
        let one = pool("(Total of 1 license issued;  Total of 1 license in use)");
        assert_eq!((one.total, one.in_use), (Total::Counted(1), Some(1)));
        assert_eq!(total("(Total of 7 licenses available)"), Total::Counted(7));
    }
}
