//! A thin client of the few Stripe calls that Paywell makes.
//!
//! Not `async-stripe`: its 1.0 is a release candidate that opens a connection per call and whose errors do not tell
//! "never sent" from "no answer", on which our handling of money rests.
//!
//! Nothing is retried here: what to do after [`StripeError::Unknown`] is the caller's decision.

mod answer;
mod balance;
mod charge;
mod checkout;
mod customer;
mod dispute;
mod error;
mod http;
mod params;
mod payment_intent;
mod payment_method;
mod payout;
mod refund;
mod setup_intent;
pub mod webhook;

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

pub use balance::{BalanceFilter, BalanceSource, BalanceTransaction};
pub use charge::{Charge, ChargeStatus, LatestCharge};
pub use checkout::{
    CheckoutSession, NewCheckoutSession, NewSetupSession, PaymentMethodType, PaymentStatus, SessionMode,
    SessionStatus,
};
pub use customer::Customer;
pub use dispute::{Dispute, DisputeStatus, DisputedMethod};
pub use error::{Doubt, NotSent, Refusal, RefusedIntent, StripeError};
pub use payment_intent::{
    CancellationReason, CaptureMethod, IntentStatus, NewPaymentIntent, PaymentError, PaymentIntent,
};
pub use payment_method::{Card, Mandate, MandateStatus, MethodDetails, PaymentMethod, UsBankAccount};
pub use payout::{Payout, PayoutStatus, ReconciliationStatus};
pub use refund::{NewRefund, Refund, RefundReason, RefundStatus};
pub use setup_intent::{SetupIntent, SetupStatus};

use self::http::{Form, Http};
use self::params::Params;

/// The version of the API that every call names, so that an account's default cannot change what we read: the one that
/// Stripe's own Python library 16.1.0 pins (<https://docs.stripe.com/api/versioning>).
pub const API_VERSION: &str = "2026-10-28.endive";

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

    async fn get<T: DeserializeOwned>(&self, path: &str, query: Params) -> Result<T, StripeError> {
        let query = query.encode();
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        self.http.call(&path, None).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Params,
        idempotency_key: &str,
    ) -> Result<T, StripeError> {
        self.http.call(path, Some(Form { idempotency_key, body: form.encode() })).await
    }
}

/// One page of a list, newest first (<https://docs.stripe.com/api/pagination>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Page<T> {
    /// At most 100 objects.
    pub data: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// The object after which another page begins: ask with its id. None where there is no more.
    pub fn next_after(&self) -> Option<&T> {
        self.data.last().filter(|_| self.has_more)
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

/// Stripe documents `metadata` as nullable.
fn null_as_empty<'de, D: Deserializer<'de>>(value: D) -> Result<BTreeMap<String, String>, D::Error> {
    Option::deserialize(value).map(Option::unwrap_or_default)
}

#[cfg(test)]
pub(crate) mod tests;
