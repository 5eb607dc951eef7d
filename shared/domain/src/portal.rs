//! The patient portal: who signs in, by a code that goes to a contact on file, and for how long.
//!
//! There is no password and no account. Whoever reads a code that was sent to the contact of a responsible party sees what
//! that party answers for: the invoices of all patients with this contact.

mod session;
#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use session::{IDLE_MINUTES, PortalSession, SESSION_HOURS};

use crate::{
    Patient, PatientId, SessionId,
    link::Token,
    patient::{Contact, EmailAddress, Phone},
    recipient::Channel,
};

/// How long a code is good.
pub const CODE_MINUTES: i64 = 10;
/// How many tries a code is good for.
pub const CODE_TRIES: u8 = 5;
/// The most patients that one contact answers for in the portal: a large family.
pub const MAX_PATIENTS: usize = 25;

/// An address or a number by which a responsible party is known: addresses in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactPoint {
    /// A mail address.
    Email(EmailAddress),
    /// A telephone number.
    Phone(Phone),
}

/// The SHA-256 of a contact point, in base64url: what finds patients, without the contact in a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactHash(String);

impl ContactHash {
    /// The text in the table's key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ContactPoint {
    /// What a person types: an address in any case, or a telephone number however it is grouped.
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains('@') {
            return EmailAddress::try_from(text.to_lowercase()).ok().map(Self::Email);
        }
        Phone::typed(text).map(Self::Phone)
    }

    /// A mail address, in lower case.
    pub fn email(address: &EmailAddress) -> Option<Self> {
        Self::typed(address.as_str())
    }

    /// Those of a contact on file.
    pub fn of(contact: &Contact) -> Vec<Self> {
        let email = contact.email.as_ref().and_then(Self::email);
        email.into_iter().chain(contact.phone.clone().map(Self::Phone)).collect()
    }

    /// By which way a code goes to it.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }

    /// What finds its patients.
    pub fn hash(&self) -> ContactHash {
        let text = match self {
            Self::Email(address) => format!("email:{}", address.as_str()),
            Self::Phone(number) => format!("phone:{}", number.as_str()),
        };
        ContactHash(URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes())))
    }

    /// Whether it is a contact of whoever answers for this patient's bills. A patient who has died reads no code.
    pub fn answers_for(&self, patient: &Patient) -> bool {
        let reads = !patient.details.deceased || patient.details.guarantor.is_some();
        reads && Self::of(patient.responsible_party().1).contains(self)
    }
}

/// A code of six digits. Shows itself to whoever sends it alone: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code of a sign-in: HMAC-SHA256 under the link key over the token that the browser holds. Nothing of it is
    /// stored, and whoever holds the token alone cannot tell it.
    pub fn of(key: &[u8], token: &Token) -> Self {
        // An HMAC takes a key of any length.
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return Self(String::new()) };
        mac.update(b"sign-in code\0");
        mac.update(token.as_str().as_bytes());
        let digest = mac.finalize().into_bytes();
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self(format!("{:06}", number % 1_000_000))
    }

    /// What a person types: six digits, with or without spaces and dashes.
    pub fn typed(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let whole = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        whole.then_some(Self(digits))
    }

    /// The digits, for a message.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// A sign-in that was begun: a code was asked for. Kept for everybody who asks, so that nobody can tell who is on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Its id, and that of the session that may come of it.
    pub id: SessionId,
    /// The contact that the code went to.
    pub contact: ContactHash,
    /// Which way it went.
    pub channel: Channel,
    /// Whom the contact answers for; nobody where it is not on file, and then no code is right.
    pub patients: Vec<PatientId>,
    /// When the code was asked for (UTC).
    pub asked_at: DateTime<Utc>,
    /// How many codes were tried.
    pub tries: u8,
    /// Whether somebody has signed in by it.
    pub used: bool,
}

/// What came of a code that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It is right: the sign-in as it then is, used up.
    Right(SignIn),
    /// It is wrong: the sign-in as it then is.
    Wrong(SignIn),
    /// No code is right any more: too late, too many tries, or used.
    Over,
}

impl SignIn {
    /// A code is asked for. Of more patients than [`MAX_PATIENTS`] the first are taken.
    pub fn begin(
        id: SessionId,
        contact: &ContactPoint,
        mut patients: Vec<PatientId>,
        now: DateTime<Utc>,
    ) -> Self {
        patients.truncate(MAX_PATIENTS);
        let (contact, channel) = (contact.hash(), contact.channel());
        Self { id, contact, channel, patients, asked_at: now, tries: 0, used: false }
    }

    /// Whether a code is still taken.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        !self.used && self.tries < CODE_TRIES && now < self.asked_at + Duration::minutes(CODE_MINUTES)
    }

    /// How many tries are left.
    pub const fn tries_left(&self) -> u8 {
        CODE_TRIES.saturating_sub(self.tries)
    }

    /// A code was typed. Every try is counted, the right one too.
    pub fn try_code(&self, typed: Option<&Code>, right: &Code, now: DateTime<Utc>) -> Tried {
        if !self.is_open(now) {
            return Tried::Over;
        }
        let mut tried = Self { tries: self.tries.saturating_add(1), ..self.clone() };
        let is_right = typed.is_some_and(|typed| typed.is(right)) && !self.patients.is_empty();
        if !is_right {
            return Tried::Wrong(tried);
        }
        tried.used = true;
        Tried::Right(tried)
    }
}

impl Token {
    /// The token of a sign-in: what the browser that asked for a code holds.
    pub fn of_sign_in(key: &[u8], id: SessionId) -> Self {
        Self::derive(key, "sign-in", &id.to_string(), 0)
    }

    /// The token of a session: what the browser that is signed in holds.
    pub fn of_session(key: &[u8], id: SessionId) -> Self {
        Self::derive(key, "session", &id.to_string(), 0)
    }
}
