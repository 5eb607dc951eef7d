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
        let expires = (self.by().now + Duration::days(KEPT_DAYS)).timestamp().to_string();
        let mut item = command.key(&self.by().practice).attributes();
        item.insert("f".to_owned(), AttributeValue::S(command.fingerprint.clone()));
        item.insert("s".to_owned(), AttributeValue::N(answer.status.to_string()));
        item.insert("b".to_owned(), AttributeValue::S(answer.body.clone()));
        if let Some(location) = &answer.location {
            item.insert("l".to_owned(), AttributeValue::S(location.clone()));
        }
        if let Some(version) = answer.version {
            item.insert("v".to_owned(), AttributeValue::N(version.to_string()));
        }
        item.insert("x".to_owned(), AttributeValue::N(expires.clone()));
        item.insert("ttl".to_owned(), AttributeValue::N(expires));
        self.put_once(item);
    }
}

pub(crate) fn read(item: &Item, command: &Command, now: DateTime<Utc>) -> Result<Option<Answer>, Reused> {
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
    let status = u16::try_from(number("s")?).map_err(StoreError::internal)?;
    let version = item.get("v").and_then(|v| v.as_n().ok()?.parse().ok());
    Ok(Some(Answer { status, body: text("b")?.clone(), location: text("l").ok().cloned(), version }))
}

fn missing(name: &str) -> StoreError {
    StoreError::internal(format!("an idempotency record without {name}"))
}
