//! Payment intents: charges of a saved method, and what became of any charge
//! (<https://docs.stripe.com/api/payment_intents>).

use std::collections::BTreeMap;

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::charge::LatestCharge;
use super::checkout::PaymentMethodType;
use super::params::Params;
use super::{Page, Stripe, StripeError, null_as_empty, segment};

/// A charge of a saved method, made now and confirmed by a second call, so that its id can be committed between.
///
/// Stripe gets an amount, opaque ids and the words `Payment to <practice>`, and no address for a receipt of its own.
#[derive(Debug)]
pub struct NewPaymentIntent<'a> {
    /// Whole cents, above zero.
    pub amount_cents: i64,
    /// ISO 4217 in lower case, such as `usd`.
    pub currency: &'a str,
    /// `cus_…` to whom the method is saved.
    pub customer: &'a str,
    /// `pm_…` to be charged. A bank account's mandate is the one that was given when it was saved.
    pub payment_method: &'a str,
    /// What the method is: nothing else may be used.
    pub method_type: PaymentMethodType,
    /// The practice's name as patients know it.
    pub practice: &'a str,
    /// Opaque ids only, by which a lost intent is found again; limits as in
    /// [`NewCheckoutSession`](super::NewCheckoutSession::metadata). Its charges get a copy.
    pub metadata: &'a BTreeMap<String, String>,
    /// Whether confirming only authorises, and [`Stripe::capture_payment_intent`] takes the money. Cards only
    /// (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>).
    pub capture_manually: bool,
}

impl NewPaymentIntent<'_> {
    fn form(&self) -> Params {
        Params::default()
            .set("amount", &self.amount_cents.to_string())
            .set("currency", self.currency)
            .set("customer", self.customer)
            .set("payment_method", self.payment_method)
            .allowed(&[self.method_type])
            .set("description", &format!("Payment to {}", self.practice))
            .set_some("capture_method", self.capture_manually.then_some("manual"))
            .set("confirm", "false")
            .metadata("metadata", self.metadata)
    }
}

/// Why an intent is given up (<https://docs.stripe.com/api/payment_intents/cancel>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancellationReason {
    /// The patient or the practice asked.
    RequestedByCustomer,
    /// It was never confirmed, or nothing came of it.
    Abandoned,
}

impl CancellationReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::RequestedByCustomer => "requested_by_customer",
            Self::Abandoned => "abandoned",
        }
    }
}

impl Stripe {
    /// Makes an intent that charges nothing yet. The same key gives the same intent for at least 24 hours.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unknown` look for the intent with [`Self::list_payment_intents`].
    pub async fn create_payment_intent(
        &self,
        intent: &NewPaymentIntent<'_>,
        idempotency_key: &str,
    ) -> Result<PaymentIntent, StripeError> {
        self.post("/v1/payment_intents", intent.form(), idempotency_key).await
    }

    /// Charges (or authorises) while the patient is away: a method that asks for the patient is declined instead, with
    /// the code `authentication_required` and the intent back in `requires_payment_method`
    /// (<https://docs.stripe.com/payments/save-and-reuse>,
    /// <https://support.stripe.com/questions/manual-confirmation-for-off-session-payments-requiring-strong-customer-authentication-(sca)>).
    /// A bank debit comes back as `Processing`.
    ///
    /// # Errors
    /// [`StripeError`]. A decline is `Refused` with status 402 and [`Refusal::payment_intent`](super::Refusal); after
    /// `Unknown` read the intent.
    pub async fn confirm_payment_intent(
        &self,
        id: &str,
        idempotency_key: &str,
    ) -> Result<PaymentIntent, StripeError> {
        let form = expand_charge(Params::default().set("off_session", "true"));
        self.post(&path(id, "/confirm")?, form, idempotency_key).await
    }

    /// Takes what was authorised: all of it, or `amount_cents` of it, and the rest is released for good
    /// (<https://docs.stripe.com/api/payment_intents/capture>).
    ///
    /// # Errors
    /// [`StripeError`]. `Refused` when it was captured, cancelled or has lapsed: read it next, as after `Unknown`.
    pub async fn capture_payment_intent(
        &self,
        id: &str,
        amount_cents: Option<i64>,
        idempotency_key: &str,
    ) -> Result<PaymentIntent, StripeError> {
        let amount = amount_cents.map(|cents| cents.to_string());
        let form = expand_charge(Params::default().set_some("amount_to_capture", amount.as_deref()));
        self.post(&path(id, "/capture")?, form, idempotency_key).await
    }

    /// Gives an intent up; what it had authorised is released. Not for a hosted page's intent: expire its session
    /// (<https://docs.stripe.com/api/payment_intents/cancel>).
    ///
    /// # Errors
    /// [`StripeError`]. `Refused` when it can no longer be cancelled: it may have **succeeded**, so read it next.
    pub async fn cancel_payment_intent(
        &self,
        id: &str,
        reason: CancellationReason,
        idempotency_key: &str,
    ) -> Result<PaymentIntent, StripeError> {
        let form = Params::default().set("cancellation_reason", reason.as_str());
        self.post(&path(id, "/cancel")?, form, idempotency_key).await
    }

    /// Reads an intent by its `pi_…` id, with its last charge.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn retrieve_payment_intent(&self, id: &str) -> Result<PaymentIntent, StripeError> {
        self.get(&path(id, "")?, expand_charge(Params::default())).await
    }

    /// One page of the intents, with their last charges, created from `created_from` up to, not including, `created_to`, of one customer or of
    /// all, newest first. `starting_after` is the last id of the page before; none asks for the first page.
    ///
    /// # Errors
    /// [`StripeError`]; reading changes nothing and can be repeated after any of them.
    pub async fn list_payment_intents(
        &self,
        customer: Option<&str>,
        created_from: DateTime<Utc>,
        created_to: DateTime<Utc>,
        starting_after: Option<&str>,
    ) -> Result<Page<PaymentIntent>, StripeError> {
        let query =
            Params::page(starting_after).set_some("customer", customer).set("expand[]", "data.latest_charge");
        self.get("/v1/payment_intents", query.created(created_from, created_to)).await
    }
}

fn path(id: &str, action: &str) -> Result<String, StripeError> {
    Ok(format!("/v1/payment_intents/{}{action}", segment(id)?))
}

/// With the charge itself and not just its id (<https://docs.stripe.com/api/expanding_objects>).
fn expand_charge(params: Params) -> Params {
    params.set("expand[]", "latest_charge")
}

/// A PaymentIntent (<https://docs.stripe.com/api/payment_intents/object>), as far as Paywell reads it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// How far the charge has come.
    pub status: IntentStatus,
    /// Whole cents to be taken.
    pub amount: i64,
    /// Whole cents authorised and not taken yet.
    pub amount_capturable: i64,
    /// Whole cents taken.
    pub amount_received: i64,
    /// ISO 4217 in lower case.
    pub currency: String,
    /// Who takes the money once it is authorised.
    pub capture_method: CaptureMethod,
    /// `cus_…`
    pub customer: Option<String>,
    /// `pm_…` that was or is to be charged; none again after a decline.
    pub payment_method: Option<String>,
    /// The last try; none before the first.
    pub latest_charge: Option<LatestCharge>,
    /// Why the last try failed; none after a success.
    pub last_payment_error: Option<PaymentError>,
    /// The ids given at creation.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    #[serde(with = "ts_seconds")]
    pub created: DateTime<Utc>,
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
    /// Given up, by us or by Stripe when the authorisation lapsed; nothing was taken.
    Canceled,
    /// Taken.
    Succeeded,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// `capture_method` of a payment intent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMethod {
    /// Stripe, at once.
    Automatic,
    /// Stripe, a little later than it answers; the default.
    AutomaticAsync,
    /// We, by capturing.
    Manual,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}
