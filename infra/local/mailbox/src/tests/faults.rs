use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{SIMPLE_EMAIL, Server, TEXT};

#[tokio::test]
async fn throttled_sends_are_refused_as_often_as_planned() {
    let server = Server::start().await;
    server.plan("throttle", 2).await;
    let reply = server.recorded(SIMPLE_EMAIL).await;
    assert_eq!(reply.status, 429);
    assert!(reply.head.contains("x-amzn-errortype: toomanyrequestsexception"), "{reply:?}");
    let reply = server.recorded(TEXT).await;
    assert_eq!((reply.status, &reply.json()["__type"]), (400, &Value::from("ThrottlingException")));
    assert!(server.messages("").await.is_empty());
    server.recorded(SIMPLE_EMAIL).await.message_id();
}

#[tokio::test]
async fn errors_are_the_services_own() {
    let server = Server::start().await;
    server.plan("error", 2).await;
    let reply = server.recorded(SIMPLE_EMAIL).await;
    assert_eq!(reply.status, 500);
    assert!(reply.head.contains("x-amzn-errortype: internalserviceerror"), "{reply:?}");
    let reply = server.recorded(TEXT).await;
    assert_eq!((reply.status, &reply.json()["__type"]), (500, &Value::from("InternalServerException")));
    assert!(server.messages("").await.is_empty());
}

#[tokio::test]
async fn a_timeout_answers_nothing_and_keeps_nothing() {
    let server = Server::start().await;
    server.plan("timeout", 1).await;
    let waited = tokio::time::timeout(Duration::from_millis(200), server.exchange(SIMPLE_EMAIL)).await;
    assert!(waited.is_err(), "{waited:?}");
    assert!(server.messages("").await.is_empty());
}

#[tokio::test]
async fn a_dropped_connection_hides_that_the_message_was_accepted() {
    let server = Server::start().await;
    server.plan("accept_then_drop", 2).await;
    assert!(server.exchange(SIMPLE_EMAIL).await.is_none());
    assert!(server.exchange(TEXT).await.is_none());
    assert_eq!(server.messages("").await.len(), 2);
    server.recorded(TEXT).await.message_id();
}

#[tokio::test]
async fn a_new_plan_replaces_the_one_before() {
    let server = Server::start().await;
    server.plan("error", 5).await;
    server.plan("error", 0).await;
    server.recorded(TEXT).await.message_id();
}

#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let server = Server::start().await;
    assert_eq!(server.post("/api/faults", r#"{"next":"explode","count":1}"#).await.status, 422);
    assert_eq!(server.post("/api/faults", r#"{"next":"error","count":1,"colour":"sms"}"#).await.status, 422);
}

#[tokio::test]
async fn a_send_that_hangs_does_not_hold_up_the_shutdown() {
    let server = Server::start().await;
    server.plan("timeout", 1).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(TEXT.replace('\n', "\r\n").as_bytes()).await.unwrap();
    let waited = tokio::time::timeout(Duration::from_millis(200), stream.read_u8()).await;
    assert!(waited.is_err(), "{waited:?}");
    tokio::time::timeout(Duration::from_secs(5), server.stop()).await.unwrap();
}
