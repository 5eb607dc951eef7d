//! Texts: the events of AWS End User Messaging
//! (<https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html>), and what people text to us
//! (<https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html>).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{MessageEvent, News, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    event_type: String,
    message_id: String,
    destination_phone_number: String,
    /// Whether nothing more will be told of how it arrives.
    is_final: Option<bool>,
    #[serde(default)]
    context: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inbound {
    inbound_message_id: String,
    origination_number: String,
    destination_number: String,
    message_body: String,
}

impl Event {
    pub(super) fn read(self) -> Result<Option<MessageEvent>, Unreadable> {
        let news = match self.event_type.as_str() {
            // Which of the two a country's carriers tell differs.
            "TEXT_DELIVERED" | "TEXT_SUCCESSFUL" => News::Delivered,
            "TEXT_INVALID" => News::for_good("the number takes no texts"),
            "TEXT_INVALID_MESSAGE" => News::for_now("the provider of text messages refused the message"),
            "TEXT_UNREACHABLE" => News::for_now("the telephone could not be reached"),
            "TEXT_CARRIER_UNREACHABLE" => News::for_now("the carrier could not be reached"),
            "TEXT_BLOCKED" | "TEXT_CARRIER_BLOCKED" | "TEXT_PROTECT_BLOCKED" => {
                News::for_now("the text was blocked")
            }
            "TEXT_SPAM" => News::for_now("the carrier took the text for spam"),
            "TEXT_TTL_EXPIRED" => News::for_now("the text could not be delivered in time"),
            "TEXT_UNKNOWN" => News::for_now("the text did not arrive; why is not known"),
            "TEXT_QUEUED" | "TEXT_PENDING" | "TEXT_SENT" => return Ok(None),
            _ => return Err(Unreadable),
        };
        if self.is_final == Some(false) {
            return Ok(None);
        }
        let Self { message_id: message, destination_phone_number: to, context: tags, .. } = self;
        Ok(Some(MessageEvent::Told { message, tags, to, news }))
    }
}

impl Inbound {
    pub(super) fn read(self) -> MessageEvent {
        MessageEvent::Inbound {
            id: self.inbound_message_id,
            from: self.origination_number,
            to: self.destination_number,
            body: self.message_body,
        }
    }
}
