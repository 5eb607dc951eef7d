//! Disputes: a charge that the patient's bank takes back (<https://docs.stripe.com/disputes>). For a bank debit the
//! dispute is its return, lost from the start (<https://docs.stripe.com/payments/ach-direct-debit#disputed-payments>).

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::balance::BalanceTransaction;
use super::params::Params;
use super::{Page, Stripe, StripeError, segment};

impl Stripe {
    /// The disputes of a payment intent, newest first: one page, for a charge rarely has two.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_disputes(&self, payment_intent: &str) -> Result<Page<Dispute>, StripeError> {
        let query = Params::page(None).set("payment_intent", segment(payment_intent)?);
        self.get("/v1/disputes", query).await
    }
}

/// A Dispute (<https://docs.stripe.com/api/disputes/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dispute {
    /// `dp_…` or `du_…`
    pub id: String,
    /// How far it has come.
    pub status: DisputeStatus,
    /// Whole cents in dispute, which can be less than the charge.
    pub amount: i64,
    /// ISO 4217 in lower case.
    pub currency: String,
    /// `ch_…` or `py_…`
    pub charge: String,
    /// `pi_…`
    pub payment_intent: Option<String>,
    /// The bank's reason, such as `fraudulent` or `insufficient_funds`.
    pub reason: String,
    /// The funds withdrawn and, after winning, reinstated; none while it is an inquiry. The withdrawal carries the fee.
    pub balance_transactions: Vec<BalanceTransaction>,
    /// Whether the charge can still be refunded instead.
    pub is_charge_refundable: bool,
    /// What had been charged; Stripe documents it for cards, but not for bank debits.
    pub payment_method_details: Option<DisputedMethod>,
    /// When it was opened.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
}

/// `payment_method_details` of a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DisputedMethod {
    /// `type`, such as `card`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// `status` of a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// An inquiry, no funds withdrawn: we should answer.
    WarningNeedsResponse,
    /// An inquiry that was answered.
    WarningUnderReview,
    /// An inquiry that came to nothing.
    WarningClosed,
    /// Funds are withdrawn: we can contest it.
    NeedsResponse,
    /// Contested, the bank decides.
    UnderReview,
    /// The decision can be appealed.
    AppealNeedsResponse,
    /// Appealed, the network decides.
    AppealUnderReview,
    /// The funds come back.
    Won,
    /// The funds are gone; at once for a bank debit.
    Lost,
    /// Settled before it became a dispute.
    Prevented,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
