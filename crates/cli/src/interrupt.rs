//! Ctrl-C while a job is followed: noticed instead of ending the program, so that it can say what goes on.

use signal_hook::{consts::SIGINT, flag};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Whether somebody has pressed Ctrl-C.
pub trait Interrupts {
    /// Begins to notice it; before that, Ctrl-C ends the program as usual.
    ///
    /// # Errors
    /// The system refused the handler.
    fn watch(&self) -> io::Result<()>;
    /// Whether it has happened since.
    fn pending(&self) -> bool;
}

/// The process's own signal; a second Ctrl-C ends the program at once.
#[derive(Debug, Default)]
pub struct CtrlC(Arc<AtomicBool>);

impl Interrupts for CtrlC {
    fn watch(&self) -> io::Result<()> {
        // The order matters: the second signal is the one that finds the flag set.
        flag::register_conditional_default(SIGINT, Arc::clone(&self.0))?;
        flag::register(SIGINT, Arc::clone(&self.0)).map(drop)
    }

    fn pending(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
