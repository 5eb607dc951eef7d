//! Refunds: money given back (<https://docs.stripe.com/api/refunds>).

use std::collections::BTreeMap;

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::params::Params;
use super::{Page, Stripe, StripeError, null_as_empty, segment};

/// What is to be given back. Asking is the refund: there is no second step to confirm it.
#[derive(Debug)]
pub struct NewRefund<'a> {
    /// `pi_…` that took the money.
    pub payment_intent: &'a str,
    /// Whole cents, above zero and at most what is left of the charge.
    pub amount_cents: i64,
    /// Why, if one of the processor's few words fits.
    pub reason: Option<RefundReason>,
    /// Opaque ids only, by which a lost refund is found again; limits as in
    /// [`NewCheckoutSession`](super::NewCheckoutSession::metadata).
    pub metadata: &'a BTreeMap<String, String>,
}

/// Why money is given back. Not `fraudulent`, which puts the card on Stripe's block list
/// (<https://docs.stripe.com/api/refunds/create#create_refund-reason>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundReason {
    /// It was paid twice.
    Duplicate,
    /// The patient asked.
    RequestedByCustomer,
}

impl RefundReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::RequestedByCustomer => "requested_by_customer",
        }
    }
}

impl NewRefund<'_> {
    fn form(&self) -> Params {
        Params::default()
            .set("payment_intent", self.payment_intent)
            .set("amount", &self.amount_cents.to_string())
            .set_some("reason", self.reason.map(RefundReason::as_str))
            .metadata("metadata", self.metadata)
    }
}

impl Stripe {
    /// Gives money back, at once and for good. The same key gives the same refund for at least 24 hours
    /// (<https://docs.stripe.com/api/idempotent_requests>); later it would make a second one.
    ///
    /// # Errors
    /// [`StripeError`]. `Refused` when less is left, or a dispute is open (`charge_disputed`); after `Unknown` look
    /// for the refund with [`Self::list_refunds`].
    pub async fn create_refund(
        &self,
        refund: &NewRefund<'_>,
        idempotency_key: &str,
    ) -> Result<Refund, StripeError> {
        self.post("/v1/refunds", refund.form(), idempotency_key).await
    }

    /// Reads a refund by its `re_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_refund(&self, id: &str) -> Result<Refund, StripeError> {
        self.get(&format!("/v1/refunds/{}", segment(id)?), Params::default()).await
    }

    /// One page of the refunds of a payment intent, newest first. `starting_after` is the last id of the page before;
    /// none asks for the first page.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_refunds(
        &self,
        payment_intent: &str,
        starting_after: Option<&str>,
    ) -> Result<Page<Refund>, StripeError> {
        let query = Params::page(starting_after).set("payment_intent", segment(payment_intent)?);
        self.get("/v1/refunds", query).await
    }
}

/// A Refund (<https://docs.stripe.com/api/refunds/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// `re_…`, or `pyr_…` of a bank debit.
    pub id: String,
    /// How far it has come. Stripe documents it as nullable.
    pub status: Option<RefundStatus>,
    /// Whole cents.
    pub amount: i64,
    /// ISO 4217 in lower case.
    pub currency: String,
    /// `pi_…` that took the money.
    pub payment_intent: Option<String>,
    /// `ch_…` or `py_…` that took the money.
    pub charge: Option<String>,
    /// Why it failed, such as `expired_or_canceled_card` (<https://docs.stripe.com/refunds#failed-refunds>).
    pub failure_reason: Option<String>,
    /// The ids given at creation.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
}

/// `status` of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Under way.
    Pending,
    /// Waits for the patient.
    RequiresAction,
    /// Sent to the patient's bank, which can still return it days later: then it becomes failed.
    Succeeded,
    /// The money is back in the balance.
    Failed,
    /// Called off before it left.
    Canceled,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
