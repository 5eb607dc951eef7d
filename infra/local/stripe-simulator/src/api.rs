//! `/v1`: authentication, idempotency and faults around [`crate::routes::run`].
//! Sources: <https://docs.stripe.com/api/authentication>, <https://docs.stripe.com/api/idempotent_requests>,
//! <https://docs.stripe.com/api/request_ids>.

use crate::error::StripeError;
use crate::faults::{Fault, FaultKind};
use crate::idempotency::{self, Begin, Record};
use crate::params::Reader;
use crate::routes;
use crate::serve::Broken;
use crate::simulator::Simulator;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use serde_json::Value;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// A request, taken out of HTTP.
struct Request {
    id: String,
    method: Method,
    path: String,
    params: String,
    key: Option<String>,
    base_url: String,
}

/// An answer, not yet HTTP.
struct Answer {
    status: u16,
    body: String,
    /// The id of the first request, if this is its saved answer.
    replay_of: Option<String>,
    broken: Option<Broken>,
}

impl Answer {
    fn of(status: u16, body: String) -> Self {
        Self { status, body, replay_of: None, broken: None }
    }

    fn error(error: &StripeError, request_id: &str) -> Self {
        Self::of(error.status, pretty(&error.body(request_id)))
    }
}

/// Answers every request under `/v1`.
pub(crate) async fn handle(
    State(simulator): State<Simulator>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let id = simulator.request_id();
    let key = text(&headers, "idempotency-key").filter(|key| !key.is_empty() && method == Method::POST);
    let answer = match admit(&simulator, &method, &headers, &body) {
        Err(error) => Answer::error(&error, &id),
        Ok(()) => {
            let params = if method == Method::POST {
                String::from_utf8_lossy(&body).into_owned()
            } else {
                uri.query().unwrap_or_default().to_owned()
            };
            let base_url = simulator.base_url(text(&headers, "host").as_deref());
            let path = uri.path().to_owned();
            let request = Request { id: id.clone(), method, path, params, key: key.clone(), base_url };
            // Apart from the connection: a client that gives up does not stop what it started.
            let task = tokio::spawn(async move { run(&simulator, request).await });
            task.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a request panicked");
                Answer::error(&internal_error(500), &id)
            })
        }
    };
    respond(answer, &id, key.as_deref(), text(&headers, "stripe-version"))
}

/// Source: <https://docs.stripe.com/api/authentication>
fn admit(
    simulator: &Simulator,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(), StripeError> {
    let refuse = |message: String| Err(StripeError::invalid(message).status(401).before_execution());
    let Some(given) = secret_key(headers) else {
        return refuse(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using \
             Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
             https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."
                .to_owned(),
        );
    };
    let expected = &simulator.config().secret_key;
    if !bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
        let tail = given.get(given.len().saturating_sub(4)..).unwrap_or_default();
        return refuse(format!("Invalid API Key provided: sk_test_****{tail}"));
    }
    let form = text(headers, "content-type")
        .is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if *method == Method::POST && !body.is_empty() && !form {
        let message = "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If \
                       you have any questions, we can help at https://support.stripe.com/.";
        return Err(StripeError::invalid(message).before_execution());
    }
    Ok(())
}

fn secret_key(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, "authorization")?;
    let (scheme, credentials) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.trim().to_owned());
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(credentials.trim()).ok()?;
    let pair = String::from_utf8(decoded).ok()?;
    Some(pair.split(':').next().unwrap_or_default().to_owned())
}

async fn run(simulator: &Simulator, request: Request) -> Answer {
    let reader = match Reader::parse(&request.params) {
        Ok(reader) => reader,
        Err(error) => return Answer::error(&error, &request.id),
    };
    if let Some(key) = &request.key {
        let begun = simulator.write(&request.base_url, |state, cx| {
            let first = Record {
                created: cx.now,
                request_id: request.id.clone(),
                endpoint: request.path.clone(),
                params: reader.fingerprint(),
                answer: None,
            };
            idempotency::begin(state, key, first)
        });
        match begun {
            Ok(Begin::Run) => {}
            Ok(Begin::Replay(status, body, first)) => {
                return Answer { status, body, replay_of: Some(first), broken: None };
            }
            Err(error) => return Answer::error(&error, &request.id),
        }
    }
    // A replay is no request that a fault could hit.
    let fault = simulator.take_fault(request.method.as_str(), &request.path);
    let delay = fault.as_ref().filter(|fault| fault.kind == FaultKind::Delay);
    let wait = delay.map(|delay| (delay.acts, Duration::from_millis(delay.milliseconds)));
    if let Some((false, wait)) = wait {
        tokio::time::sleep(wait).await;
    }
    let answer = act(simulator, &request, reader, fault.as_ref());
    if let Some((true, wait)) = wait {
        tokio::time::sleep(wait).await;
    }
    answer
}

/// Runs the request, unless the fault prevents it, and keeps the answer for its key.
fn act(simulator: &Simulator, request: &Request, reader: Reader, fault: Option<&Fault>) -> Answer {
    let acts = !fault.is_some_and(Fault::prevents);
    simulator.write(&request.base_url, |state, cx| {
        let mut cx = cx.clone();
        cx.request_id = Some(request.id.clone());
        cx.idempotency_key.clone_from(&request.key);
        let mut executed = acts;
        let mut answer = Answer::of(200, String::new());
        if acts {
            answer = match routes::run(state, &cx, request.method.as_str(), &request.path, reader) {
                Ok(value) => Answer::of(200, pretty(&value)),
                Err(error) => {
                    executed = error.executed;
                    Answer::error(&error, &request.id)
                }
            };
        }
        if let Some(fault) = fault.filter(|fault| fault.kind == FaultKind::Error) {
            answer = Answer::error(&internal_error(fault.status), &request.id);
            executed = fault.status >= 500;
        }
        if let Some(key) = &request.key {
            idempotency::finish(state, key, executed, answer.status, &answer.body);
        }
        answer.broken = fault.and_then(|fault| match fault.kind {
            FaultKind::Drop => Some(Broken::Closed),
            FaultKind::Reset => Some(Broken::Reset),
            FaultKind::Error | FaultKind::Delay => None,
        });
        answer
    })
}

/// Sources: <https://docs.stripe.com/api/errors>, <https://docs.stripe.com/rate-limits>
fn internal_error(status: u16) -> StripeError {
    if status == 429 {
        let message = "Request rate limit exceeded. You can learn more about rate limits here \
                       https://stripe.com/docs/rate-limits.";
        return StripeError::invalid(message).status(429).code("rate_limit");
    }
    StripeError::invalid("An unknown error occurred").status(status).kind("api_error")
}

fn respond(answer: Answer, id: &str, key: Option<&str>, version: Option<String>) -> Response {
    if let Some(broken) = answer.broken {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(broken);
        return response;
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut add = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    };
    add("content-type", "application/json");
    add("request-id", id);
    add("stripe-version", version.as_deref().unwrap_or(crate::events::API_VERSION));
    if let Some(key) = key {
        add("idempotency-key", key);
        add("original-request", answer.replay_of.as_deref().unwrap_or(id));
    }
    if answer.replay_of.is_some() {
        add("idempotent-replayed", "true");
    }
    if answer.status == 401 {
        add("www-authenticate", "Bearer realm=\"Stripe\"");
    }
    response
}

/// Stripe answers indented.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
