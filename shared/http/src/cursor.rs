//! Page cursors: opaque to clients, signed by us.
//!
//! A cursor is good for one practice, one query and one day. It is signed, not encrypted: whoever holds it can
//! read the position, which comes from rows that the holder has just been shown.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::Problem;

const MAX_AGE: TimeDelta = TimeDelta::hours(24);
const FORMAT: u8 = 1;
const TAG_BYTES: usize = 32;

/// The key that signs cursors.
pub struct CursorKey(Hmac<Sha256>);

impl CursorKey {
    /// A key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        // The constructor that cannot fail takes a whole block; HMAC pads a shorter key with zeros (RFC 2104).
        let mut block = [0; 64];
        block.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Self(Hmac::new(&block.into()))
    }
}

/// Which way a list goes on from a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the rows after the position.
    Next,
    /// To the rows before it.
    Prev,
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Where: the store's own notation.
    pub position: String,
    /// Which way to go on.
    pub direction: Direction,
}

impl Cursor {
    /// The cursor as it is sent: base64url, safe in a query. `query` names filters and sort order; a cursor does
    /// not work with another.
    pub fn seal(&self, key: &CursorKey, practice: &str, query: &str, now: DateTime<Utc>) -> String {
        let direction = match self.direction {
            Direction::Next => 0,
            Direction::Prev => 1,
        };
        let mut bytes = vec![FORMAT, direction];
        bytes.extend_from_slice(&now.timestamp().to_be_bytes());
        bytes.extend_from_slice(self.position.as_bytes());
        let tag = signer(key, practice, query, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens a cursor that came as the query parameter `cursor`.
    ///
    /// # Errors
    /// 400 on `?cursor` where it is no cursor of ours, is for another practice or query, or is over 24 hours old.
    /// The caller is told the same in each case; the log is told which.
    pub fn open(
        key: &CursorKey,
        sealed: &str,
        practice: &str,
        query: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        Self::read(key, sealed, practice, query, now).map_err(|why| {
            Problem::invalid_parameter(
                "cursor",
                "Not a cursor of this list, or over 24 hours old. Start again without cursor.",
            )
            .because(why)
        })
    }

    fn read(
        key: &CursorKey,
        sealed: &str,
        practice: &str,
        query: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, &'static str> {
        let malformed = "malformed cursor";
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| malformed)?;
        let (payload, tag) = bytes.split_last_chunk::<TAG_BYTES>().ok_or(malformed)?;
        signer(key, practice, query, payload)
            .verify_slice(tag)
            .map_err(|_| "cursor of another practice or query, or not ours")?;
        let (&[format, direction], rest) = payload.split_first_chunk::<2>().ok_or(malformed)?;
        let (&seconds, position) = rest.split_first_chunk::<8>().ok_or(malformed)?;
        let issued = DateTime::from_timestamp_secs(i64::from_be_bytes(seconds)).ok_or(malformed)?;
        if format != FORMAT {
            return Err("cursor of another format");
        }
        if now - issued > MAX_AGE {
            return Err("cursor too old");
        }
        let direction = match direction {
            0 => Direction::Next,
            1 => Direction::Prev,
            _ => return Err(malformed),
        };
        let position = String::from_utf8(position.to_vec()).map_err(|_| malformed)?;
        Ok(Self { position, direction })
    }
}

fn signer(key: &CursorKey, practice: &str, query: &str, payload: &[u8]) -> Hmac<Sha256> {
    let mut signer = key.0.clone();
    // Lengths first, so that no practice and query can be cut in another place and give the same bytes.
    for part in [practice.as_bytes(), query.as_bytes()] {
        signer.update(&part.len().to_be_bytes());
        signer.update(part);
    }
    signer.update(payload);
    signer
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::problem::kinds;

    fn key() -> CursorKey {
        CursorKey::new([7; 32])
    }

    fn noon() -> DateTime<Utc> {
        "2026-03-03T12:00:00Z".parse().unwrap()
    }

    fn cursor(position: &str) -> Cursor {
        Cursor { position: position.to_owned(), direction: Direction::Next }
    }

    fn assert_refused(outcome: Result<Cursor, Problem>, why: &str) {
        let problem = outcome.unwrap_err();
        assert_eq!(*problem.kind(), kinds::INVALID_PARAMETER);
        assert_eq!(problem.document().errors[0].pointer, "?cursor");
        assert!(problem.document().errors[0].detail.contains("Start again without cursor"));
        assert_eq!(problem.internal_message(), Some(why));
    }

    #[test]
    fn a_cursor_is_for_one_practice_one_query_and_one_key() {
        let sealed = cursor("a").seal(&key(), "prac_1", "status=paid", noon());
        let not_ours = "cursor of another practice or query, or not ours";
        let open = |key: &CursorKey, practice, query| Cursor::open(key, &sealed, practice, query, noon());
        assert!(open(&key(), "prac_1", "status=paid").is_ok());
        assert_refused(open(&key(), "prac_2", "status=paid"), not_ours);
        assert_refused(open(&key(), "prac_1", "status=unpaid"), not_ours);
        assert_refused(open(&key(), "prac_1s", "tatus=paid"), not_ours);
        assert_refused(open(&CursorKey::new([8; 32]), "prac_1", "status=paid"), not_ours);
    }

    #[test]
    fn a_cursor_is_good_for_a_day() {
        let sealed = cursor("a").seal(&key(), "prac_1", "", noon());
        let open = |now| Cursor::open(&key(), &sealed, "prac_1", "", now);
        assert!(open(noon() + TimeDelta::hours(24)).is_ok());
        assert_refused(open(noon() + TimeDelta::hours(24) + TimeDelta::seconds(1)), "cursor too old");
    }

    #[test]
    fn a_cursor_of_another_format_is_refused() {
        let sealed = |format: u8, direction: u8| {
            let mut bytes = vec![format, direction];
            bytes.extend_from_slice(&noon().timestamp().to_be_bytes());
            let tag = signer(&key(), "prac_1", "", &bytes).finalize().into_bytes();
            bytes.extend_from_slice(&tag);
            URL_SAFE_NO_PAD.encode(bytes)
        };
        let open = |text: String| Cursor::open(&key(), &text, "prac_1", "", noon());
        assert!(open(sealed(FORMAT, 1)).is_ok());
        assert_refused(open(sealed(FORMAT + 1, 1)), "cursor of another format");
        assert_refused(open(sealed(FORMAT, 2)), "malformed cursor");
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "x", "====", "%20", "AAAA", &"A".repeat(40)] {
            assert_refused(Cursor::open(&key(), text, "prac_1", "", noon()), "malformed cursor");
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(position in ".{0,80}", prev: bool) {
            let direction = if prev { Direction::Prev } else { Direction::Next };
            let cursor = Cursor { position, direction };
            let sealed = cursor.seal(&key(), "prac_1", "q", noon());
            prop_assert!(sealed.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Cursor::open(&key(), &sealed, "prac_1", "q", noon()).unwrap(), cursor);
        }

        #[test]
        fn any_changed_byte_is_refused(position in "[a-z#0-9]{0,40}", place: prop::sample::Index, other in "[A-Za-z0-9_-]") {
            let mut sealed = cursor(&position).seal(&key(), "prac_1", "q", noon());
            let place = place.index(sealed.len());
            prop_assume!(sealed[place..=place] != other);
            sealed.replace_range(place..=place, &other);
            prop_assert!(Cursor::open(&key(), &sealed, "prac_1", "q", noon()).is_err());
        }

        #[test]
        fn any_shortened_or_lengthened_cursor_is_refused(position in "[a-z]{0,20}", cut in 1_usize..20, more in "[A-Za-z]{1,8}") {
            let sealed = cursor(&position).seal(&key(), "prac_1", "q", noon());
            let shorter = &sealed[..sealed.len() - cut];
            prop_assert!(Cursor::open(&key(), shorter, "prac_1", "q", noon()).is_err());
            prop_assert!(Cursor::open(&key(), &(sealed.clone() + &more), "prac_1", "q", noon()).is_err());
        }
    }
}
