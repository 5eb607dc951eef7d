//! One origin for everything that a browser or a caller of the API sees, as API Gateway is in production.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE,
};
use http::{StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::net::TcpListener;

use crate::ports::Addresses;
use crate::{data, http as client, pages};

/// Headers of one connection, which a proxy does not pass on (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 5] = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// What `cargo lambda watch` has on its own port and API Gateway has not: ways to a function past its routes.
const PAST_THE_ROUTES: [&str; 3] = ["/2015-03-31/", "/lambda-url/", "/.rt/"];

struct Gateway {
    addresses: Addresses,
    openapi: PathBuf,
    client: Client<HttpConnector, Body>,
}

/// Serves start page and API reference, and passes everything else to the functions.
pub(crate) async fn serve(
    addresses: Addresses,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let openapi = data::repository().join("shared/openapi.json");
    let gateway = Arc::new(Gateway { addresses, openapi, client: client::client() });
    let routes = Router::new()
        .route("/", get(start))
        .route("/docs", get(docs))
        .route("/docs/scalar.js", get(script))
        .route("/openapi.json", get(openapi_document))
        .fallback(pass)
        .with_state(gateway);
    Ok(axum::serve(listener, routes).with_graceful_shutdown(shutdown).await?)
}

async fn start(State(gateway): State<Arc<Gateway>>) -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, pages::START_POLICY)], pages::start(&gateway.addresses))
}

async fn docs() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, pages::DOCS_POLICY)], pages::docs())
}

async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], pages::script())
}

async fn openapi_document(State(gateway): State<Arc<Gateway>>) -> Response {
    match tokio::fs::read(&gateway.openapi).await {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => not_found("shared/openapi.json is not there."),
    }
}

async fn pass(State(gateway): State<Arc<Gateway>>, request: Request) -> Result<Response, Infallible> {
    let path = request.uri().path();
    if PAST_THE_ROUTES.iter().any(|prefix| path.starts_with(prefix)) {
        return Ok(not_found("There is no such route."));
    }
    let answer = send(&gateway, request).await;
    Ok(answer.unwrap_or_else(|error| {
        problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available right now", &error.to_string())
    }))
}

async fn send(gateway: &Gateway, mut request: Request) -> Result<Response> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = format!("{}{path}", gateway.addresses.lambda).parse::<Uri>()?;
    remove_hop_by_hop(request.headers_mut());
    let mut response = gateway.client.request(request).await?;
    remove_hop_by_hop(response.headers_mut());
    // A function always says what its body is; the server's own refusal of an unknown route does not.
    if response.status() == StatusCode::NOT_FOUND && !response.headers().contains_key(CONTENT_TYPE) {
        return Ok(not_found("There is no such route."));
    }
    Ok(response.map(Body::new))
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

fn not_found(detail: &str) -> Response {
    problem(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
}

fn problem(status: StatusCode, kind: &str, title: &str, detail: &str) -> Response {
    let kind = format!("/problems/{kind}");
    let body = json!({ "type": kind, "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
