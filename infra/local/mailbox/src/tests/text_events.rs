//! The records of <https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html> and of
//! <https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html>.

use serde_json::{Value, json};

use super::{Server, TEXT, body_of, record};

const PATIENT: &str = "+15555550100";

#[tokio::test]
async fn each_end_of_a_text_has_its_type_and_status() {
    let server = Server::start().await;
    let id = server.recorded(TEXT).await.message_id();
    let message = server.call("GET", &format!("/api/messages/{id}")).await.json();
    let sent_at: chrono::DateTime<chrono::Utc> = message["sent_at"].as_str().unwrap().parse().unwrap();
    let cases = [
        ("delivered", "TEXT_DELIVERED", "DELIVERED", "Message has been accepted by phone"),
        ("unreachable", "TEXT_UNREACHABLE", "UNREACHABLE", "Phone is currently unreachable/unavailable"),
        ("invalid", "TEXT_INVALID", "INVALID", "Invalid phone number"),
        ("blocked", "TEXT_BLOCKED", "BLOCKED", "Phone has blocked SMS"),
    ];
    for (event, event_type, status, description) in cases {
        let published = server.happen(&id, &json!({ "event": event })).await;
        assert_eq!(published["topic"], "text-events");
        let mut record = record(&published["payload"]);
        let at = record.as_object_mut().unwrap().remove("eventTimestamp").unwrap();
        assert!(at.as_i64().unwrap() >= sent_at.timestamp_millis(), "{at}");
        let expected = json!({
            "eventType": event_type,
            "eventVersion": "1.0",
            "isFinal": true,
            "originationPhoneNumber": "+18005550199",
            "destinationPhoneNumber": PATIENT,
            "isoCountryCode": "US",
            "isInternationalSend": false,
            "messageId": id,
            "messageRequestTimestamp": sent_at.timestamp_millis(),
            "messageEncoding": "GSM",
            "messageType": "TRANSACTIONAL",
            "messageStatus": status,
            "messageStatusDescription": description,
            "context": {"set": "set_01"},
            "totalMessageParts": 1,
            "totalMessagePrice": 0.00581,
            "totalCarrierFee": 0.003,
        });
        assert_eq!(record, expected, "{event}");
    }
}

/// The published reply.
async fn reply(server: &Server, body: &Value) -> Value {
    let reply = server.post("/api/texts/replies", &body.to_string()).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn a_reply_goes_to_the_number_that_texted_last() {
    let server = Server::start().await;
    server.recorded(TEXT).await.message_id();
    let mut other = body_of(TEXT);
    other["OriginationIdentity"] = json!("+18005550177");
    let last = server.with_body(TEXT, &other).await.message_id();
    let published = reply(&server, &json!({ "from": PATIENT, "body": "Stop please" })).await;
    assert_eq!((&published["topic"], &published["event"]), (&json!("inbound-texts"), &json!("reply")));
    assert_eq!(published["message"], last.as_str());
    let mut record = record(&published["payload"]);
    let id = record.as_object_mut().unwrap().remove("inboundMessageId").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 36, "{id}");
    let expected = json!({
        "originationNumber": PATIENT,
        "destinationNumber": "+18005550177",
        "messageKeyword": "STOP",
        "messageBody": "Stop please",
        "previousPublishedMessageId": last,
    });
    assert_eq!(record, expected);
}

#[tokio::test]
async fn a_reply_to_a_certain_number_answers_the_text_from_it() {
    let server = Server::start().await;
    let first = server.recorded(TEXT).await.message_id();
    let mut other = body_of(TEXT);
    other["OriginationIdentity"] = json!("+18005550177");
    server.with_body(TEXT, &other).await.message_id();
    let to_first = json!({ "from": PATIENT, "to": "+18005550199", "body": "Who is this?" });
    let published = reply(&server, &to_first).await;
    assert_eq!(record(&published["payload"])["destinationNumber"], "+18005550199");
    assert_eq!(record(&published["payload"])["previousPublishedMessageId"], first.as_str());
}

#[tokio::test]
async fn somebody_who_was_sent_nothing_can_write_too() {
    let server = Server::start().await;
    let published = reply(&server, &json!({ "from": PATIENT, "to": "+18005550199", "body": "Hello" })).await;
    assert_eq!(published["message"], Value::Null);
    let record = record(&published["payload"]);
    assert_eq!(record.get("previousPublishedMessageId"), None);
    assert_eq!(record["messageKeyword"], "KEYWORD_000000000000");
}
