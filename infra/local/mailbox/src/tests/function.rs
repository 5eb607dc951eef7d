//! The function that is subscribed, as `cargo lambda watch` serves it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Answers as it was told to, and with success after that.
pub(super) struct Function {
    pub(super) url: String,
    invocations: mpsc::UnboundedReceiver<Value>,
}

#[derive(Clone)]
struct Behind {
    answers: Arc<Mutex<VecDeque<u16>>>,
    invoked: mpsc::UnboundedSender<Value>,
}

impl Function {
    pub(super) async fn start(answers: &[u16]) -> Self {
        let (invoked, invocations) = mpsc::unbounded_channel();
        let behind = Behind { answers: Arc::new(Mutex::new(answers.iter().copied().collect())), invoked };
        let path = "/2015-03-31/functions/message-events/invocations";
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{path}", listener.local_addr().unwrap());
        let routes = Router::new().route(path, post(invoke)).with_state(behind);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, invocations }
    }

    /// What it was invoked with next.
    pub(super) async fn invocation(&mut self) -> Value {
        let invocation = self.invocations.recv();
        tokio::time::timeout(Duration::from_secs(10), invocation).await.unwrap().unwrap()
    }

    /// What it was invoked with so far and nobody looked at.
    pub(super) fn invocations(&mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.invocations.try_recv().ok()).collect()
    }
}

async fn invoke(State(behind): State<Behind>, body: String) -> (StatusCode, &'static str) {
    behind.invoked.send(serde_json::from_str(&body).unwrap()).unwrap();
    match behind.answers.lock().unwrap().pop_front() {
        None => (StatusCode::OK, "null"),
        Some(status) => (StatusCode::from_u16(status).unwrap(), r#"{"errorMessage":"not now"}"#),
    }
}
