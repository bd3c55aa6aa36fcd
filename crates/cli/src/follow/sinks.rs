//! Where a followed job's output goes.

use crate::{context::Context, net::logs::Stream};
use std::io::{self, Write};

/// Which streams are read, and where they go.
#[derive(Clone, Debug, Default)]
pub struct Sinks {
    pub(super) streams: Vec<(Stream, Target)>,
    pub(super) element: Option<u32>,
    /// Ends when this output is complete, even if the capacity is still being torn down.
    pub(super) only_output: bool,
}

/// One of our own streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Out,
    Err,
}

impl Sinks {
    /// Both streams, each to our own of that name; with `aside` both to standard error.
    pub fn both(aside: bool) -> Sinks {
        let out = if aside { Target::Err } else { Target::Out };
        Sinks { streams: vec![(Stream::Stdout, out), (Stream::Stderr, Target::Err)], ..Sinks::default() }
    }

    /// One stream to standard output.
    pub fn one(stream: Stream, element: Option<u32>) -> Sinks {
        Sinks { streams: vec![(stream, Target::Out)], element, only_output: true }
    }

    /// No output: only the end counts.
    pub fn none() -> Sinks {
        Sinks::default()
    }
}

impl Target {
    /// Writes a piece at once.
    pub(super) fn write(self, bytes: &[u8], ctx: &mut Context<'_, '_>) -> io::Result<()> {
        let to: &mut dyn Write = match self {
            Target::Out => &mut *ctx.world.out,
            Target::Err => &mut *ctx.world.err,
        };
        to.write_all(bytes)?;
        to.flush()
    }
}
