//! Ports that fail on demand: every call through [`Faulty`] asks [`Faults`] what shall become of it.
//!
//! A call may pause first, so that a simulation can let others run in between or drop the caller there and then; it may
//! fail before it does anything, or do it and lose the answer.

mod ports;

use soca_app::ports::{CloudError, StoreError};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// What becomes of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    #[default]
    Done,
    /// It is not done, and fails.
    LostBefore,
    /// It is done, and fails all the same.
    LostAfter,
}

/// The decision about one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draw {
    /// Whether it pauses first.
    pub pauses: bool,
    /// What becomes of it then.
    pub fate: Fate,
}

/// Decides about calls.
pub trait Faults: Send + Sync {
    /// What becomes of the next call; `call` names port and method, as in `store.commit`.
    fn draw(&self, call: &'static str) -> Draw;
}

/// A port with faults.
pub struct Faulty<T: ?Sized> {
    inner: Arc<T>,
    faults: Arc<dyn Faults>,
}

impl<T: ?Sized> Faulty<T> {
    /// A port whose calls `faults` decides about.
    pub fn new(inner: Arc<T>, faults: Arc<dyn Faults>) -> Self {
        Self { inner, faults }
    }

    /// One call. The work is lazy: a call that is lost before does nothing.
    async fn call<R, E: Lost>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<R, E>> + Send,
    ) -> Result<R, E> {
        let draw = self.faults.draw(name);
        if draw.pauses {
            Pause(false).await;
        }
        match draw.fate {
            Fate::Done => work.await,
            Fate::LostBefore => Err(E::lost(name)),
            Fate::LostAfter => {
                let _ = work.await;
                Err(E::lost(name))
            }
        }
    }
}

/// An error that means that nobody answered.
trait Lost {
    fn lost(call: &'static str) -> Self;
}

impl Lost for StoreError {
    fn lost(call: &'static str) -> Self {
        StoreError::Unavailable(call.into())
    }
}

impl Lost for CloudError {
    fn lost(call: &'static str) -> Self {
        CloudError::Unavailable { service: call, source: "nobody answered".into() }
    }
}

/// Gives way once.
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
