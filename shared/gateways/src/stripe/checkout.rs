//! Checkout Sessions: Stripe's hosted payment page (<https://docs.stripe.com/api/checkout/sessions>).

use std::collections::BTreeMap;

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

/// What a new hosted page asks for: one payment, one line.
///
/// Stripe gets an amount, opaque ids and the words `Payment to <practice>`; there is no field for anything else.
/// No `Debug`: the return addresses can hold a link's token.
pub struct NewCheckoutSession<'a> {
    /// Whole cents, above zero.
    pub amount_cents: i64,
    /// ISO 4217 in lower case, such as `usd`.
    pub currency: &'a str,
    /// The practice's name as patients know it.
    pub practice: &'a str,
    /// Our attempt's id: `client_reference_id`, by which a lost session is found again.
    pub attempt_id: &'a str,
    /// Opaque ids only, on the session and on its payment intent. Keys hold no square brackets; at most 50 keys of 40
    /// characters, values of 500 (<https://docs.stripe.com/api/metadata>).
    pub metadata: &'a BTreeMap<String, String>,
    /// What the page offers, at least one.
    pub payment_methods: &'a [PaymentMethod],
    /// Where the page returns to after paying. Coming there proves nothing: ask for the session.
    pub success_url: &'a str,
    /// Where its back button leads; the session stays open.
    pub cancel_url: &'a str,
    /// When the page closes by itself: 30 minutes to 24 hours after creation.
    pub expires_at: DateTime<Utc>,
    /// IETF tag of the page's language; none lets Stripe take the browser's.
    pub locale: Option<&'a str>,
}

/// How a patient can pay on the hosted page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentMethod {
    /// A card; the outcome is known at once.
    Card,
    /// An ACH debit; it settles days after the session completes.
    UsBankAccount,
}

impl PaymentMethod {
    fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::UsBankAccount => "us_bank_account",
        }
    }
}

impl NewCheckoutSession<'_> {
    /// The request's body, nested the way Stripe reads it: `line_items[0][price_data][currency]=usd`.
    pub(super) fn form(&self) -> String {
        let mut pairs: Vec<(String, String)> = [
            ("mode", "payment".into()),
            ("line_items[0][quantity]", "1".into()),
            ("line_items[0][price_data][currency]", self.currency.to_owned()),
            ("line_items[0][price_data][unit_amount]", self.amount_cents.to_string()),
            ("line_items[0][price_data][product_data][name]", format!("Payment to {}", self.practice)),
            ("client_reference_id", self.attempt_id.to_owned()),
            ("success_url", self.success_url.to_owned()),
            ("cancel_url", self.cancel_url.to_owned()),
            ("expires_at", self.expires_at.timestamp().to_string()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        for (index, method) in self.payment_methods.iter().enumerate() {
            pairs.push((format!("payment_method_types[{index}]"), method.as_str().to_owned()));
        }
        for (key, value) in self.metadata {
            pairs.push((format!("metadata[{key}]"), value.clone()));
            pairs.push((format!("payment_intent_data[metadata][{key}]"), value.clone()));
        }
        if let Some(locale) = self.locale {
            pairs.push(("locale".to_owned(), locale.to_owned()));
        }
        super::encode(&pairs)
    }
}

/// A Checkout Session, as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckoutSession {
    /// `cs_…`
    pub id: String,
    /// The hosted page's address, while the session is open.
    pub url: Option<String>,
    /// Whether the page can still be used.
    pub status: SessionStatus,
    /// Whether the money is there. Complete but unpaid: a bank debit is under way.
    pub payment_status: PaymentStatus,
    /// `pi_…`, from the first time the patient presses Pay.
    pub payment_intent: Option<String>,
    /// Whole cents; none for sessions that take no payment.
    pub amount_total: Option<i64>,
    /// ISO 4217 in lower case; none for sessions that take no payment.
    pub currency: Option<String>,
    /// Our attempt's id.
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

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SessionPage {
    /// At most 100 sessions.
    pub data: Vec<CheckoutSession>,
    /// Whether another page follows: ask with the last session's id.
    pub has_more: bool,
}

/// Stripe documents `metadata` as nullable.
pub(super) fn null_as_empty<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    Option::deserialize(value).map(Option::unwrap_or_default)
}
