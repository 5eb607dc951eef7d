//! Charges: one try each of a payment intent (<https://docs.stripe.com/api/charges/object>).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::null_as_empty;
use super::payment_method::MethodDetails;

/// A Charge, as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Charge {
    /// `ch_…` of a card, `py_…` of a bank debit.
    pub id: String,
    /// How it stands.
    pub status: ChargeStatus,
    /// Whole cents asked for.
    pub amount: i64,
    /// Whole cents taken.
    pub amount_captured: i64,
    /// Whole cents given back, refunds under way included.
    pub amount_refunded: i64,
    /// Whether it was disputed, also when that is over.
    pub disputed: bool,
    /// What was charged; none for kinds of charges that Paywell does not make.
    pub payment_method_details: Option<MethodDetails>,
    /// `pi_…`
    pub payment_intent: Option<String>,
    /// A copy of the intent's.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// `status` of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeStatus {
    /// A bank debit under way: in the balance already, and taken out of it where the debit fails.
    Pending,
    /// Taken, or held where it is not captured.
    Succeeded,
    /// Nothing was taken.
    Failed,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// `latest_charge` of a payment intent: the charge where it was asked for, its id in webhooks and lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum LatestCharge {
    /// The id alone.
    Id(String),
    /// The charge itself.
    Expanded(Box<Charge>),
}

impl LatestCharge {
    /// The charge's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Expanded(charge) => &charge.id,
        }
    }

    /// The charge itself, where it was asked for.
    #[must_use]
    pub fn charge(&self) -> Option<&Charge> {
        match self {
            Self::Id(_) => None,
            Self::Expanded(charge) => Some(charge),
        }
    }
}
