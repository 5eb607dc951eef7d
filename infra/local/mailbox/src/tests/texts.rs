use serde_json::{Value, json};

use super::{Reply, Server, TEXT, body_of};

#[tokio::test]
async fn a_text_is_kept_whole() {
    let server = Server::start().await;
    let reply = server.recorded(TEXT).await;
    assert!(reply.head.contains("content-type: application/x-amz-json-1.0"), "{reply:?}");
    let id = reply.message_id();
    let messages = server.messages("?kind=sms").await;
    let expected = json!({
        "id": id,
        "sent_at": messages[0]["sent_at"],
        "kind": "sms",
        "from": "+18005550199",
        "to": ["+15555550100"],
        "cc": [],
        "bcc": [],
        "reply_to": [],
        "subject": null,
        "text": "You owe $120.00: https://pay.example.org/p/abc",
        "html": null,
        "headers": [{"name": "MessageType", "value": "TRANSACTIONAL"}, {"name": "TimeToLive", "value": "3600"}],
        "attachments": [],
        "tags": {"set": "set_01"},
        "configuration_set": "paywell-sms",
    });
    assert_eq!(messages, [expected]);
}

#[tokio::test]
async fn a_dry_run_is_answered_and_not_kept() {
    let server = Server::start().await;
    let mut body = body_of(TEXT);
    body["DryRun"] = json!(true);
    server.with_body(TEXT, &body).await.message_id();
    assert!(server.messages("").await.is_empty());
}

fn assert_refused(reply: &Reply, status: u16, code: &str, message: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    let body = reply.json();
    assert_eq!(body["__type"], code);
    let said = body["Message"].as_str().unwrap();
    assert!(said.contains(message), "{said:?} lacks {message:?}");
}

#[tokio::test]
async fn members_out_of_their_constraints() {
    let server = Server::start().await;
    let six: Value = (0..6).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    let cases = [
        ("DestinationPhoneNumber", json!("5550100x"), "'destinationPhoneNumber'"),
        ("DestinationPhoneNumber", json!("+05550100"), "'destinationPhoneNumber'"),
        ("DestinationPhoneNumber", json!("+"), "'destinationPhoneNumber'"),
        ("DestinationPhoneNumber", json!("1".repeat(20)), "'destinationPhoneNumber'"),
        ("MessageBody", json!(" "), "'messageBody'"),
        ("MessageBody", json!("x".repeat(1601)), "'messageBody'"),
        ("OriginationIdentity", json!("North Clinic"), "'originationIdentity'"),
        ("OriginationIdentity", json!(""), "'originationIdentity'"),
        ("MessageType", json!("MARKETING"), "'messageType'"),
        ("ConfigurationSetName", json!("a b"), "'configurationSetName'"),
        ("TimeToLive", json!(4), "'timeToLive'"),
        ("TimeToLive", json!(259_201), "'timeToLive'"),
        ("Context", six, "'context'"),
        ("Context", json!({"a b": "v"}), "'context'"),
        ("Context", json!({"a": " v"}), "'context'"),
    ];
    for (member, value, complaint) in cases {
        let mut body = body_of(TEXT);
        body[member] = value;
        let reply = server.with_body(TEXT, &body).await;
        assert_refused(&reply, 400, "ValidationException", complaint);
        assert_eq!(reply.json()["Reason"], "FIELD_VALIDATION_FAILED");
    }
    assert!(server.messages("").await.is_empty());
}

#[tokio::test]
async fn members_that_are_missing() {
    let server = Server::start().await;
    for (member, complaint) in
        [("DestinationPhoneNumber", "'destinationPhoneNumber'"), ("MessageBody", "'messageBody'")]
    {
        let mut body = body_of(TEXT);
        body.as_object_mut().unwrap().remove(member);
        let reply = server.with_body(TEXT, &body).await;
        assert_refused(&reply, 400, "ValidationException", complaint);
        assert_eq!(reply.json()["Reason"], "MISSING_PARAMETER");
    }
}

#[tokio::test]
async fn requests_of_another_shape() {
    let server = Server::start().await;
    let reply = server.recorded(&TEXT.replace("SendTextMessage", "SendVoiceMessage")).await;
    assert_refused(&reply, 400, "UnknownOperationException", "SendTextMessage");
    let reply = server.recorded(&TEXT.replace("x-amz-json-1.0", "json")).await;
    assert_refused(&reply, 400, "UnknownOperationException", "application/x-amz-json-1.0");
    let reply = server.with_body(TEXT, &json!({"DestinationPhoneNumber": 1})).await;
    assert_refused(&reply, 400, "SerializationException", "");
    let reply = server.recorded(&TEXT.replace("Authorization", "X-Authorization")).await;
    assert_refused(&reply, 403, "MissingAuthenticationTokenException", "");
}
