//! Stripe's webhooks: proven to be Stripe's and recent, then read (<https://docs.stripe.com/webhooks>).

use chrono::serde::ts_seconds;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

mod kind;

pub use kind::{DisputeEvent, EventKind, IntentEvent, MethodEvent, PayoutEvent, RefundEvent, SetupEvent};

/// How far an event's signing time may be from ours, the default of Stripe's own libraries. A retried event is signed
/// anew, so a late delivery passes and a replayed one does not.
pub const TOLERANCE: TimeDelta = TimeDelta::seconds(300);

/// An event that Stripe signed. It can come twice, late and out of order: it says to look, and `id` what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `evt_…`, the same for every delivery of one event.
    pub id: String,
    /// What happened, with the object as it was then.
    pub kind: EventKind,
    /// When it happened.
    pub created: DateTime<Utc>,
    /// Whether real money moved; false for a test key's.
    pub livemode: bool,
}

/// Why a delivery was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No `Stripe-Signature`, or one without a time and a `v1` signature.
    #[error("the signature header is missing or malformed")]
    Header,
    /// No secret of ours made any of its signatures.
    #[error("the signature does not match")]
    Signature,
    /// Signed too long ago, or in the future.
    #[error("the signing time is outside the tolerance")]
    Time,
    /// Signed by Stripe, but not an event that this version can read. Not acknowledged, so that Stripe repeats it.
    #[error("the event cannot be read")]
    Unreadable,
}

/// Checks a delivery against the endpoint's signing secrets, of which there are two while one is replaced, and reads
/// it. `payload` is the body byte for byte; `signature_header` is empty if there was none.
///
/// # Errors
/// [`WebhookError`]; the signature is judged before the time, and nothing is read before both.
pub fn verify(
    payload: &[u8],
    signature_header: &str,
    secrets: &[SecretString],
    now: DateTime<Utc>,
    tolerance: TimeDelta,
) -> Result<Event, WebhookError> {
    let (time, signatures) = parse_header(signature_header).ok_or(WebhookError::Header)?;
    let signed_at = time.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let signed_at = signed_at.ok_or(WebhookError::Header)?;
    if !secrets.iter().any(|secret| signed_by(secret, time, payload, &signatures)) {
        return Err(WebhookError::Signature);
    }
    if now.signed_duration_since(signed_at).abs() > tolerance {
        return Err(WebhookError::Time);
    }
    read(payload).ok_or(WebhookError::Unreadable)
}

/// The time and all `v1` signatures. Other schemes are ignored, or a weaker one could be chosen for us.
fn parse_header(header: &str) -> Option<(&str, Vec<&str>)> {
    let items = || header.split(',').filter_map(|item| item.trim().split_once('='));
    let (_, time) = items().find(|(scheme, _)| *scheme == "t")?;
    let signatures: Vec<&str> = items().filter(|(scheme, _)| *scheme == "v1").map(|(_, hex)| hex).collect();
    (!signatures.is_empty()).then_some((time, signatures))
}

fn signed_by(secret: &SecretString, time: &str, payload: &[u8], signatures: &[&str]) -> bool {
    let secret = secret.expose_secret().trim();
    // Anyone can sign with the empty secret of a deployment that forgot to set one.
    if secret.is_empty() {
        return false;
    }
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(payload);
    let expected = format!("{:x}", mac.finalize().into_bytes());
    signatures.iter().any(|signature| expected.as_bytes().ct_eq(signature.as_bytes()).into())
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(with = "ts_seconds")]
    created: DateTime<Utc>,
    livemode: bool,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

fn read(payload: &[u8]) -> Option<Event> {
    let Envelope { id, kind, created, livemode, data } = serde_json::from_slice(payload).ok()?;
    let kind = kind::read(kind, data.object)?;
    Some(Event { id, kind, created, livemode })
}

#[cfg(test)]
mod tests;
