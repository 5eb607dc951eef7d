//! The mailbox over TCP, with the bytes that the official clients send. `wire/` holds recordings of them.

mod behaviours;
mod delivering;
mod email;
mod email_refusals;
mod event_pages;
mod event_refusals;
mod faults;
mod function;
mod mail_events;
mod pages;
mod scripts;
mod snapshot;
mod text_events;
mod texts;

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Config, Mailbox, serve};

const SIMPLE_EMAIL: &str = include_str!("tests/wire/simple_email.http");
const RAW_EMAIL: &str = include_str!("tests/wire/raw_email.http");
const TEXT: &str = include_str!("tests/wire/text.http");

/// A mailbox that serves as long as this lives.
struct Server {
    address: SocketAddr,
    running: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    /// As sent, with lower-case names.
    head: String,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn message_id(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["MessageId"].as_str().unwrap().to_owned()
    }
}

impl Server {
    async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    async fn start_with(config: Config) -> Self {
        Self::serving(Mailbox::new(config).unwrap()).await
    }

    /// With a function subscribed, which is tried again without a wait.
    async fn start_with_events(function: &str) -> Self {
        let config = Config { events: Some(function.to_owned()), ..Config::default() };
        Self::serving(Mailbox::with_waits(config, vec![Duration::ZERO; 4]).unwrap()).await
    }

    async fn serving(mailbox: Mailbox) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (running, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let serving = tokio::spawn(serve(mailbox, listener, shutdown));
        Self { address, running, serving }
    }

    async fn stop(self) {
        drop(self.running);
        self.serving.await.unwrap().unwrap();
    }

    /// `None` when the connection ended without an answer.
    async fn exchange(&self, request: &str) -> Option<Reply> {
        let (head, body) = request.trim_end().split_once("\n\n").unwrap_or((request.trim_end(), ""));
        let bytes = format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n"));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        read_reply(&mut stream).await
    }

    /// A recorded request.
    async fn recorded(&self, request: &str) -> Reply {
        self.exchange(request).await.unwrap()
    }

    /// A recorded request with another body.
    async fn with_body(&self, request: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let head = request.split_once("\n\n").unwrap().0;
        let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("Content-Length")).collect();
        self.recorded(&format!("{}\nContent-Length: {}\n\n{body}", head.join("\n"), body.len())).await
    }

    async fn call(&self, method: &str, path: &str) -> Reply {
        self.recorded(&format!("{method} {path} HTTP/1.1\nHost: mailbox")).await
    }

    async fn messages(&self, query: &str) -> Vec<Value> {
        let reply = self.call("GET", &format!("/api/messages{query}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json().as_array().unwrap().clone()
    }

    async fn post(&self, path: &str, body: &str) -> Reply {
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\nHost: mailbox\nContent-Type: application/json");
        self.recorded(&format!("{head}\nContent-Length: {length}\n\n{body}")).await
    }

    /// Lets something happen by script, and gives what was published.
    async fn happen(&self, id: &str, body: &Value) -> Value {
        let reply = self.post(&format!("/api/messages/{id}/events"), &body.to_string()).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.json()
    }

    /// What was published, newest first.
    async fn events(&self) -> Vec<Value> {
        self.call("GET", "/api/events").await.json().as_array().unwrap().clone()
    }

    /// What was published, once so many notifications are there and none is on its way any more.
    async fn settled(&self, count: usize) -> Vec<Value> {
        let settling = async {
            loop {
                let events = self.events().await;
                let deliveries = events.iter().flat_map(|event| event["deliveries"].as_array().unwrap());
                if events.len() >= count && deliveries.into_iter().all(|one| one["state"] != "waiting") {
                    return events;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), settling).await.unwrap()
    }

    async fn plan(&self, next: &str, count: u32) {
        let plan = format!("{{\"next\":\"{next}\",\"count\":{count}}}");
        assert_eq!(self.post("/api/faults", &plan).await.status, 204);
    }
}

async fn read_reply(stream: &mut TcpStream) -> Option<Reply> {
    let mut bytes = Vec::new();
    loop {
        if let Some(reply) = whole_reply(&bytes) {
            return Some(reply);
        }
        if tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut bytes)).await.unwrap().ok()?
            == 0
        {
            return None;
        }
    }
}

fn whole_reply(bytes: &[u8]) -> Option<Reply> {
    let (head, body) = std::str::from_utf8(bytes).ok()?.split_once("\r\n\r\n")?;
    let head = head.to_lowercase();
    let length = head.split_once("content-length: ").map_or("0", |(_, rest)| rest.lines().next().unwrap());
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (body.len() >= length.parse().ok()?).then(|| Reply { status, head, body: body.to_owned() })
}

/// The body of a recorded request, to be changed.
fn body_of(request: &str) -> Value {
    serde_json::from_str(request.split_once("\n\n").unwrap().1).unwrap()
}

/// What a service told, out of what the function is invoked with.
fn record(payload: &Value) -> Value {
    serde_json::from_str(payload["Records"][0]["Sns"]["Message"].as_str().unwrap()).unwrap()
}
