//! What a failed call to Stripe says about the money.

use std::error::Error;
use std::fmt;

use serde::Deserialize;

use super::payment_intent::IntentStatus;

/// Why a call gave no result, sorted by what the caller may conclude **about this one call**.
///
/// An earlier call under the same idempotency key may still have acted: certainty here is not certainty about the key.
/// `Display` and `Debug` hold no body, no secret and no text written by Stripe.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// Certain that nothing happened: no byte of the request left.
    #[error("the call to Stripe was not sent: {0}")]
    NotSent(#[source] NotSent),
    /// Certain that nothing happened: Stripe read the request and said no. The same request will be refused again.
    #[error("Stripe refused the call: {0}")]
    Refused(Box<Refusal>),
    /// Certain that nothing happened: too many requests, or another one holds the object (429). Ask again later.
    #[error("Stripe throttled the call (request {})", id(.request_id))]
    Throttled {
        /// Stripe's id of the request, for its support.
        request_id: Option<String>,
    },
    /// Stripe may have acted. Look before asking again; never count it as failed.
    #[error("what the call to Stripe did is unknown: {why} (request {})", id(.request_id))]
    Unknown {
        /// What left it open.
        why: Doubt,
        /// Stripe's id of the request, if an answer came.
        request_id: Option<String>,
    },
}

/// Why a request never left.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// No connection: name look-up, TCP or TLS failed.
    #[error("no connection")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// An id or key that no request can carry; a mistake in the calling code.
    #[error("malformed {0}")]
    Malformed(&'static str),
}

/// Why an outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// No whole answer within the time limit.
    #[error("timed out")]
    TimedOut,
    /// The connection broke after the request had begun to leave.
    #[error("connection lost")]
    ConnectionLost,
    /// Another call with this idempotency key is running (409 `idempotency_key_in_use`).
    #[error("another call with this key is running")]
    KeyInUse,
    /// The key was first used with other parameters (`idempotency_error`); what that call did stands.
    #[error("the key was used with other parameters")]
    KeyReused,
    /// An answer with this HTTP status that promises nothing, such as 500.
    #[error("status {0}")]
    Status(u16),
    /// The answer could not be read as what Stripe documents, whatever its status.
    #[error("unreadable answer with status {0}")]
    Unreadable(u16),
}

/// Stripe's error object (<https://docs.stripe.com/api/errors>).
pub struct Refusal {
    /// HTTP status: 400, 401, 402, 403 or 404.
    pub status: u16,
    /// `type`, such as `invalid_request_error` or `card_error`.
    pub kind: String,
    /// `code`, such as `resource_missing`.
    pub code: Option<String>,
    /// `decline_code` of the card's issuer, such as `insufficient_funds` (<https://docs.stripe.com/declines/codes>).
    pub decline_code: Option<String>,
    /// The payment intent that the call was about, as it is now: a declined confirm leaves it in
    /// `RequiresPaymentMethod`, or `Canceled` after too many tries.
    pub payment_intent: Option<RefusedIntent>,
    /// The parameter at fault.
    pub param: Option<String>,
    /// Stripe's sentence. It can repeat what was sent, so it is in neither `Display` nor `Debug`.
    pub message: Option<String>,
    /// Stripe's id of the request, for its support.
    pub request_id: Option<String>,
}

/// The payment intent inside an error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RefusedIntent {
    /// `pi_…`
    pub id: String,
    /// How far the charge has come.
    pub status: IntentStatus,
}

impl Refusal {
    /// Whether the card's issuer, or Stripe on its behalf, said no to a charge; any other refusal is a mistake in what
    /// was asked (<https://docs.stripe.com/api/errors#errors-type>).
    #[must_use]
    pub fn is_decline(&self) -> bool {
        self.kind == "card_error"
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, kind, code, param, request_id, .. } = self;
        let (code, param) = (id(code), id(param));
        write!(f, "{status} {kind}, code {code}, param {param} (request {})", id(request_id))
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({self})")
    }
}

fn id(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("-")
}
