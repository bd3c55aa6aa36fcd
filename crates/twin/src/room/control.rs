//! The machine room's door: `GET /status` and `POST /orders`, on loopback, with a bearer token.

use crate::{
    call::{CallError, Caller},
    fault::{Fault, Kind, Outcome},
    files,
    layout::Layout,
    ports::Ports,
    room::{
        RoomFile,
        lead::Message,
        orders::{Order, Pool, Switch},
    },
};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
};

#[derive(Clone)]
struct Door {
    layout: Layout,
    token: Arc<str>,
    serverless: Caller,
    compute: Caller,
    inbox: Sender<Message>,
}

/// Serves in a thread of its own.
pub fn serve(listener: TcpListener, layout: Layout, file: RoomFile, inbox: Sender<Message>) -> Outcome<()> {
    let door = Door {
        layout,
        token: format!("Bearer {}", file.token).into(),
        serverless: Caller::plane(Ports::url(file.ports.serverless), &file.secret),
        compute: Caller::plane(Ports::url(file.ports.compute), &file.secret),
        inbox,
    };
    let routes = Router::new().route("/status", get(status)).route("/orders", post(order));
    let routes = routes.layer(middleware::from_fn_with_state(door.clone(), guard)).with_state(door);
    listener.set_nonblocking(true).map_err(|e| Fault::machine("The machine room's port", e))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| Fault::machine("The machine room's door", e))?;
    thread::spawn(move || {
        runtime.block_on(async move {
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                let _ = axum::serve(listener, routes).await;
            }
        });
    });
    Ok(())
}

async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let given = request.headers().get("authorization").map(|value| value.as_bytes());
    if given == Some(door.token.as_bytes()) {
        return next.run(request).await;
    }
    let body = json!({ "code": "FORBIDDEN", "message": "The token is missing or wrong.", "remedy": "It is in twin.json." });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}

async fn status(State(door): State<Door>) -> Response {
    answer(tokio::task::spawn_blocking(move || door.status()).await.unwrap_or_else(lost))
}

async fn order(State(door): State<Door>, Json(order): Json<Order>) -> Response {
    answer(tokio::task::spawn_blocking(move || door.obey(order)).await.unwrap_or_else(lost))
}

fn lost(error: tokio::task::JoinError) -> Outcome<Value> {
    Err(Fault::machine("The order", error))
}

fn answer(outcome: Outcome<Value>) -> Response {
    match outcome {
        Ok(value) => Json(value).into_response(),
        Err(Fault { kind, message, remedy }) => {
            let body = json!({ "code": kind.code(), "message": message, "remedy": remedy });
            (StatusCode::CONFLICT, Json(body)).into_response()
        }
    }
}

impl Door {
    fn status(&self) -> Outcome<Value> {
        let (sender, receiver) = mpsc::channel();
        let _ = self.inbox.send(Message::Report(sender));
        let mut report = receiver.recv().map_err(|e| Fault::machine("The machine room", e))?;
        let stacks = names(self.compute.get("/_soca/stacks"), "stacks");
        let work = self.serverless.get("/_soca/work");
        let executions = work.as_ref().ok().map(|work| work["executions"].clone());
        let killed = work.as_ref().map(|work| work["killed"].clone()).unwrap_or_default();
        let deliveries = work.ok().map(|work| work["deliveries"].clone());
        report["stacks_alive"] = json!(stacks.as_ref().map(Vec::len));
        report["stacks"] = json!(stacks);
        report["executions_running"] = json!(executions.as_ref().and_then(Value::as_array).map(Vec::len));
        report["executions"] = json!(executions);
        report["events"] = json!(deliveries);
        report["functions_killed"] = self.by_folder(&killed);
        report["pools"] =
            self.compute.get("/_soca/pools").map(|answer| answer["pools"].clone()).unwrap_or_default();
        Ok(report)
    }

    /// Counts by the functions' names in Lambda, as counts by their folders; those without any are 0.
    fn by_folder(&self, counts: &Value) -> Value {
        let twin = files::read::<Value>(&self.layout.twin_file()).unwrap_or_default();
        let names = twin["functions"].as_object().into_iter().flatten();
        let count = |name: &Value| name.as_str().map_or(0, |name| counts[name].as_u64().unwrap_or(0));
        names
            .map(|(folder, name)| (folder.clone(), json!(count(name))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn obey(&self, order: Order) -> Outcome<Value> {
        match order {
            Order::DryPool(pool) => plane(self.compute.post("/_soca/pools", &rule(&pool))),
            Order::DropEvents { switch } => self.deliver(switch, "dropped"),
            Order::TwiceEvents { switch } => self.deliver(switch, "twice"),
            Order::KillFunction { name, after_ms, times } => {
                let body = json!({ "function": self.function(&name)?, "after_ms": after_ms, "times": times });
                plane(self.serverless.post("/_soca/faults", &body))
            }
            Order::SweepNow => self.invoke("sweep"),
            Order::DispatchNow => self.invoke("dispatch"),
            other => {
                let (sender, receiver) = mpsc::channel();
                let _ = self.inbox.send(Message::Order(Box::new(other), sender));
                receiver.recv().map_err(|e| Fault::machine("The machine room", e))?
            }
        }
    }

    fn deliver(&self, switch: Switch, mode: &str) -> Outcome<Value> {
        let mode = if switch == Switch::On { mode } else { "normal" };
        plane(self.serverless.post("/_soca/deliveries", &json!({ "mode": mode })))
    }

    fn invoke(&self, name: &str) -> Outcome<Value> {
        let body = json!({ "function": self.function(name)?, "payload": {} });
        let answer = plane(self.serverless.post("/_soca/invoke", &body))?;
        if answer["error"].is_null() && answer["status"] == 200 {
            return Ok(answer["payload"].clone());
        }
        let message = format!("Function {name} failed: {}.", answer["payload"]);
        Err(Fault::new(Kind::Order, message, format!("Look into its log: cargo xtask logs {name}")))
    }

    /// The name in Lambda of a folder in functions/.
    fn function(&self, name: &str) -> Outcome<String> {
        let twin: Value = files::read(&self.layout.twin_file()).ok_or_else(Fault::not_up)?;
        let known = &twin["functions"];
        known[name].as_str().map(str::to_owned).ok_or_else(|| {
            let names: Vec<&String> = known.as_object().map(|map| map.keys().collect()).unwrap_or_default();
            Fault::new(
                Kind::Order,
                format!("There is no function {name}."),
                format!("Name one of {names:?}."),
            )
        })
    }
}

fn names(answer: Result<Value, CallError>, key: &str) -> Option<Vec<Value>> {
    let answer = answer.ok()?;
    Some(answer[key].as_array()?.iter().map(|stack| stack["name"].clone()).collect())
}

fn rule(pool: &Pool) -> Value {
    let mut rule = json!({ "type": pool.kind, "zone": pool.zone, "market": pool.market });
    match pool.launches {
        _ if pool.off => {}
        Some(launches) => rule["launches_refused"] = json!(launches),
        None => rule["dry"] = json!(true),
    }
    rule
}

fn plane(result: Result<Value, CallError>) -> Outcome<Value> {
    result.map_err(|error| {
        Fault::new(Kind::Order, format!("{error}."), "See what there is: cargo xtask status")
    })
}
