//! Every way a call can fail, and that certainty is never claimed wrongly.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::super::{Doubt, NotSent, Stripe, StripeError};
use super::{client, create, create_with, session};
use crate::test_server::{Reply, TestServer, closed_url};

const CANARY: &str = "canary-jane-doe";

fn error_body(kind: &str, code: Option<&str>) -> Value {
    json!({"error": {"type": kind, "code": code, "param": "expires_at", "message": CANARY, "decline_code": null}})
}

/// The error of a create that met this one reply, and that it was asked once.
async fn failing(reply: Reply) -> StripeError {
    let server = TestServer::start([reply]).await;
    let error = create(&server).await.unwrap_err();
    assert_eq!(server.seen().len(), 1, "nothing is repeated");
    for text in [format!("{error}"), format!("{error:?}")] {
        assert!(!text.contains(CANARY) && !text.contains("sk_test"), "{text}");
    }
    error
}

async fn doubt(reply: Reply) -> Doubt {
    match failing(reply).await {
        StripeError::Unknown { why, .. } => why,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn refusals_are_certain() {
    for status in [400, 401, 402, 403, 404] {
        let body = error_body("invalid_request_error", Some("parameter_invalid_integer")).to_string();
        let error = failing(Reply::Answer { status, headers: "Request-Id: req_1\r\n", body }).await;
        let StripeError::Refused(refusal) = error else { panic!("{error}") };
        assert_eq!((refusal.status, refusal.kind.as_str()), (status, "invalid_request_error"));
        assert_eq!(refusal.code.as_deref(), Some("parameter_invalid_integer"));
        assert_eq!(refusal.param.as_deref(), Some("expires_at"));
        assert_eq!(refusal.message.as_deref(), Some(CANARY));
        assert_eq!(refusal.request_id.as_deref(), Some("req_1"));
    }
}

#[tokio::test]
async fn throttling_is_certain_whatever_its_body() {
    for body in [error_body("invalid_request_error", Some("rate_limit")), json!("busy")] {
        let error = failing(Reply::json(429, body)).await;
        assert!(matches!(error, StripeError::Throttled { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_used_key_is_no_refusal() {
    let in_use = error_body("invalid_request_error", Some("idempotency_key_in_use"));
    assert_eq!(doubt(Reply::json(409, in_use)).await, Doubt::KeyInUse);
    let reused = error_body("idempotency_error", None);
    assert_eq!(doubt(Reply::json(400, reused)).await, Doubt::KeyReused);
    let conflict = error_body("invalid_request_error", Some("something_else"));
    assert_eq!(doubt(Reply::json(409, conflict)).await, Doubt::Status(409));
}

#[tokio::test]
async fn stripes_own_trouble_is_unknown() {
    for status in [500, 502, 503, 504, 424, 408, 302] {
        let body = error_body("invalid_request_error", None);
        assert_eq!(doubt(Reply::json(status, body)).await, Doubt::Status(status));
    }
    assert_eq!(doubt(Reply::json(400, error_body("api_error", None))).await, Doubt::Status(400));
}

#[tokio::test]
async fn an_unreadable_answer_is_unknown() {
    for status in [200, 400, 403] {
        assert_eq!(
            doubt(Reply::json(status, "<html>a proxy's page</html>")).await,
            Doubt::Unreadable(status)
        );
    }
    let mut without_id = session();
    without_id.as_object_mut().unwrap().remove("id");
    assert_eq!(doubt(Reply::json(200, without_id)).await, Doubt::Unreadable(200));
}

#[tokio::test]
async fn a_lost_answer_is_unknown() {
    assert_eq!(doubt(Reply::Drop).await, Doubt::ConnectionLost);
    assert_eq!(doubt(Reply::Half).await, Doubt::ConnectionLost);
}

#[tokio::test]
async fn a_reply_dropped_on_a_kept_connection_is_unknown_and_not_repeated() {
    let server = TestServer::start([Reply::json(200, session()), Reply::Drop]).await;
    let stripe = client(&server.url);
    create_with(&stripe).await.unwrap();
    let error = create_with(&stripe).await.unwrap_err();
    assert!(matches!(error, StripeError::Unknown { why: Doubt::ConnectionLost, .. }), "{error}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_hang_times_out_as_unknown() {
    let server = TestServer::start([Reply::Hang]).await;
    let mut stripe = client(&server.url);
    stripe.http.total_timeout = Duration::from_millis(200);
    let error = create_with(&stripe).await.unwrap_err();
    assert!(matches!(error, StripeError::Unknown { why: Doubt::TimedOut, .. }), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let error = create_with(&client(&closed_url().await)).await.unwrap_err();
    assert!(matches!(error, StripeError::NotSent(NotSent::Connect(_))), "{error}");
}

#[tokio::test]
async fn a_failed_handshake_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { drop(listener.accept().await) });
    let error = create_with(&client(&url)).await.unwrap_err();
    assert!(matches!(error, StripeError::NotSent(NotSent::Connect(_))), "{error}");
    server.await.unwrap();
}

#[tokio::test]
async fn malformed_ids_and_keys_never_leave() {
    let server = TestServer::start([]).await;
    let stripe: Stripe = client(&server.url);
    for id in ["", "cs_1/expire", "../balance", "cs_1?expand[]=customer", "cs_ü"] {
        let error = stripe.retrieve_checkout_session(id).await.unwrap_err();
        assert!(matches!(error, StripeError::NotSent(NotSent::Malformed("id"))), "{error}");
    }
    for key in ["", "a\nb"] {
        let error = stripe.expire_checkout_session("cs_1", key).await.unwrap_err();
        assert!(matches!(error, StripeError::NotSent(NotSent::Malformed(_))), "{error}");
    }
    assert!(server.seen().is_empty());
}
