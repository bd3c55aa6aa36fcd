//! The fake cluster: a listener, its state, and ways for a test to look into it.

use super::{
    cognito::{self, Cognito},
    http::{self, Request},
    job::FakeJob,
    queues, routes,
};
use soca_wire::api::{QueueSettings, SubmitRequest};
use std::{
    collections::BTreeMap,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

/// Everything the cluster knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) url: String,
    pub(crate) cognito: Cognito,
    pub(crate) jobs: BTreeMap<u64, FakeJob>,
    pub(crate) keys: BTreeMap<String, u64>,
    pub(crate) requests: Vec<Request>,
    pub(crate) shared_root: String,
    pub(crate) admin: bool,
    /// In the order in which they are listed.
    pub(crate) queues: Vec<QueueSettings>,
    /// So many submits are carried out and their replies lost.
    pub(crate) lose_replies: u32,
    /// So many requests find the service out of order.
    pub(crate) fail: u32,
    /// What every request below `/v1/jobs/` is answered with instead.
    pub(crate) garbage: Option<String>,
    /// How often a job's logs were asked for.
    pub(crate) log_reads: u32,
}

/// A running fake.
#[derive(Clone, Debug)]
pub(crate) struct Server(Arc<Mutex<State>>);

impl Server {
    pub(crate) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server(Arc::new(Mutex::new(State {
            url,
            shared_root: "/data".into(),
            queues: queues::initial(),
            ..State::default()
        })));
        let shared = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = shared.clone();
                std::thread::spawn(move || server.serve(&stream));
            }
        });
        server
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        self.state().url.clone()
    }

    /// Adds a job as if it had been submitted.
    pub(crate) fn add(&self, script: &str, options: &[&str]) -> u64 {
        let request = SubmitRequest {
            script: script.into(),
            options: options.iter().map(|o| (*o).to_owned()).collect(),
            default_name: Some("job.sh".into()),
            ..SubmitRequest::default()
        };
        self.state().add(&request)
    }

    /// Changes a job.
    pub(crate) fn edit(&self, id: u64, change: impl FnOnce(&mut FakeJob)) {
        change(self.state().jobs.get_mut(&id).unwrap());
    }

    fn serve(&self, stream: &TcpStream) {
        let Some(request) = http::read(stream) else { return };
        let mut state = self.state();
        state.requests.push(request.clone());
        if state.fail > 0 {
            state.fail -= 1;
            return http::write(
                stream,
                &http::Reply { status: 503, body: r#"{"message":"Service Unavailable"}"#.into() },
            );
        }
        let is_cognito = !request.header("x-amz-target").is_empty();
        let reply = if is_cognito {
            cognito::answer(&request, &mut state)
        } else {
            routes::answer(&request, &mut state)
        };
        if request.method == "POST" && request.path == "/v1/jobs" && state.lose_replies > 0 {
            state.lose_replies -= 1;
            return;
        }
        http::write(stream, &reply);
    }
}

impl State {
    pub(crate) fn add(&mut self, request: &SubmitRequest) -> u64 {
        let id = 1 + self.jobs.keys().last().copied().unwrap_or(1041);
        self.jobs.insert(id, FakeJob::new(id, request));
        id
    }

    /// The bodies of all submits.
    pub(crate) fn submits(&self) -> Vec<SubmitRequest> {
        let submits = self.requests.iter().filter(|r| r.method == "POST" && r.path == "/v1/jobs");
        submits.map(|r| serde_json::from_slice(&r.body).unwrap()).collect()
    }

    /// The idempotency keys of all submits.
    pub(crate) fn sent_keys(&self) -> Vec<String> {
        let submits = self.requests.iter().filter(|r| r.method == "POST" && r.path == "/v1/jobs");
        submits.map(|r| r.header("idempotency-key").to_owned()).collect()
    }
}
