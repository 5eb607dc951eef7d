//! SES's event records: <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html>.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{ACCOUNT, MailEvent, time};
use crate::message::{Content, Header, Kind, Message, bare_address};
use crate::state::message_id;

/// The server that speaks for the recipients' domains.
const RECEIVING_SERVER: &str = "mta.example.com";

/// How long SES goes on trying: 840 minutes.
const TRIES_FOR: TimeDelta = TimeDelta::minutes(840);

pub(super) fn record(event: MailEvent, message: &Message, recipients: &[&str], at: DateTime<Utc>) -> Value {
    let recipients: Vec<&str> = recipients.iter().map(|recipient| bare_address(recipient)).collect();
    let (event_type, member, details) = match event {
        MailEvent::Bounce => {
            let bounced = refused(&recipients, "5.1.1", "smtp; 550 5.1.1 no such mailbox");
            ("Bounce", "bounce", bounce("Permanent", "General", &bounced, at))
        }
        MailEvent::SoftBounce => {
            let bounced = refused(&recipients, "4.2.2", "smtp; 452 4.2.2 mailbox full");
            ("Bounce", "bounce", bounce("Transient", "MailboxFull", &bounced, at))
        }
        MailEvent::Complaint => ("Complaint", "complaint", complaint(&recipients, at)),
        MailEvent::Delivery => ("Delivery", "delivery", delivery(&recipients, message.sent_at, at)),
        MailEvent::Delay => ("DeliveryDelay", "deliveryDelay", delay(&recipients, message.sent_at, at)),
    };
    json!({ "eventType": event_type, "mail": mail(event, message), (member): details })
}

fn bounce(bounce_type: &str, sub_type: &str, bounced: &[Value], at: DateTime<Utc>) -> Value {
    json!({
        "bounceType": bounce_type,
        "bounceSubType": sub_type,
        "bouncedRecipients": bounced,
        "timestamp": time(at),
        "feedbackId": message_id(Kind::Email, at),
        "reportingMTA": format!("dsn; {RECEIVING_SERVER}"),
    })
}

fn refused(recipients: &[&str], status: &str, diagnostic: &str) -> Vec<Value> {
    let bounced = recipients.iter().map(|address| {
        json!({ "emailAddress": address, "action": "failed", "status": status, "diagnosticCode": diagnostic })
    });
    bounced.collect()
}

fn complaint(recipients: &[&str], at: DateTime<Utc>) -> Value {
    let complained: Vec<Value> =
        recipients.iter().map(|address| json!({ "emailAddress": address })).collect();
    json!({
        "complainedRecipients": complained,
        "timestamp": time(at),
        "feedbackId": message_id(Kind::Email, at),
        "complaintSubType": null,
        "userAgent": "feedback-loop/1",
        "complaintFeedbackType": "abuse",
        "arrivalDate": time(at),
    })
}

fn delivery(recipients: &[&str], sent_at: DateTime<Utc>, at: DateTime<Utc>) -> Value {
    json!({
        "timestamp": time(at),
        "processingTimeMillis": (at - sent_at).num_milliseconds().max(0),
        "recipients": recipients,
        "smtpResponse": "250 2.0.0 accepted",
        "reportingMTA": RECEIVING_SERVER,
    })
}

fn delay(recipients: &[&str], sent_at: DateTime<Utc>, at: DateTime<Utc>) -> Value {
    let delayed = recipients.iter().map(|address| {
        json!({ "emailAddress": address, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 no connection" })
    });
    json!({
        "timestamp": time(at),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": time(sent_at + TRIES_FOR),
        "delayedRecipients": delayed.collect::<Vec<_>>(),
    })
}

fn mail(event: MailEvent, message: &Message) -> Value {
    let content = &message.content;
    let source = content.from.as_deref().unwrap_or_default();
    let mut common = json!({ "from": [source], "to": content.to, "messageId": message.id });
    if let (Some(subject), Some(common)) = (&content.subject, common.as_object_mut()) {
        common.insert("subject".to_owned(), json!(subject));
    }
    json!({
        "timestamp": time(message.sent_at),
        "source": source,
        "sourceArn": format!("arn:aws:ses:us-east-1:{ACCOUNT}:identity/{}", bare_address(source)),
        "sendingAccountId": ACCOUNT,
        "messageId": message.id,
        "destination": content.recipients().map(bare_address).collect::<Vec<_>>(),
        "headersTruncated": false,
        "headers": headers(content),
        "commonHeaders": common,
        "tags": tags(event, content),
    })
}

/// A simple email's are made by SES; a raw one came with its own. A blind copy is never among them.
fn headers(content: &Content) -> Vec<Header> {
    let made = [
        ("From", content.from.clone()),
        ("To", Some(content.to.join(", "))),
        ("Cc", Some(content.cc.join(", "))),
        ("Subject", content.subject.clone()),
        ("MIME-Version", Some("1.0".to_owned())),
    ];
    let given = |name: &str| content.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    let made = made.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty() && !given(name))?;
        Some(Header { name: name.to_owned(), value })
    });
    made.chain(content.headers.iter().cloned()).collect()
}

/// The message's own beside those that SES adds.
fn tags(event: MailEvent, content: &Content) -> BTreeMap<&str, [&str; 1]> {
    let source = bare_address(content.from.as_deref().unwrap_or_default());
    let mut tags = BTreeMap::from([
        ("ses:source-ip", ["127.0.0.1"]),
        ("ses:from-domain", [source.rsplit_once('@').map_or(source, |(_, domain)| domain)]),
        ("ses:caller-identity", ["local"]),
    ]);
    if let Some(set) = &content.configuration_set {
        tags.insert("ses:configuration-set", [set]);
    }
    if event == MailEvent::Delivery {
        tags.insert("ses:outgoing-ip", ["127.0.0.1"]);
    }
    tags.extend(content.tags.iter().map(|(name, value)| (name.as_str(), [value.as_str()])));
    tags
}
