//! The records of <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html>.

use serde_json::{Value, json};

use super::function::Function;
use super::{RAW_EMAIL, SIMPLE_EMAIL, Server, body_of, record};

/// Three recipients with and without a display name.
const RECIPIENTS: [&str; 3] = ["ann@example.org", "carer@example.org", "archive@north.example.org"];

/// A simple email, and the record of something that happened to it.
async fn email_with(event: &str) -> (Value, Value) {
    let server = Server::start().await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    let published = server.happen(&id, &json!({ "event": event })).await;
    assert_eq!((&published["topic"], &published["event"]), (&json!("mail-events"), &json!(event)));
    assert_eq!((&published["message"], &published["deliveries"]), (&json!(id), &json!([])));
    let message = server.call("GET", &format!("/api/messages/{id}")).await.json();
    (message, record(&published["payload"]))
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap();
    text.len() == "2017-08-05T00:41:02.669Z".len() && text.ends_with('Z')
}

/// The record without what is new each time, which is looked at here.
fn without_times(mut record: Value, member: &str) -> Value {
    let details = record[member].as_object_mut().unwrap();
    for name in ["timestamp", "arrivalDate", "expirationTime"] {
        assert!(details.remove(name).is_none_or(|time| is_time(&time)), "{name}");
    }
    if let Some(id) = details.remove("feedbackId") {
        assert!(id.as_str().unwrap().starts_with("0100"), "{id}");
    }
    record
}

/// What every record says about the message.
fn mail(message: &Value, outgoing: bool) -> Value {
    let sent_at: chrono::DateTime<chrono::Utc> = message["sent_at"].as_str().unwrap().parse().unwrap();
    let mut mail = json!({
        "timestamp": sent_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "source": "North Street Clinic <billing@north.example.org>",
        "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/billing@north.example.org",
        "sendingAccountId": "000000000000",
        "messageId": message["id"],
        "destination": RECIPIENTS,
        "headersTruncated": false,
        "headers": [
            {"name": "From", "value": "North Street Clinic <billing@north.example.org>"},
            {"name": "To", "value": "Ann Lee <ann@example.org>"},
            {"name": "Cc", "value": "carer@example.org"},
            {"name": "Subject", "value": "You owe $120.00 – pay online"},
            {"name": "MIME-Version", "value": "1.0"},
            {"name": "List-Unsubscribe", "value": "<https://north.example.org/u/1>"},
        ],
        "commonHeaders": {
            "from": ["North Street Clinic <billing@north.example.org>"],
            "to": ["Ann Lee <ann@example.org>"],
            "messageId": message["id"],
            "subject": "You owe $120.00 – pay online",
        },
        "tags": {
            "ses:configuration-set": ["paywell-outreach"],
            "ses:source-ip": ["127.0.0.1"],
            "ses:from-domain": ["north.example.org"],
            "ses:caller-identity": ["local"],
            "practice": ["prac_north"],
            "set": ["set_01"],
        },
    });
    if outgoing {
        mail["tags"]["ses:outgoing-ip"] = json!(["127.0.0.1"]);
    }
    mail
}

#[tokio::test]
async fn a_hard_bounce_names_who_refused_and_is_permanent() {
    let (message, record) = email_with("bounce").await;
    let bounced = RECIPIENTS.map(|address| {
        json!({
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 no such mailbox",
        })
    });
    let expected = json!({
        "eventType": "Bounce",
        "mail": mail(&message, false),
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": bounced,
            "reportingMTA": "dsn; mta.example.com",
        },
    });
    assert_eq!(without_times(record, "bounce"), expected);
}

#[tokio::test]
async fn a_soft_bounce_is_transient() {
    let (message, record) = email_with("soft_bounce").await;
    let bounced = RECIPIENTS.map(|address| {
        json!({
            "emailAddress": address,
            "action": "failed",
            "status": "4.2.2",
            "diagnosticCode": "smtp; 452 4.2.2 mailbox full",
        })
    });
    let expected = json!({
        "eventType": "Bounce",
        "mail": mail(&message, false),
        "bounce": {
            "bounceType": "Transient",
            "bounceSubType": "MailboxFull",
            "bouncedRecipients": bounced,
            "reportingMTA": "dsn; mta.example.com",
        },
    });
    assert_eq!(without_times(record, "bounce"), expected);
}

#[tokio::test]
async fn a_complaint_names_who_may_have_complained() {
    let (message, record) = email_with("complaint").await;
    let expected = json!({
        "eventType": "Complaint",
        "mail": mail(&message, false),
        "complaint": {
            "complainedRecipients": RECIPIENTS.map(|address| json!({ "emailAddress": address })),
            "complaintSubType": null,
            "userAgent": "feedback-loop/1",
            "complaintFeedbackType": "abuse",
        },
    });
    assert_eq!(without_times(record, "complaint"), expected);
}

#[tokio::test]
async fn a_delivery_says_how_long_it_took() {
    let (message, mut record) = email_with("delivery").await;
    let millis = record["delivery"].as_object_mut().unwrap().remove("processingTimeMillis").unwrap();
    assert!(millis.as_u64().is_some_and(|millis| millis < 10_000), "{millis}");
    let expected = json!({
        "eventType": "Delivery",
        "mail": mail(&message, true),
        "delivery": {
            "recipients": RECIPIENTS,
            "smtpResponse": "250 2.0.0 accepted",
            "reportingMTA": "mta.example.com",
        },
    });
    assert_eq!(without_times(record, "delivery"), expected);
}

#[tokio::test]
async fn a_delay_says_until_when_it_is_tried() {
    let (message, record) = email_with("delay").await;
    let sent_at: chrono::DateTime<chrono::Utc> = message["sent_at"].as_str().unwrap().parse().unwrap();
    let until: chrono::DateTime<chrono::Utc> =
        record["deliveryDelay"]["expirationTime"].as_str().unwrap().parse().unwrap();
    assert_eq!((until - sent_at).num_minutes(), 839, "milliseconds are cut off");
    let delayed = RECIPIENTS.map(|address| {
        json!({ "emailAddress": address, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 no connection" })
    });
    let expected = json!({
        "eventType": "DeliveryDelay",
        "mail": mail(&message, false),
        "deliveryDelay": {
            "delayType": "TransientCommunicationFailure",
            "delayedRecipients": delayed,
        },
    });
    assert_eq!(without_times(record, "deliveryDelay"), expected);
}

#[tokio::test]
async fn a_raw_emails_headers_are_its_own() {
    let server = Server::start().await;
    let mut body = body_of(RAW_EMAIL);
    body["ConfigurationSetName"] = json!("paywell");
    let id = server.with_body(RAW_EMAIL, &body).await.message_id();
    let message = server.call("GET", &format!("/api/messages/{id}")).await.json();
    let published = server.happen(&id, &json!({ "event": "delivery" })).await;
    assert_eq!(record(&published["payload"])["mail"]["headers"], message["headers"]);
}

#[tokio::test]
async fn the_function_is_invoked_as_by_sns() {
    let mut function = Function::start(&[]).await;
    let server = Server::start_with_events(&function.url).await;
    let id = server.recorded(SIMPLE_EMAIL).await.message_id();
    let published = server.happen(&id, &json!({ "event": "bounce" })).await;
    let mut invocation = function.invocation().await;
    assert_eq!(invocation, published["payload"]);
    let sns = invocation["Records"][0]["Sns"].as_object_mut().unwrap();
    assert!(is_time(&sns.remove("Timestamp").unwrap()));
    assert_eq!(sns.remove("MessageId").unwrap(), published["id"]);
    assert!(sns.remove("Message").unwrap().as_str().unwrap().contains("\"eventType\":\"Bounce\""));
    let topic = "arn:aws:sns:us-east-1:000000000000:mail-events";
    let subscription = format!("{topic}:00000000-0000-4000-8000-000000000000");
    let unsubscribe = "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=";
    let expected = json!({
        "Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "Sns": {
                "Type": "Notification",
                "TopicArn": topic,
                "Subject": null,
                "SignatureVersion": "1",
                "Signature": "bm90IHNpZ25lZA==",
                "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-local.pem",
                "UnsubscribeUrl": format!("{unsubscribe}{subscription}"),
                "MessageAttributes": {},
            },
        }],
    });
    assert_eq!(invocation, expected);
}
