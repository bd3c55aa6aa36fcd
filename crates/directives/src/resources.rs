//! `-l`: a list of resources, `name=value,name=value`.

use crate::{
    piece::Piece,
    placeholder,
    reader::{Given, Reader, Scope},
    report::Spot,
    table,
};
use soca_domain::{Code, Fault, id::shorten, instance_type::nearest};

impl Reader {
    /// Reads one `-l` value.
    pub(crate) fn resource_list(&mut self, list: Piece<'_>) {
        if let (Some(found), Err(fault)) =
            (placeholder::find(list.text()), placeholder::refuse(list.text(), "-l"))
        {
            // A template's loop or condition: splitting it at its own commas would make nonsense of it.
            if found.contains([',', '=']) {
                return self.report.fault_at(Spot::of(&list, "-l"), fault);
            }
        }
        for item in list.split(',') {
            let item = item.trim();
            let (name, value) =
                item.split_once('=').map_or((item, None), |(name, value)| (name, Some(value)));
            if let Err(fault) = placeholder::refuse(name.text(), "-l") {
                // What a template would have put here is unknown, and so is what follows it.
                return self.report.fault_at(Spot::of(&name, "-l"), fault);
            }
            if item.text().is_empty() {
                self.report.fault_at(Spot::of(&item, "-l"), empty_item());
            } else {
                self.resource(name, value, Scope::List);
            }
        }
    }

    /// Takes one resource, or says which ones its name may have meant.
    pub(crate) fn resource(&mut self, name: Piece<'_>, value: Option<Piece<'_>>, scope: Scope) {
        let spot = Spot::of(&name, name.text());
        match table::resource_named(name.text()) {
            Some(param) => self.give(Given { param, name: name.text(), at: spot, value, scope }),
            None if self.report.is_full() => {}
            None => self.report.fault_at(spot, unknown(name.text())),
        }
    }
}

fn empty_item() -> Fault {
    Fault::new(
        Code::BadValue,
        "The list of resources has an empty item.",
        "Write -l name=value,name=value with one comma between two items and no blanks.",
    )
}

/// That there is no resource of this name, with those it may have meant.
pub(crate) fn unknown(name: &str) -> Fault {
    let near = if name.len() > 64 { Vec::new() } else { nearest(name, table::resource_names(), 3) };
    // A short name is near to every other short name; such guesses help nobody.
    let near: Vec<&str> =
        near.into_iter().filter(|n| n.len().max(name.len()) > 4 || n.contains(name)).collect();
    let remedy = match &near[..] {
        [] => "Remove it; which machines a job gets is chosen with -l instance_type=…".to_owned(),
        [one] => format!("Did you mean {one}?"),
        [most @ .., last] => format!("Did you mean {} or {last}?", most.join(", ")),
    };
    Fault::new(Code::UnknownResource, format!("There is no resource \"{}\".", shorten(name)), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_get_suggestions_when_there_are_good_ones() {
        assert_eq!(unknown("walltme").remedy, "Did you mean walltime?");
        assert!(unknown("instance_typ").remedy.starts_with("Did you mean instance_type"));
        assert!(unknown("wd").remedy.starts_with("Remove it"));
        assert!(unknown(&"x".repeat(10_000)).message.len() < 100);
    }
}
