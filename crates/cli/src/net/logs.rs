//! One stream of a job's output, read from where the last piece ended.

use super::{api::Piece, client::Client};
use crate::failure::Failure;
use base64::{Engine, prelude::BASE64_STANDARD};
use soca_domain::JobId;
use soca_wire::api::LogPiece;

/// Which output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How far a stream has been read.
#[derive(Clone, Copy, Debug)]
pub struct Tail {
    job: JobId,
    piece: Piece,
    complete: bool,
}

impl Tail {
    /// From its beginning.
    pub fn new(job: JobId, stream: Stream, element: Option<u32>) -> Tail {
        let stream = match stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        };
        Tail { job, piece: Piece { stream, element, attempt: None, offset: 0 }, complete: false }
    }

    /// Whether nothing will come any more.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The attempt that was read last.
    pub fn attempt(&self) -> Option<u32> {
        self.piece.attempt
    }

    /// Goes on to a later attempt.
    pub fn restart(&mut self, attempt: u32) {
        self.piece = Piece { attempt: Some(attempt), offset: 0, ..self.piece };
        self.complete = false;
    }

    /// Everything there is now after the last piece, handed on piece by piece.
    ///
    /// # Errors
    /// The API does not give it, or it cannot be handed on.
    pub fn read(
        &mut self,
        client: &Client<'_>,
        give: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        while !self.complete {
            let piece = client.log_piece(self.job, self.piece)?.value;
            let bytes = decode(&piece)?;
            give(&bytes)?;
            self.complete = piece.complete;
            self.piece.attempt = Some(piece.attempt);
            let moved = piece.next_offset > self.piece.offset;
            self.piece.offset = piece.next_offset.max(self.piece.offset);
            if bytes.is_empty() || !moved {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn decode(piece: &LogPiece) -> Result<Vec<u8>, Failure> {
    BASE64_STANDARD.decode(&piece.data).map_err(|_| {
        Failure::new(
            "BAD_REPLY",
            "A piece of output cannot be decoded.",
            "Try again; if it persists, update this program.",
        )
    })
}
