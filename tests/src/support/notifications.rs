//! What the providers tell of the messages that the mailbox caught, as SNS brings it.

use message_events::{NotApplied, Notifications, apply_all};
use serde_json::{Value, json};

use super::World;

/// An event of SES about a mail, such as `Delivery`.
pub fn of_mail(mail: &Value, kind: &str) -> Value {
    let tags = mail["tags"].as_object().unwrap().iter();
    let tags: Value = tags.map(|(name, value)| (name.clone(), json!([value]))).collect();
    json!({
        "eventType": kind,
        "mail": { "messageId": mail["id"], "destination": mail["to"], "tags": tags },
    })
}

/// A bounce of a mail: `Permanent` or `Transient`.
pub fn bounce(mail: &Value, kind: &str) -> Value {
    let mut event = of_mail(mail, "Bounce");
    event["bounce"] = json!({ "bounceType": kind, "bounceSubType": "General" });
    event
}

/// An event of End User Messaging about a text, such as `TEXT_DELIVERED`.
pub fn of_text(text: &Value, kind: &str) -> Value {
    json!({
        "eventType": kind,
        "isFinal": true,
        "messageId": text["id"],
        "destinationPhoneNumber": text["to"][0],
        "context": text["tags"],
    })
}

/// A text to one of our numbers.
pub fn inbound(id: &str, from: &str, to: &str, words: &str) -> Value {
    json!({ "inboundMessageId": id, "originationNumber": from, "destinationNumber": to, "messageBody": words })
}

impl World {
    /// SNS brings messages, all of them in one invocation.
    ///
    /// # Errors
    /// Some could not be applied.
    pub async fn notify(&self, messages: &[Value]) -> Result<(), NotApplied> {
        let record = |message: &Value| {
            let sns = json!({ "MessageId": "95df01b4-ee98", "Message": message.to_string() });
            json!({ "EventSource": "aws:sns", "Sns": sns })
        };
        let records: Vec<Value> = messages.iter().map(record).collect();
        self.bring(&json!({ "Records": records })).await
    }

    /// The function is invoked with an event as it comes from SNS.
    ///
    /// # Errors
    /// Some notifications could not be applied.
    ///
    /// # Panics
    /// It is no event of SNS.
    pub async fn bring(&self, event: &Value) -> Result<(), NotApplied> {
        let notifications: Notifications = serde_json::from_value(event.clone()).unwrap();
        apply_all(self.message_events, &notifications, "req-message-events", self.clock()).await
    }
}
