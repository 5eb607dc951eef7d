use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::function::Function;
use super::{SIMPLE_EMAIL, Server, TEXT, record};

#[tokio::test]
async fn what_the_function_refuses_is_tried_again_until_it_succeeds() {
    let mut function = Function::start(&[500, 503]).await;
    let server = Server::start_with_events(&function.url).await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    let published = server.happen(&id, &json!({ "event": "bounce" })).await;
    assert_eq!(published["deliveries"], json!([{"state": "waiting", "tries": 0, "error": null}]));
    let events = server.settled(1).await;
    assert_eq!(events[0]["deliveries"], json!([{"state": "delivered", "tries": 3}]));
    let invocations = function.invocations();
    assert_eq!(invocations.len(), 3);
    assert!(invocations.iter().all(|invocation| *invocation == published["payload"]), "{invocations:?}");
}

#[tokio::test]
async fn what_is_never_taken_is_given_up_after_five_tries() {
    let mut function = Function::start(&[500; 6]).await;
    let server = Server::start_with_events(&function.url).await;
    let id = server.recorded(TEXT).await.message_id();
    server.happen(&id, &json!({ "event": "blocked" })).await;
    let events = server.settled(1).await;
    let error = r#"500 Internal Server Error {"errorMessage":"not now"}"#;
    assert_eq!(events[0]["deliveries"], json!([{"state": "failed", "tries": 5, "error": error}]));
    assert_eq!(function.invocations().len(), 5);
}

#[tokio::test]
async fn a_function_that_is_not_there_yet_is_tried_again_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let server = Server::start_with_events(&nowhere).await;
    let id = server.recorded(TEXT).await.message_id();
    server.happen(&id, &json!({ "event": "delivered" })).await;
    let delivery = server.settled(1).await[0]["deliveries"][0].clone();
    assert_eq!((&delivery["state"], &delivery["tries"]), (&json!("failed"), &json!(5)));
    assert!(delivery["error"].as_str().unwrap().contains("refused"), "{delivery}");
}

#[tokio::test]
async fn copies_are_the_same_notification_with_the_same_ids() {
    let mut function = Function::start(&[]).await;
    let server = Server::start_with_events(&function.url).await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    server.happen(&id, &json!({ "event": "complaint", "times": 3 })).await;
    let events = server.settled(1).await;
    assert_eq!(events[0]["deliveries"], json!(vec![json!({"state": "delivered", "tries": 1}); 3]));
    let copies = function.invocations();
    assert_eq!(copies, vec![events[0]["payload"].clone(); 3]);

    let reply = json!({ "from": "+15555550100", "to": "+18005550199", "body": "STOP", "times": 10 });
    server.post("/api/texts/replies", &reply.to_string()).await;
    server.settled(2).await;
    let ids: Vec<Value> =
        function.invocations().iter().map(|copy| record(copy)["inboundMessageId"].clone()).collect();
    assert_eq!(ids, vec![ids[0].clone(); 10]);
}

#[tokio::test]
async fn the_same_event_asked_for_again_is_another() {
    let server = Server::start().await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    let first = server.happen(&id, &json!({ "event": "bounce" })).await;
    let second = server.happen(&id, &json!({ "event": "bounce" })).await;
    let feedback = |published: &Value| record(&published["payload"])["bounce"]["feedbackId"].clone();
    assert_ne!(first["id"], second["id"]);
    assert_ne!(feedback(&first), feedback(&second));
    assert_eq!(server.events().await, [second, first], "newest first");
}

#[tokio::test]
async fn nothing_waits_for_a_function_that_does_not_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deaf = format!("http://{}/", listener.local_addr().unwrap());
    let server = Server::start_with_events(&deaf).await;
    let id = server.recorded(TEXT).await.message_id();
    let delivered = json!({ "event": "delivered" });
    tokio::time::timeout(Duration::from_secs(5), server.happen(&id, &delivered)).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    assert!(server.call("GET", "/events").await.body.contains("On its way"));
    tokio::time::timeout(Duration::from_secs(5), server.stop()).await.unwrap();
    drop(accepted);
}

#[tokio::test]
async fn what_was_forgotten_is_not_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start_with_events(&format!("http://{}/", listener.local_addr().unwrap())).await;
    let id = server.recorded(TEXT).await.message_id();
    server.happen(&id, &json!({ "event": "delivered" })).await;
    let (under_way, _) = listener.accept().await.unwrap();
    assert_eq!(server.call("DELETE", "/api/events").await.status, 204);
    assert!(server.events().await.is_empty());
    drop(under_way);
    let next = server.happen(&id, &json!({ "event": "invalid" })).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"}]}") {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
    }
    let request = String::from_utf8(request).unwrap();
    assert!(request.contains(next["id"].as_str().unwrap()), "{request}");
}
