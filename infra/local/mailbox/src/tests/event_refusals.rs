use serde_json::{Value, json};

use super::{RAW_EMAIL, SIMPLE_EMAIL, Server, TEXT};

async fn assert_refused(server: &Server, path: &str, body: &Value, status: u16, why: &str) {
    let reply = server.post(path, &body.to_string()).await;
    assert_eq!(reply.status, status, "{body} was answered {reply:?}");
    assert!(reply.body.contains(why), "{body} was answered {:?}", reply.body);
}

#[tokio::test]
async fn events_of_the_other_kind_are_refused_with_those_that_are_accepted() {
    let server = Server::start().await;
    let email = format!("/api/messages/{}/events", server.recorded(SIMPLE_EMAIL).await.message_id());
    let text = format!("/api/messages/{}/events", server.recorded(TEXT).await.message_id());
    let of_email = r#"event: "blocked" is none of delivery, delay, soft_bounce, bounce, complaint."#;
    let of_text = r#"event: "bounce" is none of delivered, unreachable, invalid, blocked."#;
    assert_refused(&server, &email, &json!({ "event": "blocked" }), 422, of_email).await;
    assert_refused(&server, &text, &json!({ "event": "bounce" }), 422, of_text).await;
    assert_refused(&server, &text, &json!({ "event": "explode" }), 422, "unreachable").await;
    assert!(server.events().await.is_empty());
}

#[tokio::test]
async fn malformed_events_are_refused_by_field() {
    let server = Server::start().await;
    let path = format!("/api/messages/{}/events", server.recorded(TEXT).await.message_id());
    for (body, why) in [
        (json!({ "event": "blocked", "times": 0 }), "times: 1 to 10."),
        (json!({ "event": "blocked", "times": 11 }), "times: 1 to 10."),
        (json!({ "event": "blocked", "times": 256 }), "times"),
        (json!({ "event": "blocked", "colour": "red" }), "colour"),
        (json!({}), "event"),
    ] {
        assert_refused(&server, &path, &body, 422, why).await;
    }
    let nowhere = "/api/messages/none/events";
    assert_refused(&server, nowhere, &json!({ "event": "blocked" }), 404, "no message").await;
    assert!(server.events().await.is_empty());
}

#[tokio::test]
async fn nothing_happens_to_a_message_without_a_configuration_set() {
    let server = Server::start().await;
    let id = server.recorded(RAW_EMAIL).await.message_id();
    let path = format!("/api/messages/{id}/events");
    assert_refused(&server, &path, &json!({ "event": "bounce" }), 422, "configuration set").await;
    let page = server.call("GET", &format!("/messages/{id}")).await.body;
    assert!(page.contains("without a configuration set") && !page.contains("name=\"event\""), "{page}");
}

#[tokio::test]
async fn malformed_replies_are_refused_by_field() {
    let server = Server::start().await;
    let patient = "+15555550100";
    for (body, why) in [
        (json!({ "from": "5555550100", "to": patient, "body": "STOP" }), "from: a number"),
        (json!({ "from": "+05555550100", "to": patient, "body": "STOP" }), "from: a number"),
        (json!({ "from": patient, "to": "clinic", "body": "STOP" }), "to: a number"),
        (json!({ "from": patient, "to": patient, "body": " " }), "body: 1 to 1600"),
        (json!({ "from": patient, "to": patient, "body": "x".repeat(1601) }), "body: 1 to 1600"),
        (json!({ "from": patient, "to": patient, "body": "STOP", "times": 11 }), "times: 1 to 10."),
        (json!({ "from": patient, "to": patient, "body": "STOP", "colour": "red" }), "colour"),
        (json!({ "from": patient, "body": "STOP" }), "to: +15555550100 was sent no text"),
    ] {
        assert_refused(&server, "/api/texts/replies", &body, 422, why).await;
    }
    assert!(server.events().await.is_empty());
}

#[tokio::test]
async fn malformed_behaviours_are_refused_by_field() {
    let server = Server::start().await;
    for (body, why) in [
        (json!({ "to": "everybody", "event": "delivery" }), "to: an email address"),
        (json!({ "to": "ann@example.org", "event": "blocked" }), "soft_bounce"),
        (json!({ "to": "+15555550100", "event": "bounce" }), "unreachable"),
        (json!({ "to": "*", "event": "explode" }), "delivered"),
        (json!({ "to": "*", "event": "delivery", "after_ms": -1 }), "after_ms"),
        (json!({ "to": "*", "event": "delivery", "colour": "red" }), "colour"),
    ] {
        assert_refused(&server, "/api/behaviours", &body, 422, why).await;
    }
    assert_eq!(server.call("GET", "/api/behaviours").await.json(), json!([]));
}
