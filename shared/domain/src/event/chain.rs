//! The chain of an aggregate's events: an edit, a deletion, a reordering or a truncation of its history is found.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::Event;

/// The SHA-256 of an event and all before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head([u8; 32]);

impl Head {
    /// Before the first event.
    pub const GENESIS: Self = Self([0; 32]);
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes.and_then(|b| b.try_into().ok()).map(Self).ok_or("expected the base64url of 32 bytes")
    }
}

/// The hash of an event's text after the hash of the event before it.
pub fn chain(previous: Head, text: &str) -> Head {
    Head(Sha256::new().chain_update(previous.0).chain_update(text.as_bytes()).finalize().into())
}

/// Where a chain of stored events, in order, departs from what was written.
///
/// # Errors
/// The sequence number of the first event that was edited, removed or moved, or one past the last where the end was
/// cut off (`head` is kept with the aggregate).
pub fn verify<'a>(texts: impl IntoIterator<Item = (&'a str, Head)>, head: Head) -> Result<(), u64> {
    let mut previous = Head::GENESIS;
    let mut next = 1_u64;
    for (text, hash) in texts {
        let seq = serde_json::from_str::<Event>(text).map(|event| event.seq);
        if chain(previous, text) != hash || seq.ok() != Some(next) {
            return Err(next);
        }
        previous = hash;
        next = next.saturating_add(1);
    }
    if previous == head { Ok(()) } else { Err(next) }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{Actor, EventKind};

    fn history(n: u64) -> (Vec<(String, Head)>, Head) {
        let mut head = Head::GENESIS;
        let events = (1..=n).map(|seq| {
            let event = Event {
                of: "INVOICE#prac_a#inv_b".to_owned(),
                seq,
                at: DateTime::UNIX_EPOCH,
                actor: Actor::Schedule,
                request: "r".to_owned(),
                kind: EventKind::InvoiceReminded,
            };
            let text = event.text().unwrap();
            head = chain(head, &text);
            (text, head)
        });
        (events.collect(), head)
    }

    fn check(events: &[(String, Head)], head: Head) -> Result<(), u64> {
        verify(events.iter().map(|(text, hash)| (text.as_str(), *hash)), head)
    }

    #[test]
    fn an_untouched_chain_verifies() {
        let (events, head) = history(5);
        assert_eq!(check(&events, head), Ok(()));
        assert_eq!(check(&[], Head::GENESIS), Ok(()));
    }

    #[test]
    fn an_edit_a_deletion_a_reordering_and_a_truncation_are_found() {
        let (events, head) = history(5);
        let mut edited = events.clone();
        edited[2].0 = edited[2].0.replace("inv_b", "inv_c");
        assert_eq!(check(&edited, head), Err(3));
        let mut removed = events.clone();
        removed.remove(1);
        assert_eq!(check(&removed, head), Err(2));
        let mut swapped = events.clone();
        swapped.swap(1, 2);
        assert_eq!(check(&swapped, head), Err(2));
        assert_eq!(check(&events[..4], head), Err(5));
    }

    #[test]
    fn a_head_has_a_text_form() {
        let (_, head) = history(2);
        assert_eq!(head.to_string().parse::<Head>(), Ok(head));
    }
}
