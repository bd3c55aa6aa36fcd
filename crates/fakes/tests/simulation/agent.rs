//! An agent in the simulation: the protocol's other side, with scripts that take their time.
//!
//! Like the real one it keeps its journal over restarts, numbers each new set of reports once, and begins an attempt
//! at most once.

use soca_app::{
    run_order::RunOrder,
    sync_node::{End, Order, Orders, Report, Sync, What},
};
use soca_domain::{Attempt, ElementIndex, JobId, Timestamp};
use soca_fakes::cloud::Machine;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

pub type RunKey = (JobId, Attempt);

/// How long a script runs and how it ends, when nobody interferes.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub span: Duration,
    pub status: i32,
}

/// What an agent did that the promises are about.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A script began: of a job, or of an array's element.
    Began(RunKey, Option<ElementIndex>),
    /// A run was reported as ended.
    Ended(RunKey, End),
}

#[derive(Clone, Debug)]
struct Run {
    life: Life,
    walltime: Option<Duration>,
    array: bool,
    limit: usize,
    waiting: VecDeque<u32>,
    active: Vec<(Option<ElementIndex>, Timestamp, End)>,
    worst: End,
    started: bool,
    cancelled: bool,
    finished: bool,
    written: u64,
}

/// An agent.
pub struct Agent {
    pub machine: Machine,
    pub session: String,
    pub enrolled: bool,
    /// A message is under way.
    pub busy: bool,
    pub next_call: Timestamp,
    pub mute_until: Timestamp,
    /// Only the newest wake-up counts.
    pub wake: u64,
    pub stopped: bool,
    acknowledged: u64,
    pending: Option<(u64, Vec<Report>)>,
    news: Vec<Report>,
    runs: BTreeMap<RunKey, Run>,
    deeds: Vec<Deed>,
}

impl Agent {
    pub fn new(machine: Machine, session: String, now: Timestamp) -> Self {
        Self {
            machine,
            session,
            enrolled: false,
            busy: false,
            next_call: now,
            mute_until: Timestamp::default(),
            wake: 0,
            stopped: false,
            acknowledged: 0,
            pending: None,
            news: vec![],
            runs: BTreeMap::new(),
            deeds: vec![],
        }
    }

    /// Lets scripts go on until now.
    pub fn progress(&mut self, now: Timestamp) -> Vec<Deed> {
        for (key, run) in &mut self.runs {
            run.progress(*key, now, &mut self.news, &mut self.deeds);
        }
        std::mem::take(&mut self.deeds)
    }

    /// Whether there is something to say, or it is time to call.
    pub fn has_to_call(&self, now: Timestamp) -> bool {
        !self.stopped && (now >= self.next_call || (self.pending.is_none() && !self.news.is_empty()))
    }

    /// When to look again.
    pub fn due(&self) -> Timestamp {
        let scripts = self.runs.values().flat_map(|run| run.active.iter().map(|(_, at, _)| *at));
        scripts.chain([self.next_call]).min().unwrap_or(self.next_call)
    }

    /// The next message.
    pub fn message(&mut self) -> Sync {
        if self.pending.is_none() && !self.news.is_empty() {
            self.pending = Some((self.acknowledged + 1, std::mem::take(&mut self.news)));
        }
        let (sequence, reports) = self.pending.clone().unwrap_or((self.acknowledged, vec![]));
        Sync {
            stack: self.machine.stack.clone(),
            instance: self.machine.used.instance.clone(),
            session_token: self.session.clone(),
            sequence,
            reports,
        }
    }

    /// Takes an answer in. `life` says what becomes of a script.
    pub fn answered(&mut self, orders: Orders, now: Timestamp, life: impl Fn(&RunOrder) -> Life) {
        self.acknowledged = self.acknowledged.max(orders.acknowledged);
        if self.pending.as_ref().is_some_and(|(sequence, _)| *sequence <= self.acknowledged) {
            self.pending = None;
        }
        self.next_call = now.plus(orders.interval.max(Duration::from_secs(5)));
        match orders.order {
            None | Some(Order::Serve(_) | Order::Warn(..)) => {}
            Some(Order::Run(order)) => {
                let key = (order.job, order.attempt);
                self.runs.entry(key).or_insert_with(|| Run::new(&order, life(&order)));
            }
            Some(Order::Cancel(job, attempt)) => {
                self.runs.entry((job, attempt)).or_insert_with(Run::stillborn).cancel(now);
            }
            Some(Order::Shutdown) => self.stopped = true,
        }
    }
}

impl Run {
    fn new(order: &RunOrder, life: Life) -> Run {
        let (ranges, limit) = order.array.clone().unwrap_or((vec![], 1));
        let step = |[first, last, step]: [u32; 3]| (first..=last).step_by(step as usize);
        Run {
            life,
            walltime: order.details.launch.walltime,
            array: order.array.is_some(),
            limit: limit as usize,
            waiting: ranges.into_iter().flat_map(step).collect(),
            active: vec![],
            worst: End::Exited(0),
            started: false,
            cancelled: false,
            finished: false,
            written: 0,
        }
    }

    /// A run that was cancelled before its order came.
    fn stillborn() -> Run {
        Run {
            life: Life { span: Duration::ZERO, status: 0 },
            walltime: None,
            array: true,
            limit: 1,
            waiting: VecDeque::new(),
            active: vec![],
            worst: End::Cancelled,
            started: true,
            cancelled: true,
            finished: false,
            written: 0,
        }
    }

    fn cancel(&mut self, now: Timestamp) {
        if !self.cancelled {
            self.cancelled = true;
            for (_, at, end) in &mut self.active {
                (*at, *end) = (now.plus(Duration::from_secs(2)), End::Cancelled);
            }
        }
    }

    fn progress(&mut self, key: RunKey, now: Timestamp, news: &mut Vec<Report>, deeds: &mut Vec<Deed>) {
        if self.finished {
            return;
        }
        let mut say = |what| news.push(Report { job: key.0, attempt: key.1, what });
        let (over, active) = std::mem::take(&mut self.active).into_iter().partition(|(_, at, _)| *at <= now);
        self.active = active;
        let over: Vec<_> = over;
        for (element, at, end) in over {
            self.end(element, at, end, &mut say);
        }
        while self.cancelled
            && let Some(index) = self.waiting.pop_front()
        {
            self.worst = End::Cancelled;
            say(What::Elements(vec![(ElementIndex(index), now, Some(End::Cancelled))]));
        }
        self.fill(key, now, &mut say, deeds);
        if self.active.is_empty() && self.waiting.is_empty() && (self.started || self.array || self.cancelled)
        {
            self.finished = true;
            deeds.push(Deed::Ended(key, self.worst.clone()));
            say(What::Finished(now, self.worst.clone()));
        }
    }

    fn end(&mut self, element: Option<ElementIndex>, at: Timestamp, end: End, say: &mut impl FnMut(What)) {
        let bytes = b"done\n".to_vec();
        let offset = if element.is_none() { self.written } else { 0 };
        self.written += bytes.len() as u64;
        say(What::Output { element, stderr: false, offset, bytes });
        if let Some(element) = element {
            say(What::Elements(vec![(element, at, Some(end.clone()))]));
        }
        if self.worst == End::Exited(0) || end == End::Cancelled {
            self.worst = end;
        }
    }

    fn fill(&mut self, key: RunKey, now: Timestamp, say: &mut impl FnMut(What), deeds: &mut Vec<Deed>) {
        if !self.array && !self.started && !self.cancelled {
            self.begin(key, None, now, say, deeds);
        }
        while self.array
            && self.active.len() < self.limit
            && let Some(index) = self.waiting.pop_front()
        {
            self.begin(key, Some(ElementIndex(index)), now, say, deeds);
        }
    }

    fn begin(
        &mut self,
        key: RunKey,
        element: Option<ElementIndex>,
        now: Timestamp,
        say: &mut impl FnMut(What),
        deeds: &mut Vec<Deed>,
    ) {
        deeds.push(Deed::Began(key, element));
        if !std::mem::replace(&mut self.started, true) {
            say(What::Started(now));
        }
        if let Some(element) = element {
            say(What::Elements(vec![(element, now, None)]));
        }
        let odd = element.is_some_and(|e| e.0 % 4 != 0);
        let own = End::Exited(if odd { 0 } else { self.life.status });
        let (span, end) = match self.walltime.filter(|most| *most < self.life.span) {
            Some(most) => (most, End::Walltime),
            None => (self.life.span, own),
        };
        self.active.push((element, now.plus(span), end));
    }
}
