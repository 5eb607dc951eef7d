//! Sends webhooks that are due and writes the snapshot, in the background.

use crate::outbox::Due;
use crate::simulator::Simulator;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::task::JoinSet;

type Http = Client<HttpConnector, Full<Bytes>>;

/// So many deliveries are under way at once.
const AT_ONCE: usize = 64;

/// What sends webhooks.
pub(crate) fn client() -> Http {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Lets time pass and delivers, for ever.
pub(crate) async fn deliver(simulator: Simulator) {
    let http = client();
    let mut sending = JoinSet::new();
    loop {
        for due in simulator.due() {
            while sending.len() >= AT_ONCE {
                sending.join_next().await;
            }
            // Each on its own: Stripe keeps no order between events.
            let (simulator, http) = (simulator.clone(), http.clone());
            sending.spawn(async move {
                let answer = send(&http, &due, simulator.config().webhook_timeout).await;
                simulator.delivered(&due.delivery, answer);
            });
        }
        while sending.try_join_next().is_some() {}
        simulator.woken().await;
    }
}

/// Saves what changed, at most twice a second, for ever.
pub(crate) async fn keep_snapshot(simulator: Simulator) {
    let mut saved = 0;
    loop {
        match simulator.save(saved) {
            Ok(revision) => saved = revision,
            Err(error) => tracing::error!(%error, "the snapshot could not be written"),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The status that came back, or why none did. Redirects are not followed.
/// Source: <https://docs.stripe.com/webhooks#fix-http-status-codes>
pub(crate) async fn send(http: &Http, due: &Due, timeout: Duration) -> Result<u16, String> {
    let request = http::Request::post(&due.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", &due.signature)
        .body(Full::new(Bytes::from(due.body.clone())))
        .map_err(|error| error.to_string())?;
    match tokio::time::timeout(timeout, http.request(request)).await {
        Err(_) => Err("Timed out".to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(response)) => Ok(response.status().as_u16()),
    }
}
