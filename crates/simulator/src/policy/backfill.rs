//! EASY backfilling as functions of times and sizes, whoever the jobs are and in whatever order they come.
//!
//! Lifka, "The ANL/IBM SP scheduling system" (1995); Mu'alem and Feitelson, IEEE TPDS 12(6), 2001: the first job that
//! does not fit gets a reservation at the *shadow time*, the earliest at which enough processors are expected to be free.
//! Others may start before it if they are expected to end by then, or fit into what the first job will leave.

use crate::job::Seconds;

/// What is promised to the first job that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The shadow time.
    pub at: Seconds,
    /// Processors that are free then and not needed by it.
    pub spare: u32,
}

impl Reservation {
    /// The reservation of a job that needs more than is free, from the running jobs' expected ends and processors in
    /// the order of their ends. A job that should have ended is expected to end at the next second.
    pub fn of(
        need: u32,
        free: u32,
        now: Seconds,
        running: impl Iterator<Item = (Seconds, u32)>,
    ) -> Reservation {
        let mut available = free;
        let mut at = now;
        for (end, procs) in running {
            let end = end.max(now + 1);
            if available >= need && end > at {
                break;
            }
            at = end;
            available += procs;
        }
        Reservation { at, spare: available.saturating_sub(need) }
    }

    /// Whether a job that fits now may start before the reserved one. If it may because there are processors to
    /// spare, those are taken.
    pub fn admits(&mut self, need: u32, expected: Seconds, now: Seconds) -> bool {
        if now + expected <= self.at {
            return true;
        }
        let spared = need <= self.spare;
        if spared {
            self.spare -= need;
        }
        spared
    }
}

/// A waiting job as [`Walk`] sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The processors it needs.
    pub need: u32,
    /// The run time that was asked for.
    pub requested: Seconds,
    /// The run time that is expected; where nothing better is known, the requested one.
    pub predicted: Seconds,
    /// Whether its reservation, should it get the one there is, must hold whatever was predicted of others.
    pub firm: bool,
}

/// One walk along the queue, in the order in which jobs are to be considered.
#[derive(Clone, Debug)]
pub struct Walk {
    now: Seconds,
    reserved: Option<(Reservation, bool)>,
}

impl Walk {
    /// A walk at this moment.
    pub fn at(now: Seconds) -> Walk {
        Walk { now, reserved: None }
    }

    /// Whether anybody was left waiting so far.
    pub fn is_blocked(&self) -> bool {
        self.reserved.is_some()
    }

    /// Whether the next job of the queue starts now. `running` is as for [`Reservation::of`], with the jobs that this
    /// walk has started.
    ///
    /// The first that does not fit gets the reservation. If that is firm, others pass it only with what they asked
    /// for; a job is not ended before that, so nobody who passes can delay it. If it is not, what is predicted of them
    /// is enough.
    pub fn starts(
        &mut self,
        job: &Candidate,
        free: u32,
        running: impl Iterator<Item = (Seconds, u32)>,
    ) -> bool {
        let fits = job.need <= free;
        match &mut self.reserved {
            Some((reservation, firm)) => {
                let expected = if *firm { job.requested } else { job.predicted };
                fits && reservation.admits(job.need, expected, self.now)
            }
            None if fits => true,
            none => {
                *none = Some((Reservation::of(job.need, free, self.now, running), job.firm));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shadow_is_where_enough_is_free_and_all_ends_of_that_second_count() {
        let running = [(50, 2), (70, 3), (70, 4), (90, 1)];
        let of = |need| Reservation::of(need, 1, 10, running.into_iter());
        assert_eq!(of(3), Reservation { at: 50, spare: 0 });
        assert_eq!(of(4), Reservation { at: 70, spare: 6 });
        assert_eq!(of(11), Reservation { at: 90, spare: 0 });
    }

    #[test]
    fn a_job_that_should_have_ended_is_expected_at_the_next_second() {
        let reservation = Reservation::of(3, 0, 100, [(40, 2), (101, 2)].into_iter());
        assert_eq!(reservation, Reservation { at: 101, spare: 1 });
    }

    #[test]
    fn who_ends_in_time_takes_nothing_from_the_spare_processors() {
        let mut reservation = Reservation { at: 100, spare: 2 };
        assert!(reservation.admits(5, 90, 10), "ends at the shadow time");
        assert!(!reservation.admits(3, 91, 10), "ends too late and is too large");
        assert!(
            reservation.admits(2, 91, 10) && !reservation.admits(1, 91, 10),
            "the spare ones are used up"
        );
    }

    #[test]
    fn predictions_count_only_against_a_reservation_that_is_not_firm() {
        for firm in [false, true] {
            let mut walk = Walk::at(0);
            let first = Candidate { need: 4, requested: 10, predicted: 10, firm };
            let next = Candidate { need: 1, requested: 200, predicted: 20, firm: false };
            assert!(!walk.starts(&first, 1, [(100, 3)].into_iter()));
            assert_eq!(walk.starts(&next, 1, [(100, 3)].into_iter()), !firm);
        }
    }
}
