//! What goes wrong, by seed.

use soca_domain::Timestamp;
use soca_fakes::{
    Chance, FakeClock,
    cloud::Temper,
    faulty::{Draw, Fate, Faults},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// Chances in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Knobs {
    /// A call of a port gives way to others first.
    pub pauses: u64,
    /// A call of a port fails and does nothing.
    pub lost_before: u64,
    /// A call of a port is done and fails all the same.
    pub lost_after: u64,
    /// A function dies where it pauses.
    pub dies: u64,
    /// A function is not called at all.
    pub throttled: u64,
    /// An event never comes.
    pub event_lost: u64,
    /// An event comes again, later.
    pub event_twice: u64,
    /// An event comes late, and so in another order.
    pub event_late: u64,
    /// An agent's message, or the answer to it, never comes.
    pub message_lost: u64,
    /// An agent's message comes again, later.
    pub message_twice: u64,
    /// The minute's schedule does not come.
    pub schedule_lost: u64,
    /// How well EC2 and CloudFormation do.
    pub temper: Temper,
}

impl Knobs {
    /// A seed's knobs: many of them at zero, so that each kind of trouble also comes alone.
    pub fn drawn(luck: &Chance) -> Knobs {
        let up_to = |most: u64| if luck.permille(400) { 0 } else { luck.below(most + 1) };
        Knobs {
            pauses: up_to(300),
            lost_before: up_to(25),
            lost_after: up_to(25),
            dies: up_to(60),
            throttled: up_to(60),
            event_lost: up_to(500),
            event_twice: up_to(300),
            event_late: up_to(500),
            message_lost: up_to(150),
            message_twice: up_to(150),
            schedule_lost: up_to(400),
            temper: Temper {
                create_fails: up_to(200),
                delete_fails: up_to(300),
                boot_fails: up_to(150),
                left_behind: up_to(200),
            },
        }
    }

    /// Nothing goes wrong any more; functions still run side by side.
    pub fn calm() -> Knobs {
        Knobs { pauses: 50, ..Knobs::default() }
    }
}

/// One stroke of bad luck.
#[derive(Clone, Copy, Debug)]
pub enum Stroke {
    /// An instance dies.
    Kill,
    /// A spot instance is taken back.
    TakeBack,
    /// A pool has nothing for so many launches.
    Dry(u32),
    /// A launch check is refused.
    Refuse,
    /// A service answers hardly anybody for so long.
    Storm(Duration),
    /// A person stops an execution.
    Abort,
    /// An agent is restarted.
    Restart,
    /// An agent hangs for so long, with everything it runs going on.
    Mute(Duration),
    /// A stack and an instance appear that nobody owns.
    Stray,
}

impl Stroke {
    pub fn drawn(luck: &Chance) -> Stroke {
        match luck.below(20) {
            0..4 => Stroke::Kill,
            4..8 => Stroke::TakeBack,
            8 | 9 => Stroke::Dry(u32::try_from(luck.between(1, 8)).unwrap_or(1)),
            10 | 11 => Stroke::Refuse,
            12 | 13 => Stroke::Storm(luck.millis(20_000, 240_000)),
            14 | 15 => Stroke::Abort,
            16 | 17 => Stroke::Restart,
            18 => Stroke::Stray,
            _ => Stroke::Mute(luck.millis(60_000, 2_400_000)),
        }
    }
}

const AREAS: [&str; 5] = ["store.", "workflow.", "stacks.", "instances.", "bus."];

/// The faults of one world's ports.
pub struct Chaos {
    luck: Chance,
    clock: Arc<FakeClock>,
    now: Mutex<(Knobs, Option<(&'static str, Timestamp)>)>,
}

impl Chaos {
    pub fn new(luck: Chance, clock: Arc<FakeClock>, knobs: Knobs) -> Self {
        Self { luck, clock, now: Mutex::new((knobs, None)) }
    }

    pub fn knobs(&self) -> Knobs {
        self.now.lock().unwrap().0
    }

    pub fn calm_down(&self) {
        *self.now.lock().unwrap() = (Knobs::calm(), None);
    }

    pub fn storm(&self, span: Duration) {
        let area = self.luck.pick(&AREAS).copied().unwrap_or("store.");
        self.now.lock().unwrap().1 = Some((area, self.clock.now().plus(span)));
    }
}

impl Faults for Chaos {
    fn draw(&self, call: &'static str) -> Draw {
        let (knobs, storm) = *self.now.lock().unwrap();
        let pauses = self.luck.permille(knobs.pauses);
        let stormy = storm.is_some_and(|(area, until)| call.starts_with(area) && self.clock.now() < until);
        let fate = if self.luck.permille(if stormy { 600 } else { knobs.lost_before }) {
            Fate::LostBefore
        } else if self.luck.permille(knobs.lost_after) {
            Fate::LostAfter
        } else {
            Fate::Done
        };
        Draw { pauses, fate }
    }
}
