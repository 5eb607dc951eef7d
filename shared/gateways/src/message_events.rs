//! What the providers of mail and texts tell through SNS, known by its shape: what became of a message, or what somebody
//! texted to one of our numbers.
//!
//! Nothing here is signed: only SES and End User Messaging of our account may publish to the topics that are read.

mod mail;
mod texts;

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// Something that a provider tells. It can come twice, late and out of order.
#[derive(Clone, PartialEq, Eq)]
pub enum MessageEvent {
    /// What became of a message that we sent.
    Told {
        /// The provider's id of the message.
        message: String,
        /// What the message was sent with: of a mail's tags the first values, of a text its context.
        tags: BTreeMap<String, String>,
        /// The address or the number (E.164) that the message went to.
        to: String,
        /// What became of it.
        news: News,
    },
    /// What somebody texted to one of our numbers.
    Inbound {
        /// The provider's id of the text.
        id: String,
        /// Whose number it came from (E.164).
        from: String,
        /// Which of our numbers it came to.
        to: String,
        /// What it says.
        body: String,
    },
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The recipient's provider took it.
    Delivered,
    /// It did not arrive; a mail can have been delivered before.
    Undelivered {
        /// Why, in words of ours: the provider's own can hold an address.
        reason: String,
        /// Whether no message to this address or number will arrive.
        lasting: bool,
    },
    /// Its recipient marked it as unwanted.
    Complained,
}

/// A notification that is none of ours: not JSON, or of a kind that is not known. Says nothing of what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an event of a message nor a text to us")]
pub struct Unreadable;

/// Says which, and neither to whom nor what.
impl fmt::Debug for MessageEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told { message, news, .. } => {
                f.debug_struct("Told").field("message", message).field("news", news).finish_non_exhaustive()
            }
            Self::Inbound { id, .. } => f.debug_struct("Inbound").field("id", id).finish_non_exhaustive(),
        }
    }
}

impl News {
    /// It did not arrive, and another message may.
    fn for_now(reason: &str) -> Self {
        Self::Undelivered { reason: reason.to_owned(), lasting: false }
    }

    /// It did not arrive, and no other will.
    fn for_good(reason: &str) -> Self {
        Self::Undelivered { reason: reason.to_owned(), lasting: true }
    }
}

/// The three shapes, each of which has what the others have not.
#[derive(Deserialize)]
#[serde(untagged)]
enum Notification {
    Mail(mail::Event),
    Text(texts::Event),
    Inbound(texts::Inbound),
}

/// Reads the message of an SNS notification; none where it tells of a step on a message's way.
///
/// # Errors
/// It is neither of the three.
pub fn parse(message: &str) -> Result<Option<MessageEvent>, Unreadable> {
    match serde_json::from_str(message).map_err(|_| Unreadable)? {
        Notification::Mail(event) => event.read(),
        Notification::Text(event) => event.read(),
        Notification::Inbound(text) => Ok(Some(text.read())),
    }
}

#[cfg(test)]
mod tests;
