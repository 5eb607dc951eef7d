//! A sign-in that succeeded, until it ends.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{ContactHash, ContactPoint, SignIn};
use crate::{Decision, EventKind, Patient, PatientId, SessionId, link::TokenHash, recipient::Channel};

/// A session ends after so long without a page: what is left open on a shared telephone is soon closed.
pub const IDLE_MINUTES: i64 = 30;
/// A session ends after so long, however it is used.
pub const SESSION_HOURS: i64 = 12;

/// Somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalSession {
    /// Its id, by which histories name it.
    pub id: SessionId,
    /// The hash of the token that the browser holds.
    pub token: TokenHash,
    /// The contact that the code went to.
    pub contact: ContactHash,
    /// Which way the code went.
    pub channel: Channel,
    /// Whom the contact answered for.
    pub patients: Vec<PatientId>,
    /// When it began (UTC).
    pub started_at: DateTime<Utc>,
    /// When it was ended by its holder (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
}

impl PortalSession {
    /// The right code was typed.
    pub fn start(token: TokenHash, sign_in: &SignIn, now: DateTime<Utc>) -> Decision<Self> {
        let SignIn { id, contact, channel, patients, .. } = sign_in.clone();
        let session = Self { id, token, contact, channel, patients, started_at: now, ended_at: None };
        Decision::of(session, EventKind::PortalSignedIn { channel })
    }

    /// Whether it is good at `now`, where its holder was last seen at `seen`.
    pub fn is_open(&self, seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none()
            && now < self.started_at + Duration::hours(SESSION_HOURS)
            && now < seen + Duration::minutes(IDLE_MINUTES)
    }

    /// Whether it shows a patient: one of its own, whose responsible party still has the contact that the code went to.
    pub fn shows(&self, patient: &Patient) -> bool {
        let mut contacts = ContactPoint::of(patient.responsible_party().1).into_iter();
        self.patients.contains(&patient.id) && contacts.any(|contact| contact.hash() == self.contact)
    }

    /// Its holder signs out; nothing where that was done.
    pub fn sign_out(&self, now: DateTime<Utc>) -> Option<Decision<Self>> {
        let ended = Self { ended_at: Some(now), ..self.clone() };
        self.ended_at.is_none().then(|| Decision::of(ended, EventKind::PortalSignedOut))
    }
}
