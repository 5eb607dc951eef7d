//! Commands that are sent twice are done once, and answered alike.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use paywell_domain::PracticeId;
use thiserror::Error;

use crate::{Commit, Key, StoreError, row::Item};

/// How long an answer is kept.
const KEPT_DAYS: i64 = 35;

/// A command as its sender names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Whose key it is: a key is an actor's own.
    pub scope: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// The SHA-256 of what is asked.
    pub fingerprint: String,
}

/// The answer of a command, kept byte for byte. Holds ids, never a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
    /// Where what was made can be read, relative to the API.
    pub location: Option<String>,
    /// The version after the command: its ETag.
    pub version: Option<u64>,
}

/// What is known of a command that was sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was done, and answered so.
    Answered(Answer),
    /// Its first commit was made; the processor is being asked, or whoever asked was cut off.
    Begun {
        /// What it began, as whoever began it named it.
        subject: String,
        /// When (UTC).
        at: DateTime<Utc>,
    },
}

/// Why there is no saved answer to give.
#[derive(Debug, Error)]
pub enum Reused {
    /// The key was used for another command.
    #[error("the idempotency key was used for another command")]
    OtherCommand,
    /// The record cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Command {
    /// Where the answer is kept.
    pub fn key(&self, practice: &PracticeId) -> Key {
        Key::idempotency(practice, &self.scope, &self.key)
    }
}

impl Commit {
    /// Keeps the answer of the command, in the transaction of its effect. A second command of the same key makes the
    /// commit fail with a conflict.
    pub fn answer(&mut self, command: &Command, answer: &Answer) {
        let item = self.answered(command, answer);
        self.put_once(item);
    }

    /// Notes that a command was begun, in the transaction of its first effect: the processor is asked next, and the
    /// answer follows. A second command of the same key makes the commit fail with a conflict.
    pub fn begin(&mut self, command: &Command, subject: &str) {
        let mut item = self.record(command);
        item.insert("of".to_owned(), AttributeValue::S(subject.to_owned()));
        item.insert("at".to_owned(), AttributeValue::N(self.by().now.timestamp().to_string()));
        self.put_once(item);
    }

    /// Keeps the answer of a command that was begun. Where it was answered meanwhile the commit fails with a conflict.
    pub fn finish(&mut self, command: &Command, answer: &Answer) {
        let item = self.answered(command, answer);
        self.put_where(item, "attribute_exists(#of)", ("#of", "of"));
    }

    fn record(&self, command: &Command) -> Item {
        let expires = (self.by().now + Duration::days(KEPT_DAYS)).timestamp().to_string();
        let mut item = command.key(&self.by().practice).attributes();
        item.insert("f".to_owned(), AttributeValue::S(command.fingerprint.clone()));
        item.insert("x".to_owned(), AttributeValue::N(expires.clone()));
        item.insert("ttl".to_owned(), AttributeValue::N(expires));
        item
    }

    fn answered(&self, command: &Command, answer: &Answer) -> Item {
        let mut item = self.record(command);
        item.insert("s".to_owned(), AttributeValue::N(answer.status.to_string()));
        item.insert("b".to_owned(), AttributeValue::S(answer.body.clone()));
        if let Some(location) = &answer.location {
            item.insert("l".to_owned(), AttributeValue::S(location.clone()));
        }
        if let Some(version) = answer.version {
            item.insert("v".to_owned(), AttributeValue::N(version.to_string()));
        }
        item
    }
}

pub(crate) fn read(item: &Item, command: &Command, now: DateTime<Utc>) -> Result<Option<Done>, Reused> {
    let text = |name: &str| item.get(name).and_then(|v| v.as_s().ok()).ok_or_else(|| missing(name));
    let number = |name: &str| {
        item.get(name).and_then(|v| v.as_n().ok()?.parse::<i64>().ok()).ok_or_else(|| missing(name))
    };
    if number("x")? < now.timestamp() {
        return Ok(None);
    }
    if *text("f")? != command.fingerprint {
        return Err(Reused::OtherCommand);
    }
    if let Ok(subject) = text("of") {
        let at = DateTime::from_timestamp(number("at")?, 0).ok_or_else(|| missing("a time"))?;
        return Ok(Some(Done::Begun { subject: subject.clone(), at }));
    }
    let status = u16::try_from(number("s")?).map_err(StoreError::internal)?;
    let version = item.get("v").and_then(|v| v.as_n().ok()?.parse().ok());
    let answer = Answer { status, body: text("b")?.clone(), location: text("l").ok().cloned(), version };
    Ok(Some(Done::Answered(answer)))
}

fn missing(name: &str) -> StoreError {
    StoreError::internal(format!("an idempotency record without {name}"))
}
