//! `select=N:name=value…+…` and Torque's `nodes=N:ppn=M…+…`: how many nodes, and what each must have.

use crate::{
    piece::Piece,
    placeholder,
    reader::{Reader, Scope},
    report::Spot,
    table::{self, Key, Support},
    values::{count, out_of_range},
};
use soca_domain::{Code, Fault, id::shorten, request::MAX_NODES};

/// One chunk: how many of it, and its parts after the number.
struct Chunk<'a> {
    whole: Piece<'a>,
    count: Option<Piece<'a>>,
    parts: Vec<Piece<'a>>,
}

impl Reader {
    /// Reads the chunks; like ones are summed, unlike ones refused, since all nodes of a job are alike.
    pub(crate) fn chunks(&mut self, key: Key, name: &str, value: Piece<'_>) {
        let chunks = split(value);
        let Some(first) = chunks.first() else { return };
        if let Some(other) = chunks.iter().find(|c| c.wish() != first.wish()) {
            self.report.fault_at(Spot::of(&other.whole, name), unlike(name));
        }
        let nodes = chunks.iter().try_fold(0, |before, chunk| {
            chunk
                .nodes(name, before)
                .map_err(|fault| (Spot::of(&chunk.number(), name), fault))
                .map_err(Box::new)
        });
        // A bare nodes=N changes the number only; anything more says anew what a node must have.
        if key == Key::Select || !first.parts.is_empty() {
            self.forget_chunks();
        }
        match nodes.map_err(|boxed| *boxed) {
            Ok(nodes) => {
                self.request.resources.nodes = Some(nodes);
                self.note(Key::Nodes, Spot::of(&first.number(), name));
            }
            Err((spot, fault)) => self.report.fault_at(spot, fault),
        }
        first.parts.iter().for_each(|part| self.part(key, name, *part, &first.parts));
    }

    /// Reads one `name=value` of a chunk.
    fn part(&mut self, key: Key, within: &str, part: Piece<'_>, all: &[Piece<'_>]) {
        let Some((name, value)) = part.split_once('=') else {
            return self.report.fault_at(Spot::of(&part, part.text()), property(part.text(), within));
        };
        let executed = table::resource_named(name.text()).map(|p| p.support);
        if let Some(Support::Executed(Key::Select | Key::Nodes | Key::Walltime | Key::Place)) = executed {
            return self.report.fault_at(Spot::of(&name, name.text()), not_in_a_chunk(name.text(), within));
        }
        self.resource(name, Some(value), Scope::Chunk);
        // In Torque, ppn asks for processors as well; PBS translates it so.
        let says_cpus = all.iter().any(|p| p.text().starts_with("ncpus="));
        let torque = key == Key::Nodes && name.text() == "ppn" && !says_cpus;
        if let (true, Some(cpus)) = (torque, self.request.resources.mpiprocs) {
            self.request.resources.ncpus = Some(cpus);
            self.settle(Key::Ncpus, Spot::of(&value, name.text()), Scope::Chunk);
        }
    }

    /// Forgets what an earlier `select` said of each node.
    fn forget_chunks(&mut self) {
        let resources = &mut self.request.resources;
        for key in std::mem::take(&mut self.chunk_keys) {
            match key {
                Key::Ncpus => resources.ncpus = None,
                Key::Mpiprocs => resources.mpiprocs = None,
                Key::Memory => resources.memory = None,
                Key::Gpus => resources.gpus = None,
                Key::Ompthreads => self.threads = None,
                // Given inside a chunk, and about the job all the same.
                _ => continue,
            }
            self.places.remove(table::of(key).id());
        }
    }
}

/// The chunks between plus signs; a plus within a value, as in `instance_type=a+b`, parts nothing.
fn split(value: Piece<'_>) -> Vec<Chunk<'_>> {
    let mut wholes: Vec<Piece<'_>> = Vec::new();
    for part in value.split('+') {
        match wholes.last_mut() {
            Some(last) if !begins_chunk(part.text()) => *last = last.up_to(&value, &part),
            _ => wholes.push(part),
        }
    }
    wholes.into_iter().map(Chunk::of).collect()
}

fn begins_chunk(text: &str) -> bool {
    let first = text.split(':').next().unwrap_or_default();
    first.contains('=') || (!first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()))
}

impl<'a> Chunk<'a> {
    fn of(whole: Piece<'a>) -> Self {
        // Torque's nodes=2:ppn=4#excl: what follows the # is a part of its own, to be refused as such.
        let (head, tail) = whole.split_at(whole.text().find('#').unwrap_or(whole.text().len()));
        let mut parts = head.split(':');
        if !tail.text().is_empty() {
            parts.push(tail);
        }
        let count = (!parts[0].text().contains('=')).then(|| parts.remove(0));
        Self { whole, count, parts }
    }

    /// What it asks of a node, in an order that does not matter.
    fn wish(&self) -> Vec<&'a str> {
        let mut wish: Vec<&str> = self.parts.iter().map(Piece::text).collect();
        wish.sort_unstable();
        wish
    }

    /// Where its number stands or would stand.
    fn number(&self) -> Piece<'a> {
        self.count.unwrap_or(self.whole)
    }

    /// `before` and its own number of nodes; without a number it is one.
    fn nodes(&self, name: &str, before: u32) -> Result<u32, Fault> {
        let own = match self.count {
            None => 1,
            Some(piece) => {
                placeholder::refuse(piece.text(), name)?;
                count(piece.text(), name, MAX_NODES)?
            }
        };
        let sum = before.saturating_add(own);
        if sum > MAX_NODES { Err(out_of_range(&sum.to_string(), name, MAX_NODES)) } else { Ok(sum) }
    }
}

fn unlike(name: &str) -> Fault {
    Fault::new(
        Code::UnsupportedDirective,
        format!("{name} asks for nodes that are not alike, and all nodes of a job are."),
        "Ask for one kind of node, large enough for each part, or submit the parts as jobs of their own.",
    )
}

fn property(text: &str, within: &str) -> Fault {
    Fault::new(
        Code::UnsupportedDirective,
        format!(
            "\"{}\" in {within} is not of the form name=value, and nodes have no other properties.",
            shorten(text)
        ),
        "Remove it; which machines a job gets is chosen with -l instance_type=…, whole nodes with -l place=scatter:excl.",
    )
}

fn not_in_a_chunk(name: &str, within: &str) -> Fault {
    Fault::new(
        Code::UnsupportedDirective,
        format!("{name} is for the whole job and cannot be a part of {within}."),
        format!("Put a comma instead of a colon before it: -l {within}=…,{name}=…"),
    )
}
