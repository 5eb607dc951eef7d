//! What Stripe answers of a session.

use std::collections::BTreeMap;

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::stripe::null_as_empty;

/// A Checkout Session, as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckoutSession {
    /// `cs_…`
    pub id: String,
    /// Whether it takes a payment or saves a method.
    pub mode: SessionMode,
    /// The hosted page's address, while the session is open.
    pub url: Option<String>,
    /// Whether the page can still be used.
    pub status: SessionStatus,
    /// Whether the money is there. Complete but unpaid: a bank debit is under way.
    pub payment_status: PaymentStatus,
    /// `pi_…`, from the first time the patient presses Pay.
    pub payment_intent: Option<String>,
    /// `seti_…` of a session that saves a method, once Stripe has made it.
    pub setup_intent: Option<String>,
    /// `cus_…` to whom a method is saved.
    pub customer: Option<String>,
    /// Whole cents; none for sessions that take no payment.
    pub amount_total: Option<i64>,
    /// ISO 4217 in lower case; none for sessions that take no payment.
    pub currency: Option<String>,
    /// Our id, given at creation.
    pub client_reference_id: Option<String>,
    /// The ids given at creation.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
    /// When the page closes by itself.
    #[serde(with = "ts_seconds")]
    pub expires_at: DateTime<Utc>,
    /// When the session was made.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
}

/// `mode` of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionMode {
    /// One payment.
    Payment,
    /// A method is saved and nothing is charged.
    Setup,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// `status` of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// The patient can still pay.
    Open,
    /// The patient is done; see [`PaymentStatus`] for the money.
    Complete,
    /// Closed unpaid, and nothing will be charged.
    Expired,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// `payment_status` of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The funds are available in the account.
    Paid,
    /// They are not, or not yet.
    Unpaid,
    /// Nothing was due, or a set-up without payment.
    NoPaymentRequired,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
