//! Lambda's side of the Runtime API (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::{sync::Mutex, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use paywell_tests::support::Answer;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};

use crate::http::Reply;

const ROOT: &str = "/2018-06-01/runtime/";

/// What a function reported of an event.
#[derive(Debug)]
pub(crate) enum Reported {
    Response(Value),
    Error(Value),
}

/// One instance's.
#[derive(Default)]
pub(crate) struct RuntimeApi {
    state: Mutex<State>,
    /// The instance asks for its next event.
    asks: Notify,
}

#[derive(Default)]
struct State {
    /// Where the next event goes: the instance waits for it.
    waiting: Option<oneshot::Sender<Response<Bytes>>>,
    /// The event under way, and who waits for what becomes of it.
    under_way: Option<(String, oneshot::Sender<Reported>)>,
    given: u64,
}

impl RuntimeApi {
    pub(crate) fn is_for(request: &Request<Bytes>) -> bool {
        request.uri().path().starts_with(ROOT)
    }

    /// A process starts afresh.
    pub(crate) fn forget(&self) {
        let mut state = self.state.lock().unwrap();
        (state.waiting, state.under_way) = (None, None);
    }

    /// Returns when the instance waits for an event.
    pub(crate) async fn ready(&self) {
        while self.state.lock().unwrap().waiting.is_none() {
            self.asks.notified().await;
        }
    }

    /// Gives the instance an event as soon as it asks for one, with so much time for it, and waits for what it reports.
    pub(crate) async fn give(&self, event: &Value, time_limit: Duration) -> Reported {
        self.ready().await;
        let (report, reported) = oneshot::channel();
        {
            let mut state = self.state.lock().unwrap();
            state.given += 1;
            let id = format!("invocation-{}", state.given);
            let deadline = (paywell_app::clock::now() + time_limit).timestamp_millis();
            let response = Response::builder()
                .header("lambda-runtime-aws-request-id", &id)
                .header("lambda-runtime-deadline-ms", deadline)
                .header(
                    "lambda-runtime-invoked-function-arn",
                    "arn:aws:lambda:us-east-1:123456789012:function:f",
                )
                .header("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000")
                .header("content-type", "application/json")
                .body(Bytes::from(event.to_string()));
            state.under_way = Some((id, report));
            // A process that has just died does not take it any more; whoever watches the process sees that.
            let _ = state.waiting.take().unwrap().send(response.unwrap());
        }
        match reported.await {
            Ok(reported) => reported,
            Err(_) => std::future::pending().await,
        }
    }

    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Reply {
        let path = request.uri().path().trim_start_matches(ROOT);
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["invocation", "next"] => {
                let (give, given) = oneshot::channel();
                self.state.lock().unwrap().waiting = Some(give);
                self.asks.notify_one();
                given.await.map_or(Reply::Close, Reply::Answer)
            }
            ["invocation", id, "response"] => self.reported(id, Reported::Response(json(&request))),
            ["invocation", id, "error"] => self.reported(id, Reported::Error(json(&request))),
            ["init", "error"] => accepted(),
            _ => panic!("the Runtime API has no {path}"),
        }
    }

    fn reported(&self, id: &str, reported: Reported) -> Reply {
        let mut state = self.state.lock().unwrap();
        if let Some((_, report)) = state.under_way.take_if(|(under_way, _)| under_way == id) {
            // Nobody waits where the time limit was reached first.
            let _ = report.send(reported);
        }
        accepted()
    }
}

fn json(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn accepted() -> Reply {
    Reply::Answer(Response::builder().status(202).body(Bytes::new()).unwrap())
}

/// The HTTP answer in API Gateway's response object, format 2.0.
pub(crate) fn http(response: &Value) -> Answer {
    let mut headers = HeaderMap::new();
    let mut insert = |name: &str, value: &Value| {
        let name = HeaderName::try_from(name).unwrap();
        headers.append(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    };
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        insert(name, value);
    }
    for (name, values) in response["multiValueHeaders"].as_object().into_iter().flatten() {
        values.as_array().into_iter().flatten().for_each(|value| insert(name, value));
    }
    for cookie in response["cookies"].as_array().into_iter().flatten() {
        insert("set-cookie", cookie);
    }
    let text = response["body"].as_str().unwrap_or_default();
    let body = match response["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text).unwrap(),
        _ => text.as_bytes().to_vec(),
    };
    let status = response["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    Answer { status: status.unwrap(), headers, body }
}
