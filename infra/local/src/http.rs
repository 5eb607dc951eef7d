//! HTTP as a client.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::guard::Guarded;

const BETWEEN_TRIES: Duration = Duration::from_millis(20);

pub(crate) fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Posts JSON, and reads the whole answer.
pub(crate) async fn post(url: &str, json: &serde_json::Value) -> Result<(StatusCode, String)> {
    let request = Request::post(url).header("content-type", "application/json");
    let answer = client().request(request.body(Body::from(json.to_string()))?).await;
    let answer = answer.with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// Waits until the child listens.
pub(crate) async fn wait_for(address: SocketAddr, patience: Duration, child: &Guarded) -> Result<()> {
    let listening = async {
        while TcpStream::connect(address).await.is_err() {
            sleep(BETWEEN_TRIES).await;
        }
    };
    tokio::select! {
        listening = timeout(patience, listening) => {
            listening.with_context(|| format!("{} does not listen on {address}", child.name))
        }
        status = child.ended() => match status {
            Some(status) => bail!("{} did not start ({status})", child.name),
            None => bail!("{} did not start", child.name),
        },
    }
}
