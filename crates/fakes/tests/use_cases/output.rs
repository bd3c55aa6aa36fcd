//! Output: kept in order, read from anywhere.

use crate::lab::Lab;
use soca_app::{
    output::{self, Piece},
    ports::store::OutputId,
    read_jobs::{OutputQuery, read_output},
    sync_node::What,
};
use soca_domain::{Attempt, Code, ElementIndex, JobId};
use soca_fakes::resolve::resolve;

/// A piece of the first attempt's standard output.
pub fn read(lab: &Lab, job: JobId, offset: u64) -> Piece {
    let id = OutputId { job, attempt: Attempt(1), element: None, stderr: false };
    resolve(output::read(&*lab.ports.store, &*lab.ports.artifacts, &id, offset)).unwrap()
}

#[test]
fn output_in_many_small_pieces_is_read_from_any_byte() {
    let lab = Lab::default();
    let id = lab.running(&[]);
    let mut whole: Vec<u8> = Vec::new();
    for n in 0..2_000 {
        let bytes = format!("line {n} of many\n").into_bytes();
        let offset = whole.len() as u64;
        whole.extend(&bytes);
        lab.say(id, n + 2, vec![What::Output { element: None, stderr: false, offset, bytes }]).unwrap();
    }
    for offset in [0, 1, 17, 9_999, 20_000, whole.len() - 8_193, whole.len() - 1] {
        let mut read_bytes = Vec::new();
        while read_bytes.len() < whole.len() - offset {
            let piece = read(&lab, id, (offset + read_bytes.len()) as u64);
            assert!(!piece.bytes.is_empty(), "nothing at {offset} + {}", read_bytes.len());
            read_bytes.extend(piece.bytes);
        }
        assert!(read_bytes == whole[offset..], "from {offset}");
    }
}

#[test]
fn arrays_have_output_by_element() {
    let lab = Lab::default();
    let (array, plain) = (lab.queued(&["-J1-3"]), lab.queued(&[]));
    let ask = |id, element: Option<u32>| {
        let query =
            OutputQuery { element: element.map(ElementIndex), attempt: None, stderr: false, offset: 0 };
        resolve(read_output(&*lab.ports.store, &*lab.ports.artifacts, &lab.job(id), &query))
    };
    assert!(ask(array, Some(3)).is_ok() && ask(plain, None).is_ok());
    for (id, element) in [(array, None), (array, Some(4)), (plain, Some(1))] {
        assert_eq!(crate::lab::code(ask(id, element)), Code::BadQuery);
    }
}
