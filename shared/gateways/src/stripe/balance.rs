//! Movements of the balance at Stripe: what of a charge reaches the bank.

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::params::Params;
use super::{Stripe, StripeError, segment};

impl Stripe {
    /// Reads a movement of the balance by its `txn_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_balance_transaction(&self, id: &str) -> Result<BalanceTransaction, StripeError> {
        self.get(&format!("/v1/balance_transactions/{}", segment(id)?), Params::default()).await
    }
}

/// A movement of the balance at Stripe (<https://docs.stripe.com/api/balance_transactions>): `net = amount - fee`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BalanceTransaction {
    /// `txn_…`
    pub id: String,
    /// `type`, such as `charge`, `payment`, `refund`, `payout`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whole cents before fees; negative when funds leave.
    pub amount: i64,
    /// Whole cents of fees.
    pub fee: i64,
    /// Whole cents after fees.
    pub net: i64,
    /// ISO 4217 in lower case.
    pub currency: String,
    /// The object that moved the funds, such as `ch_…`.
    pub source: Option<String>,
    /// When the funds can be paid out.
    #[serde(with = "ts_seconds")]
    pub available_on: DateTime<Utc>,
    /// When the movement was made.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
}
