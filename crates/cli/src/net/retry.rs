//! Tries an exchange again when the connection or the service failed for a moment.

use super::transport::{NoReply, Reply, Request, Transport};
use crate::clock::Clock;
use std::time::Duration;

/// How often a request that may be repeated is sent at most.
const TRIES: u32 = 4;
/// The wait before the second try; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Whether sending a request twice does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Reading, or writing with an idempotency key.
    Safe,
    /// Anything else.
    Never,
}

/// Sends a request, as often as it takes within reason.
///
/// # Errors
/// The last try's.
pub fn send(
    transport: &dyn Transport,
    clock: &dyn Clock,
    request: &Request,
    repeat: Repeat,
) -> Result<Reply, NoReply> {
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        let outcome = transport.send(request);
        if repeat == Repeat::Never || !passing(&outcome) {
            return outcome;
        }
        clock.sleep(wait);
        wait *= 2;
    }
    transport.send(request)
}

/// Whether it may well go better a moment later.
fn passing(outcome: &Result<Reply, NoReply>) -> bool {
    match outcome {
        Ok(reply) => matches!(reply.status, 429 | 502 | 503 | 504),
        Err(no_reply) => no_reply.transient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::transport::Method;
    use soca_domain::Timestamp;
    use std::cell::RefCell;

    /// Fails so many times, then answers.
    struct Shaky(RefCell<u32>);

    impl Transport for Shaky {
        fn send(&self, _: &Request) -> Result<Reply, NoReply> {
            let left = *self.0.borrow();
            *self.0.borrow_mut() = left.saturating_sub(1);
            if left > 0 {
                return Err(NoReply { what: "gone".into(), transient: true });
            }
            Ok(Reply { status: 200, date: None, body: Vec::new() })
        }
    }

    #[derive(Default)]
    struct Waits(RefCell<Vec<u128>>);

    impl Clock for Waits {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }

        fn sleep(&self, span: Duration) {
            self.0.borrow_mut().push(span.as_millis());
        }
    }

    fn attempt(failures: u32, repeat: Repeat) -> (bool, Vec<u128>) {
        let waits = Waits::default();
        let outcome = send(&Shaky(RefCell::new(failures)), &waits, &Request::new(Method::Get, "x"), repeat);
        (outcome.is_ok(), waits.0.into_inner())
    }

    #[test]
    fn passing_failures_are_tried_again_with_growing_waits() {
        assert_eq!(attempt(0, Repeat::Safe), (true, vec![]));
        assert_eq!(attempt(3, Repeat::Safe), (true, vec![200, 400, 800]));
        assert_eq!(attempt(4, Repeat::Safe), (false, vec![200, 400, 800]));
        assert_eq!(attempt(1, Repeat::Never), (false, vec![]));
    }
}
