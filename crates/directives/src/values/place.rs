//! `place=arrangement[:sharing][:group=resource]`.

use super::bad;
use soca_domain::{
    Fault,
    request::{Arrangement, PlaceRequest},
};

/// Reads a placement; `true` says that a `group=` was there, which has no effect.
pub(crate) fn place(text: &str, name: &str) -> Result<(PlaceRequest, bool), Fault> {
    let remedy =
        "Write free, pack, scatter or vscatter, then optionally :excl or :shared, for example scatter:excl.";
    let (mut arrangement, mut exclusive, mut grouped) = (None, None, false);
    for part in text.split(':') {
        let fresh = match part {
            "free" => arrangement.replace(Arrangement::Free).is_none(),
            "pack" => arrangement.replace(Arrangement::Pack).is_none(),
            "scatter" => arrangement.replace(Arrangement::Scatter).is_none(),
            "vscatter" => arrangement.replace(Arrangement::Vscatter).is_none(),
            "excl" | "exclhost" => exclusive.replace(true).is_none(),
            "shared" => exclusive.replace(false).is_none(),
            other if other.len() > "group=".len() && other.starts_with("group=") => {
                !std::mem::replace(&mut grouped, true)
            }
            _ => false,
        };
        if !fresh {
            return Err(bad(name, text, remedy));
        }
    }
    let place = PlaceRequest {
        arrangement: arrangement.unwrap_or_default(),
        exclusive: exclusive.unwrap_or_default(),
    };
    Ok((place, grouped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_are_read_in_any_order() {
        let made = |arrangement, exclusive| PlaceRequest { arrangement, exclusive };
        assert_eq!(place("pack", "place"), Ok((made(Arrangement::Pack, false), false)));
        assert_eq!(place("excl", "place"), Ok((made(Arrangement::Scatter, true), false)));
        assert_eq!(place("free:exclhost:group=switch", "place"), Ok((made(Arrangement::Free, true), true)));
        for bad in ["", "Pack", "pack:scatter", "excl:shared", "group=", "scatter:", "x"] {
            assert!(place(bad, "place").is_err(), "{bad}");
        }
    }
}
