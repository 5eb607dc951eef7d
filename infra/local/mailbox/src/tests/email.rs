use serde_json::{Value, json};

use super::{RAW_EMAIL, SIMPLE_EMAIL, Server, body_of};

#[tokio::test]
async fn a_simple_email_is_kept_whole() {
    let server = Server::start().await;
    let reply = server.recorded(SIMPLE_EMAIL).await;
    assert!(reply.head.contains("content-type: application/json"), "{reply:?}");
    let id = reply.message_id();
    let message = server.call("GET", &format!("/api/messages/{id}")).await.json();
    let sent_at = message["sent_at"].as_str().unwrap().to_owned();
    assert!(sent_at.ends_with('Z') && sent_at.contains('T'), "{sent_at}");
    let expected = json!({
        "id": id,
        "sent_at": sent_at,
        "kind": "email",
        "from": "North Street Clinic <billing@north.example.org>",
        "to": ["Ann Lee <ann@example.org>"],
        "cc": ["carer@example.org"],
        "bcc": ["archive@north.example.org"],
        "reply_to": ["desk@north.example.org"],
        "subject": "You owe $120.00 – pay online",
        "text": "Pay: https://pay.example.org/p/abc?a=1&b=2\n",
        "html": "<p>Pay <a href=\"https://pay.example.org/p/abc\">now</a></p>",
        "headers": [{"name": "List-Unsubscribe", "value": "<https://north.example.org/u/1>"}],
        "attachments": [{"file_name": "INV-001.pdf", "content_type": "application/pdf", "size_bytes": 5}],
        "tags": {"practice": "prac_north", "set": "set_01"},
        "configuration_set": "paywell-outreach",
    });
    assert_eq!(message, expected);
}

#[tokio::test]
async fn a_raw_email_is_read_from_its_mime_parts() {
    let server = Server::start().await;
    let id = server.recorded(RAW_EMAIL).await.message_id();
    let message = server.call("GET", &format!("/api/messages/{id}")).await.json();
    assert_eq!(message["from"], "Müller, Practice <billing@south.example.org>");
    assert_eq!(message["to"], json!(["Roe, Jane <jane@example.org>"]));
    assert_eq!(message["subject"], "Receipt of your payment");
    assert_eq!(message["text"], "Thank you.");
    assert_eq!(message["html"], "<p>Thank you.</p>");
    assert_eq!(
        message["attachments"],
        json!([{"file_name": "r.pdf", "content_type": "application/pdf", "size_bytes": 5}])
    );
    assert_eq!(message["headers"][2], json!({"name": "Subject", "value": "Receipt of your payment"}));
    assert_eq!(message["configuration_set"], Value::Null);
}

#[tokio::test]
async fn the_requests_own_addresses_are_the_envelope_of_a_raw_email() {
    let server = Server::start().await;
    let mut body = body_of(RAW_EMAIL);
    body["FromEmailAddress"] = json!("desk@south.example.org");
    body["Destination"] = json!({"BccAddresses": ["archive@south.example.org"]});
    body["ReplyToAddresses"] = json!(["reply@south.example.org"]);
    server.with_body(RAW_EMAIL, &body).await.message_id();
    let message = &server.messages("").await[0];
    assert_eq!(message["from"], "desk@south.example.org");
    assert_eq!(message["to"], json!([]));
    assert_eq!(message["bcc"], json!(["archive@south.example.org"]));
    assert_eq!(message["reply_to"], json!(["reply@south.example.org"]));
}

#[tokio::test]
async fn either_part_is_enough() {
    let server = Server::start().await;
    for part in ["Text", "Html"] {
        let mut body = body_of(SIMPLE_EMAIL);
        body["Content"]["Simple"]["Body"].as_object_mut().unwrap().remove(part);
        server.with_body(SIMPLE_EMAIL, &body).await.message_id();
    }
    let messages = server.messages("").await;
    assert_eq!((&messages[0]["html"], &messages[1]["text"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn fifty_recipients_are_taken() {
    let server = Server::start().await;
    let mut body = body_of(SIMPLE_EMAIL);
    body["Destination"] =
        json!({"ToAddresses": (0..50).map(|n| format!("p{n}@example.org")).collect::<Vec<_>>()});
    server.with_body(SIMPLE_EMAIL, &body).await.message_id();
}
