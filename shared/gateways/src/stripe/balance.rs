//! Movements of the balance at Stripe: what of a charge reaches the bank
//! (<https://docs.stripe.com/api/balance_transactions>).

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::charge::Charge;
use super::dispute::Dispute;
use super::params::Params;
use super::payout::Payout;
use super::refund::Refund;
use super::{Page, Stripe, StripeError, segment};

/// Which movements a list holds.
#[derive(Debug, Clone, Copy)]
pub enum BalanceFilter<'a> {
    /// Those that an automatic payout `po_…` sent to the bank, and the payout's own
    /// (<https://docs.stripe.com/payouts/reconciliation>).
    Payout(&'a str),
    /// Those made from the first time up to, not including, the second.
    Created(DateTime<Utc>, DateTime<Utc>),
}

impl Stripe {
    /// Reads a movement of the balance by its `txn_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_balance_transaction(&self, id: &str) -> Result<BalanceTransaction, StripeError> {
        self.get(&format!("/v1/balance_transactions/{}", segment(id)?), Params::default()).await
    }

    /// One page of the movements, newest first, each with the object behind it
    /// (<https://docs.stripe.com/expand/use-cases>). `starting_after` is the last id of the page before; none asks for the
    /// first page.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_balance_transactions(
        &self,
        filter: BalanceFilter<'_>,
        starting_after: Option<&str>,
    ) -> Result<Page<BalanceTransaction>, StripeError> {
        let query = Params::page(starting_after).set("expand[]", "data.source");
        let query = match filter {
            BalanceFilter::Payout(id) => query.set("payout", segment(id)?),
            BalanceFilter::Created(from, until) => query.created(from, until),
        };
        self.get("/v1/balance_transactions", query).await
    }
}

/// A movement of the balance: `net = amount - fee`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BalanceTransaction {
    /// `txn_…`
    pub id: String,
    /// `type`, such as `charge`, `payment`, `refund`, `adjustment`, `payout`
    /// (<https://docs.stripe.com/reports/balance-transaction-types>).
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
    /// The object that moved the funds; none for Stripe's own fees.
    pub source: Option<BalanceSource>,
    /// When the funds can be paid out.
    #[serde(with = "ts_seconds")]
    pub available_on: DateTime<Utc>,
    /// When the movement was made.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
}

/// What moved the funds: the object in a list, its id elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BalanceSource {
    /// The id alone.
    Id(String),
    /// A charge of a card or bank account.
    Charge(Box<Charge>),
    /// A refund, or a failed one that came back.
    Refund(Box<Refund>),
    /// Funds of a dispute, withdrawn or reinstated.
    Dispute(Box<Dispute>),
    /// What went to the bank, or came back from it.
    Payout(Box<Payout>),
    /// Anything else, such as `topup`.
    Other {
        /// Stripe's name of the kind of object.
        object: String,
        /// The object's id.
        id: String,
    },
}

impl BalanceSource {
    /// The object's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Other { id, .. } => id,
            Self::Charge(charge) => &charge.id,
            Self::Refund(refund) => &refund.id,
            Self::Dispute(dispute) => &dispute.id,
            Self::Payout(payout) => &payout.id,
        }
    }
}

impl<'de> Deserialize<'de> for BalanceSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            Value::String(id) => return Ok(Self::Id(id)),
            value => value,
        };
        expanded(value).map_err(serde::de::Error::custom)
    }
}

fn expanded(value: Value) -> serde_json::Result<BalanceSource> {
    #[derive(Deserialize)]
    struct Named {
        object: String,
        id: String,
    }
    let Named { object, id } = Named::deserialize(&value)?;
    Ok(match object.as_str() {
        "charge" => BalanceSource::Charge(serde_json::from_value(value)?),
        "refund" => BalanceSource::Refund(serde_json::from_value(value)?),
        "dispute" => BalanceSource::Dispute(serde_json::from_value(value)?),
        "payout" => BalanceSource::Payout(serde_json::from_value(value)?),
        _ => BalanceSource::Other { object, id },
    })
}
