//! The heads of all histories, kept outside the table: a history that is rewritten as a whole has other hashes than those
//! that were kept.
//!
//! A document is lines of JSON: a header with the SHA-256 of the document before, then a line for each history that
//! changed since. The first of a month has all of them. They are numbered, written once, and never changed; the bucket's
//! lock keeps them even from whoever may write to the table.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use paywell_domain::{
    PracticeId,
    event::Head,
    proof::{Books, Difference, Name},
};
use paywell_gateways::objects::ObjectsError;
use paywell_store::Change;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{App, AppError};

/// How many heads a document holds: about 2 MB.
const PER_DOCUMENT: usize = 20_000;

/// The first line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    practice: PracticeId,
    /// 1 for the practice's first.
    number: u32,
    /// When its run began (UTC).
    at: DateTime<Utc>,
    /// Whether it ends its run; one that was cut off is begun anew.
    complete: bool,
    /// The SHA-256 of the document before, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

/// A further line: a history, its version and the hash of its last event.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    k: String,
    v: u64,
    h: String,
}

/// Heads that were kept, by history.
pub(super) type Anchors = BTreeMap<String, Vec<(u64, Head)>>;

impl From<ObjectsError> for AppError {
    fn from(error: ObjectsError) -> Self {
        Self::unavailable(error)
    }
}

fn prefix(practice: &PracticeId) -> String {
    format!("anchors/{practice}/")
}

fn key(practice: &PracticeId, number: u32) -> String {
    format!("{}{number:08}.jsonl", prefix(practice))
}

fn hash(document: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(document))
}

fn header(document: &[u8]) -> Option<Header> {
    serde_json::from_slice(document.split(|byte| *byte == b'\n').next()?).ok()
}

/// A run while its documents are written.
struct Writing<'a> {
    app: &'a App,
    next: Header,
    lines: Vec<Line>,
}

impl Writing<'_> {
    async fn add(&mut self, change: Change) -> Result<(), AppError> {
        self.lines.push(Line { k: change.key, v: change.version, h: change.head.to_string() });
        if self.lines.len() >= PER_DOCUMENT { self.write(false).await } else { Ok(()) }
    }

    async fn write(&mut self, complete: bool) -> Result<(), AppError> {
        self.next.complete = complete;
        let mut document = serde_json::to_vec(&self.next)?;
        document.push(b'\n');
        for line in self.lines.drain(..) {
            serde_json::to_writer(&mut document, &line)?;
            document.push(b'\n');
        }
        let (key, previous) = (key(&self.next.practice, self.next.number), Some(hash(&document)));
        // Another run is at work, and keeps the same.
        if !self.app.anchors()?.put_new(&key, document).await? {
            return Err(AppError::Busy);
        }
        self.next = Header { number: self.next.number.saturating_add(1), previous, ..self.next.clone() };
        Ok(())
    }
}

impl App {
    /// Keeps the heads of the histories that changed since the last time, or in a month's first run of all; gives how many
    /// those are. What a lost night left is in the next.
    ///
    /// # Errors
    /// The table or the storage cannot be reached, or another run is at work.
    pub async fn anchor(&self, practice: &PracticeId, now: DateTime<Utc>) -> Result<u64, AppError> {
        let objects = self.anchors()?;
        let last = match objects.list(&prefix(practice)).await?.pop() {
            Some(key) => objects.get(&key).await?.map(|document| (key, document)),
            None => None,
        };
        let last = match last {
            Some((key, document)) => {
                let known = header(&document);
                let known =
                    known.ok_or_else(|| AppError::internal(format!("{key} is no anchor document")))?;
                Some((known, hash(&document)))
            }
            None => None,
        };
        let (number, previous) = match &last {
            Some((known, hash)) => (known.number.saturating_add(1), Some(hash.clone())),
            None => (1, None),
        };
        let month = |at: DateTime<Utc>| (at.year(), at.month());
        let since = last.filter(|(known, _)| known.complete && month(known.at) == month(now));
        let since = since.map(|(known, _)| known.at.date_naive());
        let next = Header { practice: practice.clone(), number, at: now, complete: false, previous };
        let mut writing = Writing { app: self, next, lines: Vec::new() };
        let (mut anchored, mut from) = (0_u64, None);
        loop {
            let (changes, next) = self.store.changes(practice, since, from).await?;
            for change in changes {
                anchored = anchored.saturating_add(1);
                writing.add(change).await?;
            }
            from = next;
            if from.is_none() {
                break;
            }
        }
        writing.write(true).await?;
        Ok(anchored)
    }

    /// Every head that was kept of a practice; a document that is missing or was changed is named.
    pub(super) async fn read_anchors(
        &self,
        practice: &PracticeId,
        books: &mut Books,
    ) -> Result<Anchors, AppError> {
        let mut anchors = Anchors::new();
        if self.anchors.is_none() {
            return Ok(anchors);
        }
        let objects = self.anchors()?;
        let mut previous: Option<String> = None;
        let mut number = 0_u32;
        for found in objects.list(&prefix(practice)).await? {
            number = number.saturating_add(1);
            let document = objects.get(&found).await?.unwrap_or_default();
            let known = header(&document);
            let is_next = known.is_some_and(|header| {
                header.practice == *practice && header.number == number && header.previous == previous
            });
            if !is_next || found != key(practice, number) || !take(&document, &mut anchors) {
                books.note(Difference::of(Name::AnchorBroken, found.clone(), 0, i64::from(number)));
                // What follows is held against itself.
                let number_of =
                    found.rsplit('/').next().and_then(|name| name.split('.').next()?.parse().ok());
                number = number_of.unwrap_or(number);
            }
            previous = Some(hash(&document));
        }
        Ok(anchors)
    }
}

/// Takes the heads of a document; whether all of it can be read.
fn take(document: &[u8], anchors: &mut Anchors) -> bool {
    let lines = document.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty());
    let mut whole = true;
    for line in lines {
        let read = serde_json::from_slice::<Line>(line).ok();
        let Some((line, head)) =
            read.and_then(|line| Some((line.h.parse().ok()?, line)).map(|(h, l)| (l, h)))
        else {
            whole = false;
            continue;
        };
        let kept = anchors.entry(line.k).or_default();
        if kept.last() != Some(&(line.v, head)) {
            kept.push((line.v, head));
        }
    }
    whole
}
