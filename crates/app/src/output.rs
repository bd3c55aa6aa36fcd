//! Output of jobs: pieces come from agents in order, are kept as objects named by offset, and are read by offset.

use crate::{
    error::Error,
    ports::{
        Artifacts, Store, StoreError, Write,
        store::{OutputId, OutputState, TAIL_BYTES},
    },
};

/// The most bytes of one stream that are kept; the file on the shared file system has the rest.
pub const MAX_KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// The most bytes one read answers.
const MAX_READ_BYTES: usize = 512 * 1024;

/// Keeps a piece of output. A piece, or the part of it, that is there already is skipped (P6).
///
/// # Errors
/// A gap before the piece is refused: agents send each stream in order.
pub async fn append(
    store: &dyn Store,
    artifacts: &dyn Artifacts,
    id: &OutputId,
    offset: u64,
    bytes: &[u8],
) -> Result<(), Error> {
    let was = store.output(id).await?;
    let was_size = was.as_ref().map_or(0, |o| o.size);
    let known = usize::try_from(was_size.saturating_sub(offset)).unwrap_or(usize::MAX);
    let fresh = bytes.get(known..).unwrap_or_default();
    if fresh.is_empty() || was_size >= MAX_KEPT_BYTES {
        return Ok(());
    }
    if offset > was_size {
        return Err(Error::refused(
            soca_domain::Code::BadBody,
            format!("Output was sent from byte {offset}, but only {was_size} bytes came before."),
            "The agent must send each stream in order.",
        ));
    }
    artifacts.put(&object_key(id, was_size), fresh.to_vec()).await?;
    let mut tail = was.map(|o| o.tail).unwrap_or_default();
    tail.extend_from_slice(fresh);
    let tail = tail.split_off(tail.len().saturating_sub(TAIL_BYTES));
    let grown = OutputState { id: id.clone(), size: was_size + fresh.len() as u64, tail };
    match store.commit(vec![Write::GrowOutput { output: grown, was_size }]).await {
        // Somebody else kept the same bytes first: a repeated report that overtook this one.
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Position of its first byte.
    pub offset: u64,
    /// The bytes; empty when there is nothing from there on yet.
    pub bytes: Vec<u8>,
    /// How far the stream has come.
    pub size: u64,
}

/// Reads a stream from `offset`: from the table's tail when it reaches back far enough, else from the objects.
pub async fn read(
    store: &dyn Store,
    artifacts: &dyn Artifacts,
    id: &OutputId,
    offset: u64,
) -> Result<Piece, Error> {
    let Some(state) = store.output(id).await? else {
        return Ok(Piece { offset, bytes: vec![], size: 0 });
    };
    let tail_start = state.size - state.tail.len() as u64;
    if offset >= state.size {
        return Ok(Piece { offset: state.size, bytes: vec![], size: state.size });
    }
    if offset >= tail_start {
        let skip = usize::try_from(offset - tail_start).unwrap_or(0);
        return Ok(Piece { offset, bytes: state.tail[skip..].to_vec(), size: state.size });
    }
    let bytes = read_objects(artifacts, id, offset, state.size).await?;
    Ok(Piece { offset, bytes, size: state.size })
}

async fn read_objects(
    artifacts: &dyn Artifacts,
    id: &OutputId,
    offset: u64,
    size: u64,
) -> Result<Vec<u8>, Error> {
    let starts = starts_from(artifacts, id, offset).await?;
    let mut bytes = Vec::new();
    for start in starts.into_iter().filter(|s| *s < size) {
        let object = artifacts.get(&object_key(id, start)).await?.unwrap_or_default();
        let skip = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
        bytes.extend_from_slice(object.get(skip..).unwrap_or_default());
        if bytes.len() >= MAX_READ_BYTES {
            break;
        }
    }
    Ok(bytes)
}

/// How far back the object that holds a byte is looked for: most are small, and none is longer than what one sync may
/// carry of a stream.
const LOOK_BACK: [u64; 3] = [16 * 1024, 256 * 1024, 4 * 1024 * 1024];
/// Names of one listing.
const PAGE: u32 = 500;

/// Where objects begin: first the one that holds `offset`, then some of those after it.
async fn starts_from(artifacts: &dyn Artifacts, id: &OutputId, offset: u64) -> Result<Vec<u64>, Error> {
    for back in LOOK_BACK {
        let mut starts = list_past(artifacts, id, offset.saturating_sub(back), offset).await?;
        if let Some(first) = starts.iter().rposition(|s| *s <= offset) {
            return Ok(starts.split_off(first));
        }
    }
    Ok(vec![])
}

/// Lists where objects begin, from a position to past another.
async fn list_past(
    artifacts: &dyn Artifacts,
    id: &OutputId,
    from: u64,
    past: u64,
) -> Result<Vec<u64>, Error> {
    let prefix = prefix(id);
    let (mut from, mut starts) = (from, Vec::new());
    loop {
        let keys = artifacts.list(&prefix, &object_key(id, from), PAGE).await?;
        // An object's name is its first byte's position.
        starts.extend(keys.iter().filter_map(|k| k.strip_prefix(&prefix)?.parse::<u64>().ok()));
        match starts.last() {
            Some(last) if *last <= past && keys.len() >= PAGE as usize => from = last + 1,
            _ => return Ok(starts),
        }
    }
}

fn prefix(id: &OutputId) -> String {
    let element = id.element.map_or_else(|| "job".to_owned(), |e| e.to_string());
    let stream = if id.stderr { "stderr" } else { "stdout" };
    format!("output/{}/{}/{element}/{stream}/", id.job, id.attempt)
}

fn object_key(id: &OutputId, offset: u64) -> String {
    format!("{}{offset:020}", prefix(id))
}
