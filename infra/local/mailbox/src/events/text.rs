//! End User Messaging's event records and inbound texts:
//! <https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html>,
//! <https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html>.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{ACCOUNT, TextEvent};
use crate::message::{Kind, Message};
use crate::state::message_id;

pub(super) fn record(event: TextEvent, message: &Message, recipients: &[&str], at: DateTime<Utc>) -> Value {
    let content = &message.content;
    let (event_type, status, description) = match event {
        TextEvent::Delivered => ("TEXT_DELIVERED", "DELIVERED", "Message has been accepted by phone"),
        TextEvent::Unreachable => {
            ("TEXT_UNREACHABLE", "UNREACHABLE", "Phone is currently unreachable/unavailable")
        }
        TextEvent::Invalid => ("TEXT_INVALID", "INVALID", "Invalid phone number"),
        TextEvent::Blocked => ("TEXT_BLOCKED", "BLOCKED", "Phone has blocked SMS"),
    };
    let (encoding, parts) = parts(content.text.as_deref().unwrap_or_default());
    let setting = |name: &str| content.headers.iter().find(|header| header.name == name);
    json!({
        "eventType": event_type,
        "eventVersion": "1.0",
        "eventTimestamp": at.timestamp_millis(),
        "isFinal": true,
        "originationPhoneNumber": content.from,
        "destinationPhoneNumber": recipients.first(),
        "isoCountryCode": "US",
        "isInternationalSend": false,
        "messageId": message.id,
        "messageRequestTimestamp": message.sent_at.timestamp_millis(),
        "messageEncoding": encoding,
        "messageType": setting("MessageType").map_or("TRANSACTIONAL", |header| &header.value),
        "messageStatus": status,
        "messageStatusDescription": description,
        "context": content.tags,
        "totalMessageParts": parts,
        "totalMessagePrice": 0.00581,
        "totalCarrierFee": 0.003,
    })
}

/// How a text is encoded, and in how many parts it goes. The GSM alphabet has some letters beyond ASCII, which count as
/// Unicode here.
fn parts(text: &str) -> (&'static str, usize) {
    let (encoding, one_part, each) = if text.is_ascii() { ("GSM", 160, 153) } else { ("Unicode", 70, 67) };
    let units = text.encode_utf16().count();
    (encoding, if units <= one_part { 1 } else { units.div_ceil(each) })
}

/// A text that somebody wrote to one of our numbers.
pub(crate) struct Inbound<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) body: &'a str,
    /// The `MessageId` of the text that it answers.
    pub(crate) previous: Option<&'a str>,
}

impl Inbound<'_> {
    /// What the topic of inbound texts gets.
    pub(crate) fn record(&self, at: DateTime<Utc>) -> Value {
        let mut record = json!({
            "originationNumber": self.from,
            "destinationNumber": self.to,
            "messageKeyword": keyword(self.body),
            "messageBody": self.body,
            "inboundMessageId": message_id(Kind::Sms, at),
        });
        if let (Some(previous), Some(record)) = (self.previous, record.as_object_mut()) {
            record.insert("previousPublishedMessageId".to_owned(), json!(previous));
        }
        record
    }
}

/// The keyword of ours that the text begins with. A number has STOP and HELP from the start; everything else is its
/// default keyword's.
fn keyword(body: &str) -> String {
    let first = body.split_whitespace().next().unwrap_or_default().to_uppercase();
    if matches!(first.as_str(), "STOP" | "HELP") { first } else { format!("KEYWORD_{ACCOUNT}") }
}

#[cfg(test)]
mod tests {
    use super::{keyword, parts};

    #[test]
    fn long_texts_go_in_parts() {
        assert_eq!(parts(&"a".repeat(160)), ("GSM", 1));
        assert_eq!(parts(&"a".repeat(161)), ("GSM", 2));
        assert_eq!(parts(&"ó".repeat(70)), ("Unicode", 1));
        assert_eq!(parts(&"ó".repeat(71)), ("Unicode", 2));
    }

    #[test]
    fn a_keyword_begins_the_text() {
        assert_eq!((keyword(" stop it").as_str(), keyword("Help").as_str()), ("STOP", "HELP"));
        assert_eq!(keyword("please stop"), "KEYWORD_000000000000");
    }
}
