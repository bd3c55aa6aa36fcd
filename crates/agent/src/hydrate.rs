//! From notes to reports: the output is read from the unit's own copy only now.

use crate::core::Note;
use crate::keys::UnitKey;
use crate::log;
use crate::units::Runs;
use base64::{Engine, engine::general_purpose::STANDARD};
use soca_wire::agent::{Report, Stream};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The reports. Output that cannot be read any more is left out.
pub fn hydrate(runs: &Runs, notes: Vec<Note>) -> Vec<Report> {
    notes.into_iter().filter_map(|note| report(runs, note)).collect()
}

fn report(runs: &Runs, note: Note) -> Option<Report> {
    Some(match note {
        Note::Started { run, at_ms } => Report::Started { job: run.job, attempt: run.attempt, at_ms },
        Note::Elements { run, changes } => Report::Elements { job: run.job, attempt: run.attempt, changes },
        Note::Finished { run, at_ms, end } => {
            Report::Finished { job: run.job, attempt: run.attempt, at_ms, end }
        }
        Note::Output { unit, stream, offset, length } => {
            let data = read(runs, unit, stream, offset, length);
            let data = data.inspect_err(|error| {
                log::warn("output.unreadable", &[("job.id", &unit), ("error.message", error)]);
            });
            Report::Output {
                job: unit.run.job,
                attempt: unit.run.attempt,
                element: unit.element,
                stream,
                offset,
                data: STANDARD.encode(data.ok()?),
            }
        }
    })
}

fn read(runs: &Runs, unit: UnitKey, stream: Stream, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    File::open(runs.spool(unit, stream))?.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}
