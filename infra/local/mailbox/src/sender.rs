//! Invokes the subscribed function with what was published, in the background.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::publisher::{Job, Publisher};

type Http = Client<HttpConnector, Body>;

/// So many invocations are under way at once.
const AT_ONCE: usize = 16;

/// How long an invocation may take. The first of a function that was not started yet takes the longest.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Of an answer that is no success, what is shown.
const SHOWN_BYTES_MAX: usize = 2_000;

struct Sender {
    publisher: Publisher,
    http: Http,
    room: Semaphore,
}

/// Publishes what falls due and delivers what was published, for ever.
pub(crate) async fn run(publisher: Publisher) {
    let http = Client::builder(TokioExecutor::new()).build_http();
    let sender = Arc::new(Sender { publisher, http, room: Semaphore::new(AT_ONCE) });
    let mut under_way = JoinSet::new();
    loop {
        for job in sender.publisher.take_jobs() {
            under_way.spawn(sender.clone().perform(job));
        }
        tokio::select! {
            () = sender.publisher.woken() => {}
            Some(_) = under_way.join_next() => {}
        }
    }
}

impl Sender {
    async fn perform(self: Arc<Self>, job: Job) {
        match job {
            Job::Publish { message, recipient, event, after } => {
                tokio::time::sleep(after).await;
                self.publisher.publish_event(event, &message, &[&recipient], 1);
            }
            Job::Deliver { id, copy } => self.deliver(&id, copy).await,
        }
    }

    /// Tries until the function succeeds, the waits are used up, or the notification is forgotten. SNS's own policy is
    /// the same with many more tries: <https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html>.
    async fn deliver(&self, id: &str, copy: usize) {
        let Some(function) = self.publisher.function() else { return };
        let mut waits = self.publisher.waits().iter();
        while let Some(payload) = self.publisher.payload(id) {
            let outcome = self.invoke(function, &payload).await;
            let wait = waits.next().filter(|_| outcome.is_err());
            self.publisher.tried(id, copy, outcome, wait.is_none());
            match wait {
                Some(wait) => tokio::time::sleep(*wait).await,
                None => return,
            }
        }
    }

    async fn invoke(&self, function: &str, payload: &Value) -> Result<(), String> {
        let request = Request::post(function).header(CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(payload.to_string())).map_err(|error| error.to_string())?;
        let _room = self.room.acquire().await;
        match tokio::time::timeout(TIMEOUT, self.answer(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("No answer within {} seconds.", TIMEOUT.as_secs())),
        }
    }

    async fn answer(&self, request: Request<Body>) -> Result<(), String> {
        let answer = self.http.request(request).await.map_err(|error| whole(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let body = to_bytes(Body::new(answer.into_body()), SHOWN_BYTES_MAX).await.unwrap_or_default();
        Err(format!("{status} {}", String::from_utf8_lossy(&body)).trim_end().to_owned())
    }
}

/// The error with what caused it: the client's own says little.
fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
