//! Payouts: what Stripe sends to the practice's bank (<https://docs.stripe.com/api/payouts>).

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::params::Params;
use super::{Page, Stripe, StripeError};

impl Stripe {
    /// One page of the payouts created from `created_from` up to, not including, `created_to`, newest first.
    /// `starting_after` is the last id of the page before; none asks for the first page.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_payouts(
        &self,
        created_from: DateTime<Utc>,
        created_to: DateTime<Utc>,
        starting_after: Option<&str>,
    ) -> Result<Page<Payout>, StripeError> {
        self.get("/v1/payouts", Params::page(starting_after).created(created_from, created_to)).await
    }
}

/// A Payout (<https://docs.stripe.com/api/payouts/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Payout {
    /// `po_…`
    pub id: String,
    /// How far it has come.
    pub status: PayoutStatus,
    /// Whole cents that reach the bank; negative when Stripe debits the bank.
    pub amount: i64,
    /// ISO 4217 in lower case.
    pub currency: String,
    /// The day it is expected in the bank, as midnight UTC.
    #[serde(with = "ts_seconds")]
    pub arrival_date: DateTime<Utc>,
    /// Whether Stripe's schedule made it. What a manual one holds cannot be listed
    /// (<https://docs.stripe.com/payouts/reconciliation>).
    pub automatic: bool,
    /// Whether what it holds can be listed yet.
    pub reconciliation_status: ReconciliationStatus,
    /// `standard` or `instant`.
    pub method: String,
    /// `type`: `bank_account` or `card`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it failed, such as `account_closed` (<https://docs.stripe.com/api/payouts/failures>).
    pub failure_code: Option<String>,
    /// When it was made.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
}

/// `status` of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Not yet with the bank.
    Pending,
    /// With the bank.
    InTransit,
    /// Arrived, but it can still turn out as failed within five business days.
    Paid,
    /// Returned to the balance.
    Failed,
    /// Called off; the funds are in the balance.
    Canceled,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// `reconciliation_status` of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconciliationStatus {
    /// What it holds is being settled; a list would be incomplete.
    InProgress,
    /// What it holds can be listed.
    Completed,
    /// A manual payout, which holds nothing in particular.
    NotApplicable,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
