use std::sync::Arc;
use std::sync::Mutex;

use lambda_http::http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::auth::{Authorised, TakePayments, Verifier};
use crate::respond;

struct State {
    verifier: Verifier,
}

impl AsRef<Verifier> for State {
    fn as_ref(&self) -> &Verifier {
        &self.verifier
    }
}

async fn show(_: &State, call: Call) -> Result<Response, Problem> {
    respond::json_version(StatusCode::OK, &json!({ "id": call.path::<String>("id")? }), 7)
}

async fn number(_: &State, call: Call) -> Result<Response, Problem> {
    respond::json(StatusCode::OK, &call.path::<u32>("n")?)
}

async fn page(_: &State, _: Call) -> Result<Response, Problem> {
    Ok(respond::html(StatusCode::OK, "<p>Pay</p>".to_owned()))
}

async fn broken(_: &State, _: Call) -> Result<Response, Problem> {
    Err(Problem::internal("table is gone"))
}

async fn take(_: &State, staff: Authorised<TakePayments>, _: Call) -> Result<Response, Problem> {
    respond::json(StatusCode::CREATED, &staff.practice)
}

fn routes() -> Vec<Route<State>> {
    vec![
        Route::public(Method::GET, "/v1/invoices/{id}", show),
        Route::public(Method::PATCH, "/v1/invoices/{id}", show),
        Route::public(Method::GET, "/v1/numbers/{n}", number),
        Route::public(Method::GET, "/pay/{token}", page),
        Route::public(Method::POST, "/pay/{token}", broken),
        Route::staff(Method::POST, "/v1/payments", take),
    ]
}

fn request(method: &str, path: &str) -> Request {
    let event = json!({
        "version": "2.0", "rawPath": path, "rawQueryString": "", "headers": { "host": "api.example" },
        "requestContext": { "requestId": "req-1", "stage": "$default", "http": { "method": method } },
    });
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

async fn answer(method: &str, path: &str) -> Response {
    let verifier = Verifier::new("http://127.0.0.1:1", "paywell").unwrap();
    let state: &'static State = Box::leak(Box::new(State { verifier }));
    let now = "2026-03-03T12:00:00Z".parse().unwrap();
    Router::new(routes()).unwrap().handle(state, request(method, path), now).await.unwrap()
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn a_route_is_found_and_its_parameter_decoded_once() {
    let response = answer("GET", "/v1/invoices/inv_1").await;
    assert_eq!(response.status(), 200);
    assert_eq!(body(&response), json!({ "id": "inv_1" }));
    assert_eq!(response.headers()["etag"], "\"7\"");
    assert_eq!(body(&answer("GET", "/v1/invoices/a%2Fb%20%2541").await), json!({ "id": "a/b %41" }));
    assert_eq!(
        body(&answer("GET", "/v1/invoices/%FF").await),
        json!({ "id": "\u{fffd}" }),
        "the handler's to refuse"
    );
}

#[tokio::test]
async fn every_response_has_the_standard_headers() {
    for (method, path) in
        [("GET", "/v1/invoices/1"), ("GET", "/nowhere"), ("POST", "/pay/x"), ("GET", "/pay/x")]
    {
        let response = answer(method, path).await;
        assert_eq!(response.headers()["request-id"], "req-1");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    for path in ["/", "/v1/invoices", "/v1/invoices/", "/v1/invoices/a/b", "/v1/numbers/x", "/v1/numbers/%FF"]
    {
        let response = answer("GET", path).await;
        assert_eq!(
            (response.status().as_u16(), &body(&response)["type"]),
            (404, &json!("/problems/not-found")),
            "{path}"
        );
        assert_eq!(body(&response)["request_id"], "req-1");
    }
}

#[tokio::test]
async fn another_method_is_told_which_would_do() {
    let response = answer("DELETE", "/v1/invoices/inv_1").await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "GET, PATCH, HEAD");
    assert_eq!(body(&response)["type"], "/problems/method-not-allowed");
    assert_eq!(answer("HEAD", "/v1/payments").await.status(), 405);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let response = answer("HEAD", "/v1/invoices/inv_1").await;
    assert_eq!((response.status().as_u16(), response.body().is_empty()), (200, true));
    assert_eq!(response.headers()["etag"], "\"7\"");
}

#[tokio::test]
async fn a_staff_route_is_not_reached_without_a_token() {
    let response = answer("POST", "/v1/payments").await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
}

#[test]
fn the_table_can_be_listed() {
    let router = Router::new(routes()).unwrap();
    let rows: Vec<_> = router
        .routes()
        .iter()
        .map(|route| (route.method.as_str(), route.pattern, route.permission))
        .collect();
    assert_eq!(rows[0], ("GET", "/v1/invoices/{id}", None));
    assert_eq!(rows[5], ("POST", "/v1/payments", Some(crate::auth::Permission::TakePayments)));
}

#[test]
fn a_table_that_contradicts_itself_does_not_start() {
    let mut twice = routes();
    twice.push(Route::public(Method::GET, "/pay/{token}", page));
    assert!(Router::new(twice).is_err());
    let mut renamed = routes();
    renamed.push(Route::public(Method::PUT, "/pay/{other}", page));
    assert!(Router::new(renamed).is_err());
}

/// Keeps what is logged while a test runs.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn one_line_is_logged_and_no_secret() {
    let sink = Sink::default();
    let writer = sink.clone();
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let response = answer("POST", "/pay/s3cret").await;
    drop(guard);
    assert!(!body(&response).to_string().contains("table is gone"));
    let log = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("s3cret"));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(lines.len(), 1);
    for (name, value) in [
        ("level", json!("ERROR")),
        ("request_id", json!("req-1")),
        ("method", json!("POST")),
        ("route", json!("/pay/{token}")),
        ("status", json!(500)),
        ("problem", json!("/problems/internal")),
        ("why", json!("table is gone")),
    ] {
        assert_eq!(lines[0][name], value, "{name}");
    }
    assert!(lines[0]["ms"].is_u64());
}
