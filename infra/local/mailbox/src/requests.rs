//! What scripts and forms ask to happen, checked.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::Mailbox;
use crate::behaviours::{Behaviour, EVERYBODY};
use crate::clock;
use crate::events::Event;
use crate::events::sns::Topic;
use crate::events::text::Inbound;
use crate::message::Kind;
use crate::publisher::{Notice, Published, REPLY};

const COPIES: std::ops::RangeInclusive<u8> = 1..=10;
const REPLY_CHARS_MAX: usize = 1600;

/// Why nothing happens.
#[derive(Debug)]
pub(crate) enum Refused {
    NoSuchMessage,
    /// The field, and what would be accepted.
    Unacceptable(String),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchMessage => {
                (StatusCode::NOT_FOUND, "There is no message with this id.").into_response()
            }
            Self::Unacceptable(why) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
        }
    }
}

fn once() -> u8 {
    1
}

/// That something happens to a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Happen {
    event: String,
    /// How often it arrives: SNS delivers at least once.
    #[serde(default = "once")]
    times: u8,
}

/// That somebody answers a text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reply {
    pub(crate) from: String,
    /// The number they write to; without it, the one that the last text to them came from.
    pub(crate) to: Option<String>,
    pub(crate) body: String,
    #[serde(default = "once")]
    pub(crate) times: u8,
}

/// That something happens to everything that is sent to somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Behave {
    to: String,
    event: String,
    #[serde(default)]
    after_ms: u32,
}

impl Happen {
    /// Publishes the event about all recipients of the message.
    pub(crate) fn publish(&self, mailbox: &Mailbox, id: &str) -> Result<Published, Refused> {
        let message = mailbox.message(id).ok_or(Refused::NoSuchMessage)?;
        let event = named(&self.event, Event::of(message.content.kind))?;
        let copies = copies(self.times)?;
        if message.content.configuration_set.is_none() {
            return Err(Refused::Unacceptable(
                "The message was sent without a configuration set, so nothing is published about it."
                    .to_owned(),
            ));
        }
        let recipients: Vec<&str> = message.content.recipients().collect();
        Ok(mailbox.publisher().publish_event(event, &message, &recipients, copies))
    }
}

impl Reply {
    pub(crate) fn publish(&self, mailbox: &Mailbox) -> Result<Published, Refused> {
        for (field, number) in [("from", Some(&self.from)), ("to", self.to.as_ref())] {
            if number.is_some_and(|number| !is_phone_number(number)) {
                return Err(Refused::Unacceptable(format!("{field}: a number such as +15555550100.")));
            }
        }
        if self.body.trim().is_empty() || self.body.chars().count() > REPLY_CHARS_MAX {
            return Err(Refused::Unacceptable(format!(
                "body: 1 to {REPLY_CHARS_MAX} characters, not all blank."
            )));
        }
        let copies = copies(self.times)?;
        let texts = mailbox.messages(|content| content.kind == Kind::Sms && content.goes_to(&self.from));
        let sender = |to: &Option<String>, from: &Option<String>| to.is_none() || to == from;
        let previous = texts.iter().find(|text| sender(&self.to, &text.content.from));
        let to = self.to.as_deref().or_else(|| previous?.content.from.as_deref()).ok_or_else(|| {
            let why =
                format!("to: {} was sent no text from a number, so say which one they write to.", self.from);
            Refused::Unacceptable(why)
        })?;
        let previous = previous.map(|text| text.id.as_str());
        let inbound = Inbound { from: &self.from, to, body: &self.body, previous };
        Ok(mailbox.publisher().publish(Notice {
            topic: Topic::InboundTexts,
            event: REPLY,
            message: previous.map(str::to_owned),
            record: inbound.record(clock::now()),
            copies,
        }))
    }
}

impl Behave {
    pub(crate) fn read(self) -> Result<Behaviour, Refused> {
        let event = match self.to.as_str() {
            EVERYBODY => named(&self.event, Event::ALL.into_iter())?,
            to if to.contains('@') => named(&self.event, Event::of(Kind::Email))?,
            to if is_phone_number(to) => named(&self.event, Event::of(Kind::Sms))?,
            _ => {
                let why = "to: an email address, a number such as +15555550100, or * for everybody.";
                return Err(Refused::Unacceptable(why.to_owned()));
            }
        };
        Ok(Behaviour { to: self.to, event, after_ms: self.after_ms })
    }
}

fn named(name: &str, accepted: impl Iterator<Item = Event>) -> Result<Event, Refused> {
    let accepted: Vec<Event> = accepted.collect();
    accepted.iter().copied().find(|event| event.name() == name).ok_or_else(|| {
        let names: Vec<&str> = accepted.iter().map(|event| event.name()).collect();
        Refused::Unacceptable(format!("event: {name:?} is none of {}.", names.join(", ")))
    })
}

fn copies(times: u8) -> Result<u8, Refused> {
    if COPIES.contains(&times) {
        return Ok(times);
    }
    Err(Refused::Unacceptable(format!("times: {} to {}.", COPIES.start(), COPIES.end())))
}

/// E.164: a plus and up to 15 digits, the first not 0.
fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}
