//! What happens to a message after it was accepted, in the words of the two services.

pub(crate) mod mail;
pub(crate) mod sns;
pub(crate) mod text;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use crate::message::{Kind, Message};

/// An email's: <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailEvent {
    /// A hard bounce: the address does not exist.
    Bounce,
    /// The mailbox was full for as long as SES tried.
    SoftBounce,
    /// The recipient called it spam.
    Complaint,
    /// The recipient's server took it.
    Delivery,
    /// The recipient's server cannot be reached for now; SES goes on trying.
    Delay,
}

/// A text's: <https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextEvent {
    /// The phone took it.
    Delivered,
    /// The phone is off, or out of reach.
    Unreachable,
    /// There is no such number, or it takes no texts.
    Invalid,
    /// The phone or its carrier takes nothing from this sender.
    Blocked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Mail(MailEvent),
    Text(TextEvent),
}

impl Event {
    pub(crate) const ALL: [Self; 9] = [
        Self::Mail(MailEvent::Delivery),
        Self::Mail(MailEvent::Delay),
        Self::Mail(MailEvent::SoftBounce),
        Self::Mail(MailEvent::Bounce),
        Self::Mail(MailEvent::Complaint),
        Self::Text(TextEvent::Delivered),
        Self::Text(TextEvent::Unreachable),
        Self::Text(TextEvent::Invalid),
        Self::Text(TextEvent::Blocked),
    ];

    /// Those that can happen to a message of this kind.
    pub(crate) fn of(kind: Kind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |event| event.kind() == kind)
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Mail(_) => Kind::Email,
            Self::Text(_) => Kind::Sms,
        }
    }

    /// As scripts and forms call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Mail(MailEvent::Bounce) => "bounce",
            Self::Mail(MailEvent::SoftBounce) => "soft_bounce",
            Self::Mail(MailEvent::Complaint) => "complaint",
            Self::Mail(MailEvent::Delivery) => "delivery",
            Self::Mail(MailEvent::Delay) => "delay",
            Self::Text(TextEvent::Delivered) => "delivered",
            Self::Text(TextEvent::Unreachable) => "unreachable",
            Self::Text(TextEvent::Invalid) => "invalid",
            Self::Text(TextEvent::Blocked) => "blocked",
        }
    }

    pub(crate) const fn topic(self) -> sns::Topic {
        match self {
            Self::Mail(_) => sns::Topic::MailEvents,
            Self::Text(_) => sns::Topic::TextEvents,
        }
    }

    /// What the service publishes when this happens to these recipients of the message.
    pub(crate) fn record(
        self,
        message: &Message,
        recipients: &[&str],
        at: DateTime<Utc>,
    ) -> serde_json::Value {
        match self {
            Self::Mail(event) => mail::record(event, message, recipients, at),
            Self::Text(event) => text::record(event, message, recipients, at),
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The account that everything local belongs to.
const ACCOUNT: &str = "000000000000";

/// As the services write a time: UTC, with milliseconds.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
