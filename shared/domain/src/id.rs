//! Typed identifiers: a prefix that names the kind, and a sortable 128-bit number.
//!
//! The text form follows the TypeID specification (<https://github.com/jetify-com/typeid/tree/main/spec>): a prefix,
//! `_`, and 26 characters of Crockford base 32 in lower case, of a UUIDv7, so that ids sort by the time they were made.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LEN: usize = 26;

/// Why a text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected an id such as \"{prefix}_01h455vb4pex5vsknk084sn02q\"")]
pub struct IdError {
    prefix: &'static str,
}

fn encode(uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    (0..SUFFIX_LEN)
        .rev()
        .map(|place| {
            let digit = usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0);
            char::from(*ALPHABET.get(digit).unwrap_or(&b'0'))
        })
        .collect()
}

fn decode(text: &str) -> Option<Uuid> {
    // 26 characters hold 130 bits; the first may use only three of its five.
    let first_fits = text.bytes().next().is_some_and(|b| (b'0'..=b'7').contains(&b));
    if text.len() != SUFFIX_LEN || !first_fits {
        return None;
    }
    text.bytes()
        .try_fold(0_u128, |bits, byte| {
            let digit = ALPHABET.iter().position(|a| *a == byte)?;
            Some((bits << 5) | u128::try_from(digit).ok()?)
        })
        .map(Uuid::from_u128)
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of this kind's text form.
            pub const PREFIX: &'static str = $prefix;

            /// The id of a freshly made UUIDv7.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The number behind the text.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// When it was made (UTC), as a UUIDv7 says.
            pub fn made_at(self) -> Option<DateTime<Utc>> {
                let (seconds, nanoseconds) = self.0.get_timestamp()?.to_unix();
                DateTime::from_timestamp(seconds.try_into().ok()?, nanoseconds)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::schema::text(
                    "An id.",
                    concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"),
                    concat!($prefix, "_01h455vb4pex5vsknk084sn02q"),
                )
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

typed_id!(
    /// A patient of one practice.
    PatientId, "pat");
typed_id!(
    /// A visit or course of care that lines and payments may refer to.
    TreatmentId, "trt");
typed_id!(
    /// An invoice.
    InvoiceId, "inv");
typed_id!(
    /// A payment.
    PaymentId, "pay");
typed_id!(
    /// One attempt to take a payment at the processor; also the processor's idempotency key.
    AttemptId, "att");
typed_id!(
    /// A refund; also the processor's idempotency key and our reference in its records.
    RefundId, "ref");
typed_id!(
    /// A hosted page on which a method is put on file; also the processor's idempotency key.
    SetupId, "setup");
typed_id!(
    /// A one-time payment link.
    LinkId, "lnk");
typed_id!(
    /// A patient's session in the portal.
    SessionId, "ses");
typed_id!(
    /// A rule set, over all its versions.
    RuleSetId, "rul");
typed_id!(
    /// An export of a list.
    ExportId, "exp");
typed_id!(
    /// A visit that was booked.
    AppointmentId, "apt");

impl AppointmentId {
    /// The id of the appointment that another of the practice's systems knows by that id: always the same one, so that an
    /// upload that is repeated finds what it made. A UUID of version 8 (RFC 9562, section 5.8), of no time.
    pub fn of_external(practice: &PracticeId, external: &str) -> Self {
        let hash = Sha256::digest(format!("{practice}\u{0}{external}"));
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// A practice: `prac_` and 1 to 16 lower-case letters and digits. Chosen when the practice is set up, never changed;
/// short because it is part of every key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PracticeId(String);

impl PracticeId {
    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PracticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PracticeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let name = text.strip_prefix("prac_").unwrap_or_default();
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if (1..=16).contains(&name.len()) && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { prefix: "prac" })
        }
    }
}

impl TryFrom<String> for PracticeId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<PracticeId> for String {
    fn from(id: PracticeId) -> String {
        id.0
    }
}

macro_rules! ordinal_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            /// Whose it is.
            pub patient: PatientId,
            /// 1 for the patient's first.
            pub ordinal: u32,
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}_{:04}", $prefix, encode(self.patient.0), self.ordinal)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let parts = text.strip_prefix(concat!($prefix, "_")).and_then(|rest| rest.split_once('_'));
                parts
                    .and_then(|(patient, ordinal)| {
                        let patient = PatientId(decode(patient)?);
                        let plain = ordinal.len() >= 4 && ordinal.bytes().all(|b| b.is_ascii_digit());
                        let ordinal = ordinal.parse().ok().filter(|n| plain && *n > 0)?;
                        Some(Self { patient, ordinal })
                    })
                    .filter(|id| id.to_string() == text)
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

ordinal_id!(
    /// An invoice set: the patient's first, second, … It says whose it is, so that the patient's current set is found
    /// without another look-up.
    SetId, "set");
ordinal_id!(
    /// A payment plan: the patient's first, second, … The patient's present one has the patient's place in the table, so
    /// there is never a second that is active.
    PlanId, "pln");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of the TypeID specification.
    #[test]
    fn the_text_form_is_that_of_the_typeid_specification() {
        let uuid = Uuid::parse_str("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        assert_eq!(InvoiceId::new(uuid).to_string(), "inv_01h455vb4pex5vsknk084sn02q");
        assert_eq!(InvoiceId::new(Uuid::max()).to_string(), "inv_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        for text in ["inv_8zzzzzzzzzzzzzzzzzzzzzzzzz", "inv_01H455VB4PEX5VSKNK084SN02Q", "inv_", "inv", ""] {
            assert!(text.parse::<InvoiceId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let text = PaymentId::new(Uuid::max()).to_string();
        assert!(text.parse::<InvoiceId>().is_err());
    }

    #[test]
    fn a_set_id_has_one_text() {
        let text = |ordinal: &str| format!("set_01h455vb4pex5vsknk084sn02q_{ordinal}");
        assert!(text("0001").parse::<SetId>().is_ok() && text("12345").parse::<SetId>().is_ok());
        for ordinal in ["0000", "1", "00001", "+001", "0001 ", "", "99999999999"] {
            assert!(text(ordinal).parse::<SetId>().is_err(), "{ordinal:?}");
        }
    }

    #[test]
    fn a_practice_is_short_and_plain() {
        assert!("prac_riverside".parse::<PracticeId>().is_ok());
        for text in ["prac_", "riverside", "prac_River", "prac_a#b", "prac_abcdefghijklmnopq", "prac_a b"] {
            assert!(text.parse::<PracticeId>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn ids_round_trip_and_sort_as_their_numbers_do(a in any::<u128>(), b in any::<u128>()) {
            let (a, b) = (InvoiceId::new(Uuid::from_u128(a)), InvoiceId::new(Uuid::from_u128(b)));
            prop_assert_eq!(a.to_string().parse::<InvoiceId>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn set_ids_round_trip(patient in any::<u128>(), ordinal in 1_u32..) {
            let id = SetId { patient: PatientId::new(Uuid::from_u128(patient)), ordinal };
            prop_assert_eq!(id.to_string().parse::<SetId>().unwrap(), id);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = (text.parse::<InvoiceId>(), text.parse::<SetId>(), text.parse::<PracticeId>());
        }
    }
}
