//! `-m` and `-M`: when to write, and to whom.

use super::bad;
use soca_domain::Fault;

/// The most addresses of one job.
const MAX_ADDRESSES: usize = 20;

/// Reads a set of `a b e`, in that order whatever the writer's; `n` means never and gives none.
///
/// PBS's `j`, a message for each element of an array, is read and left out: `true` says that it was there.
pub(crate) fn mail_events(text: &str, name: &str) -> Result<(String, bool), Fault> {
    let known = !text.is_empty() && text.chars().all(|c| "abej".contains(c));
    if !known && text != "n" {
        return Err(bad(
            name,
            text,
            "Write a for abort, b for begin, e for end, several together as in abe, or n for none.",
        ));
    }
    Ok(("abe".chars().filter(|c| text.contains(*c)).collect(), text.contains('j')))
}

/// Reads addresses between commas.
pub(crate) fn addresses(text: &str, name: &str) -> Result<Vec<String>, Fault> {
    let remedy = "Write addresses such as me@example.org, with commas between.";
    let found: Vec<String> = text.split(',').map(|a| a.trim().to_owned()).collect();
    if found.len() <= MAX_ADDRESSES && found.iter().all(|a| is_address(a)) {
        Ok(found)
    } else {
        Err(bad(name, text, remedy))
    }
}

/// Strict enough that nothing but an address gets into a message's header.
fn is_address(text: &str) -> bool {
    let part = |p: &str, extra: &str| {
        !p.is_empty() && p.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(user, host)| part(user, "._%+-='/") && part(host, ".-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_a_set() {
        assert_eq!(mail_events("eab", "-m"), Ok(("abe".into(), false)));
        assert_eq!(mail_events("n", "-m"), Ok((String::new(), false)));
        assert_eq!(mail_events("ej", "-m"), Ok(("e".into(), true)));
        for bad in ["", "x", "an", "all", "a b"] {
            assert!(mail_events(bad, "-m").is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_cannot_smuggle_headers_p10() {
        assert_eq!(addresses("a@x.org, b.c@y.org", "-M").unwrap(), ["a@x.org", "b.c@y.org"]);
        for bad in ["", "a", "a@", "@x", "a@x\nBcc: b@y", "a@x,,b@y", "a b@x", "<a@x>"] {
            assert!(addresses(bad, "-M").is_err(), "{bad}");
        }
    }
}
