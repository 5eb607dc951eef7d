//! What the providers tell, in the shapes that their documentation shows.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// An event of a mail, with the particulars of its kind.
fn mail(kind: &str, particulars: &Value) -> Value {
    let mut event = json!({
        "eventType": kind,
        "mail": {
            "timestamp": "2026-06-03T14:00:01.000Z",
            "source": "Riverside Clinic <billing@riverside.example>",
            "sendingAccountId": "123456789012",
            "messageId": "0100-mail",
            "destination": ["ada@example.com"],
            "headersTruncated": false,
            "headers": [{ "name": "Subject", "value": "canary" }],
            "tags": {
                "ses:configuration-set": ["paywell-production"],
                "practice": ["prac_riverside"],
                "invoice": ["inv_1", "inv_2"],
            },
        },
    });
    event.as_object_mut().unwrap().extend(particulars.as_object().unwrap().clone());
    event
}

fn text(kind: &str, is_final: bool) -> Value {
    json!({
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": 1_780_495_201_000_u64,
        "isFinal": is_final,
        "originationPhoneNumber": "+18005550199",
        "destinationPhoneNumber": "+16175550123",
        "isoCountryCode": "US",
        "messageId": "862a-text",
        "messageRequestTimestamp": 1_780_495_200_000_u64,
        "messageEncoding": "GSM",
        "messageType": "TRANSACTIONAL",
        "messageStatus": "UNKNOWN",
        "messageStatusDescription": "canary +16175550123",
        "context": { "practice": "prac_riverside", "payment": "pay_1" },
        "totalMessageParts": 1,
    })
}

fn read(event: &Value) -> Option<MessageEvent> {
    parse(&event.to_string()).unwrap()
}

fn news(event: &Value) -> News {
    match read(event) {
        Some(MessageEvent::Told { news, .. }) => news,
        other => panic!("{other:?}"),
    }
}

/// Whether it did not arrive, and if so, whether none will.
fn lasting(event: &Value) -> Option<bool> {
    match news(event) {
        News::Undelivered { reason, lasting } => {
            assert!(!reason.contains("canary") && !reason.contains('@'), "words of ours: {reason}");
            Some(lasting)
        }
        _ => None,
    }
}

#[test]
fn an_event_says_which_message_it_was_with_what_and_to_whom() {
    let tags = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let delivered = mail("Delivery", &json!({ "delivery": { "recipients": ["ada@elsewhere.example"] } }));
    let told = MessageEvent::Told {
        message: "0100-mail".to_owned(),
        tags: tags(&[
            ("ses:configuration-set", "paywell-production"),
            ("practice", "prac_riverside"),
            ("invoice", "inv_1"),
        ]),
        to: "ada@example.com".to_owned(),
        news: News::Delivered,
    };
    assert!(read(&delivered) == Some(told));
    let told = MessageEvent::Told {
        message: "862a-text".to_owned(),
        tags: tags(&[("practice", "prac_riverside"), ("payment", "pay_1")]),
        to: "+16175550123".to_owned(),
        news: News::Delivered,
    };
    assert!(read(&text("TEXT_DELIVERED", true)) == Some(told));
}

#[test]
fn only_a_permanent_bounce_is_for_good() {
    let bounce = |kind: &str, sub_type: &str| {
        let recipients = json!([{ "emailAddress": "ada@example.com", "diagnosticCode": "canary" }]);
        let bounce =
            json!({ "bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": recipients });
        lasting(&mail("Bounce", &json!({ "bounce": bounce })))
    };
    for sub_type in ["General", "NoEmail", "Suppressed", "OnAccountSuppressionList"] {
        assert_eq!(bounce("Permanent", sub_type), Some(true), "{sub_type}");
    }
    for sub_type in ["General", "MailboxFull", "MessageTooLarge", "ContentRejected"] {
        assert_eq!(bounce("Transient", sub_type), Some(false), "{sub_type}");
    }
    assert_eq!(bounce("Undetermined", "Undetermined"), Some(false));
    assert_eq!(lasting(&mail("Reject", &json!({ "reject": { "reason": "Bad content" } }))), Some(false));
    assert_eq!(lasting(&mail("Rendering Failure", &json!({ "failure": {} }))), Some(false));
}

#[test]
fn a_mail_that_was_not_sent_for_an_earlier_complaint_is_no_complaint() {
    let complaint = |sub_type: Value| {
        let complaint = json!({ "complaintSubType": sub_type, "complaintFeedbackType": "abuse" });
        mail("Complaint", &json!({ "complaint": complaint }))
    };
    assert_eq!(news(&complaint(Value::Null)), News::Complained);
    assert_eq!(lasting(&complaint(json!("OnAccountSuppressionList"))), Some(true));
}

#[test]
fn only_a_number_that_takes_no_texts_is_for_good() {
    assert_eq!(news(&text("TEXT_SUCCESSFUL", true)), News::Delivered);
    assert_eq!(lasting(&text("TEXT_INVALID", true)), Some(true));
    for kind in [
        "TEXT_INVALID_MESSAGE",
        "TEXT_UNREACHABLE",
        "TEXT_CARRIER_UNREACHABLE",
        "TEXT_BLOCKED",
        "TEXT_CARRIER_BLOCKED",
        "TEXT_PROTECT_BLOCKED",
        "TEXT_SPAM",
        "TEXT_TTL_EXPIRED",
        "TEXT_UNKNOWN",
    ] {
        assert_eq!(lasting(&text(kind, true)), Some(false), "{kind}");
    }
}

#[test]
fn steps_on_the_way_are_no_news() {
    for kind in ["TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT"] {
        assert_eq!(read(&text(kind, false)), None, "{kind}");
    }
    assert_eq!(read(&text("TEXT_UNREACHABLE", false)), None, "it is tried again");
    for kind in ["Send", "DeliveryDelay", "Open", "Click"] {
        assert_eq!(read(&mail(kind, &json!({}))), None, "{kind}");
    }
}

#[test]
fn what_is_texted_to_us_is_read() {
    let inbound = json!({
        "originationNumber": "+16175550123",
        "destinationNumber": "+18005550199",
        "messageKeyword": "KEYWORD_18005550199",
        "messageBody": "Stop",
        "inboundMessageId": "cae1-inbound",
        "previousPublishedMessageId": "862a-text",
    });
    let read_as = MessageEvent::Inbound {
        id: "cae1-inbound".to_owned(),
        from: "+16175550123".to_owned(),
        to: "+18005550199".to_owned(),
        body: "Stop".to_owned(),
    };
    assert!(read(&inbound) == Some(read_as));
}

#[test]
fn what_is_of_no_known_kind_is_said_to_be() {
    let validation = "Successfully validated SNS topic for Amazon SES event publishing.";
    for message in [validation, "", "{}", "[]", "null", r#"{"eventType":"Bounce"}"#] {
        assert_eq!(parse(message), Err(Unreadable), "{message}");
    }
    for unknown in [mail("Levitation", &json!({})), text("TEXT_LEVITATING", true)] {
        assert_eq!(parse(&unknown.to_string()), Err(Unreadable), "{unknown}");
    }
    let mut nobody = mail("Delivery", &json!({}));
    nobody["mail"]["destination"] = json!([]);
    assert_eq!(parse(&nobody.to_string()), Err(Unreadable));
}

#[test]
fn no_log_says_to_whom_or_what() {
    let inbound = r#"{"originationNumber":"+16175550123","destinationNumber":"+1","messageBody":"private",
        "inboundMessageId":"cae1"}"#;
    let events = [mail("Delivery", &json!({})).to_string(), inbound.to_owned()];
    for shown in events.map(|event| format!("{:?}", parse(&event))) {
        for private in ["ada@", "+1617", "private"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_left(message in ".{0,200}") {
        drop(parse(&message));
    }
}
