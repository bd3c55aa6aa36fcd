//! A control plane for one node, over real HTTP, that can be away, lose its answers, and refuse.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use soca_wire::agent::{
    Directive, End, EnrollReply, EnrollRequest, Refusal, Report, RunDirective, ServeDirective, Stream,
    SyncReply, SyncRequest,
};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// What it knows and how it behaves.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) join_token: String,
    pub(crate) session: Option<String>,
    pub(crate) enrolments: u32,
    pub(crate) node: Option<EnrollRequest>,
    pub(crate) last: u64,
    pub(crate) reports: Vec<Report>,
    pub(crate) jobs: Vec<RunDirective>,
    pub(crate) cancelled: Vec<u64>,
    /// Jobs that are to be warned, at each sync.
    pub(crate) warned: Vec<u64>,
    /// Jobs that run on another node.
    pub(crate) served: Vec<ServeDirective>,
    pub(crate) node_index: u32,
    pub(crate) shutdown: bool,
    /// So many answers are still to be lost after the request was processed.
    pub(crate) lose: u32,
    pub(crate) syncs: u32,
    pub(crate) interval_ms: u64,
    away: bool,
    connections: Vec<TcpStream>,
}

impl State {
    fn enroll(&mut self, request: EnrollRequest) -> Result<EnrollReply, Refusal> {
        let known = self.session.as_ref().is_none_or(|session| *session == request.session_token);
        if request.join_token != self.join_token || !known {
            return Err(refusal("JOIN_TOKEN_USED"));
        }
        self.session = Some(request.session_token.clone());
        self.node = Some(request);
        self.enrolments += 1;
        Ok(EnrollReply { node_index: self.node_index, interval_ms: 10 })
    }

    fn sync(&mut self, request: SyncRequest) -> Result<SyncReply, Refusal> {
        self.syncs += 1;
        if request.sequence < self.last {
            return Err(refusal("STALE_SEQUENCE"));
        }
        if request.sequence > self.last {
            assert_eq!(request.sequence, self.last + 1, "numbers grow by one");
            self.last = request.sequence;
            self.reports.extend(request.reports);
        }
        let started = |job| {
            self.reports.iter().any(|report| matches!(report, Report::Started { job: of, .. } if *of == job))
        };
        let open = |job: &&RunDirective| self.finished(job.job).is_none();
        let mut directives = Vec::new();
        for job in self.jobs.iter().filter(open) {
            if self.cancelled.contains(&job.job) {
                directives.push(Directive::Cancel { job: job.job, attempt: job.attempt });
            } else if !started(job.job) {
                directives.push(Directive::Run(Box::new(job.clone())));
            } else if self.warned.contains(&job.job) {
                directives.push(Directive::Warn { job: job.job, attempt: job.attempt });
            }
        }
        directives.extend(self.served.iter().cloned().map(|job| Directive::Serve(Box::new(job))));
        directives.push(Directive::Unknown);
        directives.extend(self.shutdown.then_some(Directive::Shutdown));
        Ok(SyncReply { acknowledged: self.last, directives, interval_ms: self.interval_ms })
    }

    /// How the job ended.
    pub(crate) fn finished(&self, job: u64) -> Option<End> {
        let mut ends = self.reports.iter().filter_map(|report| match report {
            Report::Finished { job: of, end, .. } if *of == job => Some(end.clone()),
            _ => None,
        });
        let end = ends.next();
        assert_eq!(ends.next(), None, "P2: job {job} ended twice");
        end
    }

    /// Whether the job started, checked to be told at most once.
    pub(crate) fn started(&self, job: u64) -> bool {
        let starts = self
            .reports
            .iter()
            .filter(|report| matches!(report, Report::Started { job: of, .. } if *of == job));
        let count = starts.count();
        assert!(count <= 1, "P6: job {job} started {count} times");
        count == 1
    }

    /// The shipped output, checked to be without gaps.
    pub(crate) fn output(&self, job: u64, element: Option<u32>, stream: Stream) -> String {
        let mut text = Vec::new();
        for report in &self.reports {
            if let Report::Output { job: of, element: part, stream: from, offset, data, .. } = report
                && (*of, *part, *from) == (job, element, stream)
            {
                assert_eq!(*offset, text.len() as u64, "output without gaps or repetitions");
                text.extend(STANDARD.decode(data).unwrap());
            }
        }
        String::from_utf8(text).unwrap()
    }
}

fn refusal(code: &str) -> Refusal {
    Refusal { code: code.into(), message: "No.".into(), remedy: "None.".into() }
}

/// The control plane.
pub(crate) struct Plane {
    shared: Arc<(Mutex<State>, Condvar)>,
    pub(crate) port: u16,
}

impl Plane {
    pub(crate) fn start() -> Plane {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { join_token: "join".into(), interval_ms: 60_000, ..State::default() };
        let plane = Plane { shared: Arc::new((Mutex::new(state), Condvar::new())), port };
        plane.serve(listener);
        plane
    }

    fn serve(&self, listener: TcpListener) {
        let shared = self.shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut state = shared.0.lock().unwrap();
                if state.away {
                    return;
                }
                state.connections.push(stream.try_clone().unwrap());
                let shared = shared.clone();
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
    }

    /// Looks at, or changes, what it knows.
    pub(crate) fn with<T>(&self, body: impl FnOnce(&mut State) -> T) -> T {
        body(&mut self.shared.0.lock().unwrap())
    }

    /// Waits until something holds.
    pub(crate) fn wait(&self, what: &str, condition: impl Fn(&State) -> bool) {
        let state = self.shared.0.lock().unwrap();
        let (state, timeout) =
            self.shared.1.wait_timeout_while(state, super::PATIENCE, |state| !condition(state)).unwrap();
        let reports: Vec<_> = state.reports.iter().rev().take(20).collect();
        assert!(!timeout.timed_out(), "in vain: {what}; the last reports were {reports:#?}");
    }

    /// Gives the node a job. It learns of it at its next sync.
    pub(crate) fn submit(&self, job: RunDirective) -> u64 {
        let number = job.job;
        self.with(|state| state.jobs.push(job));
        number
    }

    /// Waits for the job's end.
    pub(crate) fn end_of(&self, job: u64) -> End {
        self.wait(&format!("the end of job {job}"), |state| state.finished(job).is_some());
        self.with(|state| state.finished(job).unwrap())
    }

    /// Nobody listens any more.
    pub(crate) fn go_away(&self) {
        self.with(|state| {
            state.away = true;
            state.connections.drain(..).for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
        });
        // The accepting thread wakes, sees that it is away, and closes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        super::until("the port is closed", || TcpStream::connect(("127.0.0.1", self.port)).is_err());
    }

    /// Somebody listens again.
    pub(crate) fn come_back(&self) {
        self.with(|state| state.away = false);
        self.serve(TcpListener::bind(("127.0.0.1", self.port)).unwrap());
    }
}

fn answer(stream: TcpStream, shared: &(Mutex<State>, Condvar)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some((path, token, body)) = read_request(&mut reader) {
        let mut state = shared.0.lock().unwrap();
        let (status, text) = match path.as_str() {
            "/agent/v1/enroll" => render(state.enroll(serde_json::from_slice(&body).unwrap())),
            "/agent/v1/sync" if token.is_some() && token == state.session => {
                render(state.sync(serde_json::from_slice(&body).unwrap()))
            }
            _ => render::<()>(Err(refusal("NODE_UNKNOWN"))),
        };
        let lost = state.lose > 0;
        state.lose = state.lose.saturating_sub(1);
        drop(state);
        shared.1.notify_all();
        if lost {
            let _ = writer.shutdown(Shutdown::Both);
            return;
        }
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        if writer.write_all(format!("{head}{text}").as_bytes()).is_err() {
            return;
        }
    }
}

fn render<T: Serialize>(result: Result<T, Refusal>) -> (u16, String) {
    match result {
        Ok(value) => (200, serde_json::to_string(&value).unwrap()),
        Err(refusal) => (403, serde_json::to_string(&refusal).unwrap()),
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<(String, Option<String>, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut token) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => token = value.strip_prefix("Bearer ").map(str::to_owned),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, token, body))
}
