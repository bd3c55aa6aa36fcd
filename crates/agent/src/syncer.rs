//! The thread that calls the control plane, one sync at a time, so that a slow one holds up nothing else.

use crate::core::Note;
use crate::http::{Answer, ControlPlane};
use crate::hydrate::hydrate;
use crate::session::SessionToken;
use crate::units::Runs;
use soca_wire::agent::{SyncReply, SyncRequest};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Sender};
use std::thread;

/// What it must know to call.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whom to call.
    pub plane: ControlPlane,
    /// The proof of who calls.
    pub token: SessionToken,
    /// The node's stack.
    pub stack: String,
    /// The node's instance.
    pub instance: String,
    /// Where the output lies.
    pub runs: Runs,
}

impl Caller {
    fn call(&self, sequence: u64, notes: Vec<Note>) -> Answer<SyncReply> {
        let request = SyncRequest {
            stack: self.stack.clone(),
            instance: self.instance.clone(),
            sequence,
            reports: hydrate(&self.runs, notes),
        };
        self.plane.sync(self.token.as_str(), &request)
    }

    /// Starts the thread. What is sent to it is called; `answered` gets each answer.
    pub fn start(
        self,
        mut answered: impl FnMut(Answer<SyncReply>) -> bool + Send + 'static,
    ) -> std::io::Result<Sender<(u64, Vec<Note>)>> {
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new().name("sync".into()).spawn(move || {
            for (sequence, notes) in receiver {
                // Whoever waits for the answer would wait for ever.
                let answer = panic::catch_unwind(AssertUnwindSafe(|| self.call(sequence, notes)));
                if !answered(answer.unwrap_or_else(|_| Answer::Failed("the call panicked".into()))) {
                    return;
                }
            }
        })?;
        Ok(sender)
    }
}
