//! `-W`: a list of attributes, `name=value,name=value`, whose values may have commas of their own.

use crate::{
    piece::Piece,
    reader::{Given, Reader, Scope},
    report::Spot,
    table,
};
use soca_domain::{Code, Fault, id::shorten, instance_type::nearest};

impl Reader {
    /// Reads one `-W` value.
    pub(crate) fn attributes(&mut self, list: Piece<'_>) {
        let mut items: Vec<Piece<'_>> = Vec::new();
        for part in list.split(',') {
            // A part without an equals sign goes on with the value before it: depend=afterok:1,afterany:2.
            match items.last_mut() {
                Some(last) if !part.text().contains('=') => *last = last.up_to(&list, &part),
                _ => items.push(part),
            }
        }
        items.iter().for_each(|item| self.attribute(item.trim()));
    }

    fn attribute(&mut self, item: Piece<'_>) {
        let (name, value) = item.split_once('=').map_or((item, None), |(name, value)| (name, Some(value)));
        let spot = Spot::of(&name, name.text());
        match table::attribute(name.text()) {
            Some(param) => self.give(Given { param, name: name.text(), at: spot, value, scope: Scope::List }),
            None if self.report.is_full() => {}
            None => self.report.fault_at(spot, unknown(name.text())),
        }
    }
}

fn unknown(name: &str) -> Fault {
    let known = table::ATTRIBUTES.iter().map(table::Param::id).filter(|n| n.len() > 2);
    let near = if name.len() > 64 { Vec::new() } else { nearest(name, known, 1) };
    let remedy = match &near[..] {
        [near, ..] => format!("Did you mean -W {near}=…?"),
        [] => "Remove it; of -W, soca reads depend.".to_owned(),
    };
    Fault::new(Code::UnknownDirective, format!("There is no attribute \"{}\" for -W.", shorten(name)), remedy)
}
