//! Running futures without a runtime: fakes answer at once, so one poll is enough.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

/// The result of a future that never waits.
///
/// # Panics
/// When it does wait: then it was given something else than fakes.
pub fn resolve<F: Future>(future: F) -> F::Output {
    match poll_once(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits for something that is not a fake"),
    }
}

/// One poll, by which a simulation lets a future go on to its next pause.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
