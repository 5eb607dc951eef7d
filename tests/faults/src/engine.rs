//! The table's engine: one in memory that answers, and where asked for a second one that lags behind for the indexes.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use dynoxide::Database;
use http::{Request, Response, Uri, uri::PathAndQuery};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    http::{Client, client, send},
    io::dynamodb_operation,
};

/// An engine, empty at first.
pub(crate) struct Engine {
    primary: Server,
    lag: Option<Lag>,
}

/// One engine on loopback; dropping it ends it.
struct Server {
    address: String,
    client: Client,
    task: JoinHandle<()>,
}

/// Index entries come later than items do, in the order of the writes.
struct Lag {
    replica: Server,
    /// Writes that took effect and are not yet visible in indexes. Held during a write, so that this order is the
    /// order of effect.
    pending: tokio::sync::Mutex<VecDeque<Request<Bytes>>>,
    count: Mutex<usize>,
    /// Reads of an index that showed something else than they would without a lag.
    stale: AtomicU64,
}

impl Engine {
    pub(crate) async fn start(lagging: bool) -> Self {
        let lag = match lagging {
            true => Some(Lag {
                replica: Server::start().await,
                pending: tokio::sync::Mutex::default(),
                count: Mutex::default(),
                stale: AtomicU64::new(0),
            }),
            false => None,
        };
        Self { primary: Server::start().await, lag }
    }

    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Some(lag) = &self.lag else { return self.primary.answer(request).await };
        match dynamodb_operation(&request).as_str() {
            // A table and its indexes are there at once.
            "CreateTable" => {
                lag.replica.answer(request.clone()).await;
                self.primary.answer(request).await
            }
            "BatchWriteItem" | "DeleteItem" | "PutItem" | "TransactWriteItems" | "UpdateItem" => {
                let mut pending = lag.pending.lock().await;
                let response = self.primary.answer(request.clone()).await;
                if response.status().is_success() {
                    pending.push_back(request);
                    *lag.count.lock().unwrap() = pending.len();
                }
                response
            }
            "Query" | "Scan" if names_an_index(&request) => {
                let shown = lag.replica.answer(request.clone()).await;
                if self.pending() > 0 && self.primary.answer(request).await.body() != shown.body() {
                    lag.stale.fetch_add(1, Ordering::Relaxed);
                }
                shown
            }
            _ => self.primary.answer(request).await,
        }
    }

    /// How many writes indexes do not show yet.
    pub(crate) fn pending(&self) -> usize {
        self.lag.as_ref().map_or(0, |lag| *lag.count.lock().unwrap())
    }

    /// How many reads of indexes showed something old.
    pub(crate) fn stale_reads(&self) -> u64 {
        self.lag.as_ref().map_or(0, |lag| lag.stale.load(Ordering::Relaxed))
    }

    /// Lets indexes show so many writes more.
    pub(crate) async fn release(&self, writes: usize) {
        let Some(lag) = &self.lag else { return };
        let mut pending = lag.pending.lock().await;
        for _ in 0..writes {
            let Some(request) = pending.pop_front() else { break };
            let response = lag.replica.answer(request).await;
            assert!(response.status().is_success(), "the replica refuses what took effect: {response:?}");
        }
        *lag.count.lock().unwrap() = pending.len();
    }
}

fn names_an_index(request: &Request<Bytes>) -> bool {
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    body.get("IndexName").is_some()
}

impl Server {
    async fn start() -> Self {
        let database = Database::memory().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            dynoxide::server::serve_on(listener, database).await;
        });
        Self { address, client: client(), task }
    }

    async fn answer(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        *request.uri_mut() = there(&self.address, "/");
        send(&self.client, request).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A path at a server.
pub(crate) fn there(address: &str, path: &str) -> Uri {
    let path: PathAndQuery = path.parse().unwrap();
    Uri::builder().scheme("http").authority(address).path_and_query(path).build().unwrap()
}
