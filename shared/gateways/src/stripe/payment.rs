//! Payment intents and balance transactions: what was charged, and what of it reaches the bank.

use std::collections::BTreeMap;

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::checkout::null_as_empty;

/// A PaymentIntent (<https://docs.stripe.com/api/payment_intents>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// How far the charge has come.
    pub status: IntentStatus,
    /// Whole cents to be taken.
    pub amount: i64,
    /// Whole cents taken.
    pub amount_received: i64,
    /// ISO 4217 in lower case.
    pub currency: String,
    /// `ch_…` of the last try; none before the first.
    pub latest_charge: Option<String>,
    /// Why the last try failed; none after a success.
    pub last_payment_error: Option<PaymentError>,
    /// The ids given at creation.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// Why a try to charge failed (<https://docs.stripe.com/declines/codes>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentError {
    /// Stripe's code, such as `card_declined`.
    pub code: Option<String>,
    /// The issuer's reason, such as `insufficient_funds`.
    pub decline_code: Option<String>,
}

/// `status` of a payment intent (<https://docs.stripe.com/payments/paymentintents/lifecycle>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// New, or the last try failed; the patient can try again.
    RequiresPaymentMethod,
    /// Waits for us to confirm.
    RequiresConfirmation,
    /// Waits for the patient, such as 3-D Secure or micro-deposits.
    RequiresAction,
    /// A bank debit is under way.
    Processing,
    /// Authorised, not taken.
    RequiresCapture,
    /// Given up; nothing was taken.
    Canceled,
    /// Taken.
    Succeeded,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
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
