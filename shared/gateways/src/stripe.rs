//! A thin client of the few Stripe calls that Paywell makes.
//!
//! Not `async-stripe`: its 1.0 is a release candidate that opens a connection per call and whose errors do not tell
//! "never sent" from "no answer", on which our handling of money rests.
//!
//! Nothing is retried here: what to do after [`StripeError::Unknown`] is the caller's decision.

mod answer;
mod checkout;
mod error;
mod http;
mod payment;
pub mod webhook;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

pub use checkout::{
    CheckoutSession, NewCheckoutSession, PaymentMethod, PaymentStatus, SessionPage, SessionStatus,
};
pub use error::{Doubt, NotSent, Refusal, StripeError};
pub use payment::{BalanceTransaction, IntentStatus, PaymentError, PaymentIntent};

use self::http::{Form, Http};

/// The version of the API that every call names, so that an account's default cannot change what we read: the one that
/// Stripe's own Python library 16.1.0 pins (<https://docs.stripe.com/api/versioning>).
pub const API_VERSION: &str = "2026-10-28.endive";

/// Stripe's largest page.
const PAGE_SIZE: &str = "100";

/// The client. Build once, in the init phase; it keeps its connection between calls.
pub struct Stripe {
    http: Http,
}

/// Why no client could be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Neither `https://host` nor plain `http` on loopback.
    #[error("the base URL of Stripe is https, or http on loopback")]
    BaseUrl,
    /// The key holds characters that no header can carry.
    #[error("the secret key of Stripe is malformed")]
    SecretKey,
    /// The TLS library refused its own defaults.
    #[error("TLS cannot be set up")]
    Tls,
}

impl Stripe {
    /// `base_url` is `https://api.stripe.com`, or the local stack's simulator.
    ///
    /// # Errors
    /// A base URL that would send the key in the clear to another machine, or a malformed key.
    pub fn new(base_url: &str, secret_key: &SecretString) -> Result<Self, ConfigError> {
        Ok(Self { http: Http::new(base_url, secret_key)? })
    }

    /// Opens a hosted payment page. The same key gives the same session for at least 24 hours
    /// (<https://docs.stripe.com/api/idempotent_requests>); later it would make a second one.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unknown` look for the session with [`Self::list_checkout_sessions`].
    pub async fn create_checkout_session(
        &self,
        session: &NewCheckoutSession<'_>,
        idempotency_key: &str,
    ) -> Result<CheckoutSession, StripeError> {
        self.http.call("/v1/checkout/sessions", Some(Form { idempotency_key, body: session.form() })).await
    }

    /// Reads a session by its `cs_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_checkout_session(&self, id: &str) -> Result<CheckoutSession, StripeError> {
        self.http.call(&format!("/v1/checkout/sessions/{}", segment(id)?), None).await
    }

    /// Closes an open session, so that it can no longer be paid.
    ///
    /// # Errors
    /// [`StripeError`]. `Refused` when it is not open any more: it may have been **completed**, so read it next.
    pub async fn expire_checkout_session(
        &self,
        id: &str,
        idempotency_key: &str,
    ) -> Result<CheckoutSession, StripeError> {
        let path = format!("/v1/checkout/sessions/{}/expire", segment(id)?);
        self.http.call(&path, Some(Form { idempotency_key, body: String::new() })).await
    }

    /// One page of the sessions created from `created_from` up to, not including, `created_to`, newest first.
    /// `starting_after` is the last id of the page before; none asks for the first page.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_checkout_sessions(
        &self,
        created_from: DateTime<Utc>,
        created_to: DateTime<Utc>,
        starting_after: Option<&str>,
    ) -> Result<SessionPage, StripeError> {
        let mut pairs = vec![
            ("limit", PAGE_SIZE.to_owned()),
            ("created[gte]", created_from.timestamp().to_string()),
            ("created[lt]", created_to.timestamp().to_string()),
        ];
        if let Some(id) = starting_after {
            pairs.push(("starting_after", id.to_owned()));
        }
        self.http.call(&format!("/v1/checkout/sessions?{}", encode(&pairs)), None).await
    }

    /// Reads a payment intent by its `pi_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_payment_intent(&self, id: &str) -> Result<PaymentIntent, StripeError> {
        self.http.call(&format!("/v1/payment_intents/{}", segment(id)?), None).await
    }

    /// Reads a movement of the balance by its `txn_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_balance_transaction(&self, id: &str) -> Result<BalanceTransaction, StripeError> {
        self.http.call(&format!("/v1/balance_transactions/{}", segment(id)?), None).await
    }
}

/// An id as a path segment: an empty one would turn a read into a list, a slash would reach another resource.
fn segment(id: &str) -> Result<&str, StripeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !id.is_empty() && id.bytes().all(plain) {
        Ok(id)
    } else {
        Err(StripeError::NotSent(NotSent::Malformed("id")))
    }
}

fn encode<K: AsRef<str>>(pairs: &[(K, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

#[cfg(test)]
pub(crate) mod tests;
