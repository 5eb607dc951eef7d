//! The functions of the API in this process, behind HTTP on loopback, with a furnished practice: what a tool that reads
//! the description is pointed at.
//!
//! Prints `NAME=value` lines (the address, an owner's token, the ids of what there is), then an empty line, and serves
//! until it is ended.

use std::{collections::BTreeMap, convert::Infallible, rc::Rc};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::Duration;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use paywell_tests::{
    openapi,
    support::{CARD, Claims, Clinic, Furnished, Processor, World, issuer},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::LocalSet};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let processor = Processor::start();
    let world = World::at(processor.begun_at(), &processor.url).await;
    let own = Furnished::of(Clinic::open_in(&world, "prac_riverside").await).await;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let expires = world.now() + Duration::days(365);
    let claims = Claims { expires, ..Claims::good("prac_riverside", "owner", "user_ada", world.now()) };
    println!("PAYWELL_URL=http://{}", listener.local_addr()?);
    println!("PAYWELL_TOKEN={}", issuer().token(&claims));
    for (name, id) in [
        ("PATIENT", own.patient.as_str()),
        ("NEWCOMER", &own.newcomer),
        ("DRAFT", &own.draft),
        ("INVOICE", &own.invoice),
        ("PAYMENT", &own.payment),
        ("LINK", &own.link),
        ("APPOINTMENT", &own.appointment),
        ("PLAN", &own.plan),
        ("METHOD", CARD),
    ] {
        println!("PAYWELL_{name}={id}");
    }
    println!();
    LocalSet::new().run_until(serve(world, listener)).await
}

async fn serve(world: Rc<World>, listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let world = world.clone();
        tokio::task::spawn_local(async move {
            let service = service_fn(|request| answer(world.clone(), request));
            // A client that hangs up has its reasons.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(world: Rc<World>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == "/openapi.json" {
        return Ok(Response::new(Full::from(openapi::COMMITTED)));
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = http::StatusCode::BAD_REQUEST;
        return Ok(response);
    };
    let answer = world.answer(&event(&parts, &body.to_bytes())).await;
    let mut response = Response::builder().status(answer.status);
    if let Some(headers) = response.headers_mut() {
        *headers = answer.headers;
    }
    Ok(response.body(Full::from(answer.body)).unwrap_or_default())
}

/// The event that API Gateway would make of a request.
fn event(parts: &http::request::Parts, body: &[u8]) -> Value {
    let path = parts.uri.path();
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(), "headers": headers(&parts.headers),
        "requestContext": {
            "http": { "method": parts.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9" },
            "requestId": paywell_app::ids::new(paywell_app::clock::now()).to_string(), "stage": "$default",
        },
        "body": STANDARD.encode(body), "isBase64Encoded": true,
    })
}

/// Headers that came twice are joined with a comma, as the gateway does it; what is not ASCII never gets through it.
fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let name = |name: &http::HeaderName| {
        let values: Vec<&str> =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        (name.to_string(), values.join(","))
    };
    headers.keys().map(name).collect()
}
