use serde_json::{Value, json};

use super::function::Function;
use super::{SIMPLE_EMAIL, Server, TEXT, body_of, record};

async fn behave(server: &Server, behaviour: &Value) {
    let reply = server.post("/api/behaviours", &behaviour.to_string()).await;
    assert_eq!(reply.status, 204, "{reply:?}");
}

/// The recorded email to one address.
fn email_to(address: &str) -> Value {
    let mut body = body_of(SIMPLE_EMAIL);
    body["Destination"] = json!({ "ToAddresses": [address] });
    body
}

#[tokio::test]
async fn nothing_happens_unless_it_was_asked_for() {
    let server = Server::start().await;
    server.recorded(SIMPLE_EMAIL).await.message_id();
    server.recorded(TEXT).await.message_id();
    server.with_body(SIMPLE_EMAIL, &email_to("bounce@simulator.amazonses.com")).await.message_id();
    let events = server.settled(1).await;
    assert_eq!(events.len(), 1, "the simulator's alone: {events:?}");
    assert_eq!(events[0]["event"], "bounce");
}

#[tokio::test]
async fn messages_behave_as_their_recipient_does() {
    let mut function = Function::start(&[]).await;
    let server = Server::start_with_events(&function.url).await;
    behave(&server, &json!({ "to": "carer@example.org", "event": "complaint" })).await;
    behave(&server, &json!({ "to": "+15555550100", "event": "unreachable", "after_ms": 1 })).await;
    let email = server.recorded(SIMPLE_EMAIL).await.message_id();
    let complaint = record(&function.invocation().await);
    assert_eq!(complaint["mail"]["messageId"], email.as_str());
    let complained = json!([{"emailAddress": "carer@example.org"}]);
    assert_eq!(
        complaint["complaint"]["complainedRecipients"], complained,
        "the other recipients did nothing"
    );
    let text = server.recorded(TEXT).await.message_id();
    let unreachable = record(&function.invocation().await);
    assert_eq!(
        (&unreachable["eventType"], &unreachable["messageId"]),
        (&json!("TEXT_UNREACHABLE"), &json!(text))
    );
}

#[tokio::test]
async fn everybody_can_be_told_to_behave() {
    let server = Server::start().await;
    behave(&server, &json!({ "to": "*", "event": "delivery" })).await;
    behave(&server, &json!({ "to": "*", "event": "delivered" })).await;
    behave(&server, &json!({ "to": "archive@north.example.org", "event": "delay" })).await;
    server.recorded(SIMPLE_EMAIL).await.message_id();
    server.recorded(TEXT).await.message_id();
    let events = server.settled(4).await;
    let mut names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["delay", "delivered", "delivery", "delivery"]);
}

#[tokio::test]
async fn a_delayed_event_happens_later_than_one_that_is_not() {
    let mut function = Function::start(&[]).await;
    let server = Server::start_with_events(&function.url).await;
    behave(&server, &json!({ "to": "ann@example.org", "event": "bounce", "after_ms": 100 })).await;
    behave(&server, &json!({ "to": "carer@example.org", "event": "delivery" })).await;
    server.recorded(SIMPLE_EMAIL).await.message_id();
    assert_eq!(record(&function.invocation().await)["eventType"], "Delivery");
    let bounce = record(&function.invocation().await);
    let time = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let later = time(&bounce["bounce"]["timestamp"]) - time(&bounce["mail"]["timestamp"]);
    assert!(later.num_milliseconds() >= 99, "{later}");
}

#[tokio::test]
async fn a_message_without_a_configuration_set_has_no_events() {
    let server = Server::start().await;
    behave(&server, &json!({ "to": "*", "event": "delivered" })).await;
    let mut body = body_of(TEXT);
    body.as_object_mut().unwrap().remove("ConfigurationSetName");
    server.with_body(TEXT, &body).await.message_id();
    let with_one = server.recorded(TEXT).await.message_id();
    let events = server.settled(1).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["message"], with_one.as_str());
}

#[tokio::test]
async fn behaviours_are_listed_replaced_and_forgotten() {
    let server = Server::start().await;
    behave(&server, &json!({ "to": "ann@example.org", "event": "bounce" })).await;
    behave(&server, &json!({ "to": "Ann@Example.org", "event": "delay", "after_ms": 5 })).await;
    let listed = server.call("GET", "/api/behaviours").await.json();
    assert_eq!(listed, json!([{"to": "Ann@Example.org", "event": "delay", "after_ms": 5}]));
    assert!(server.call("GET", "/events").await.body.contains("Delay, after 5 ms"));
    assert_eq!(server.call("DELETE", "/api/behaviours").await.status, 204);
    assert_eq!(server.call("GET", "/api/behaviours").await.json(), json!([]));
}
