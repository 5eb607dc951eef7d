//! Setup intents: a method saved without a charge (<https://docs.stripe.com/api/setup_intents>).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::params::Params;
use super::payment_intent::PaymentError;
use super::{Stripe, StripeError, null_as_empty, segment};

impl Stripe {
    /// Reads a setup intent by its `seti_…` id.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_setup_intent(&self, id: &str) -> Result<SetupIntent, StripeError> {
        self.get(&format!("/v1/setup_intents/{}", segment(id)?), Params::default()).await
    }
}

/// A SetupIntent (<https://docs.stripe.com/api/setup_intents/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SetupIntent {
    /// `seti_…`
    pub id: String,
    /// How far saving has come.
    pub status: SetupStatus,
    /// `pm_…`, attached to the customer once the intent has succeeded.
    pub payment_method: Option<String>,
    /// `cus_…`
    pub customer: Option<String>,
    /// `mandate_…` that a bank account's owner gave.
    pub mandate: Option<String>,
    /// `off_session` where it may be charged while the patient is away.
    pub usage: String,
    /// Why the last try failed.
    pub last_setup_error: Option<PaymentError>,
    /// The ids given at creation.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// `status` of a setup intent (<https://docs.stripe.com/payments/paymentintents/lifecycle>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupStatus {
    /// New, or the last try failed; the patient can try again.
    RequiresPaymentMethod,
    /// Waits to be confirmed.
    RequiresConfirmation,
    /// Waits for the patient, such as 3-D Secure or micro-deposits.
    RequiresAction,
    /// Under way.
    Processing,
    /// Given up; nothing was saved.
    Canceled,
    /// Saved.
    Succeeded,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
