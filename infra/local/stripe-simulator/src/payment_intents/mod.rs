//! PaymentIntents: the object and its endpoints. What a payment attempt does is in [`crate::payments`].
//! Source: <https://docs.stripe.com/api/payment_intents>.

mod create;
mod end;

pub(crate) use create::{confirm, create};
pub(crate) use end::{cancel, cancel_now, capture};

use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::metadata::Metadata;
use crate::params::Reader;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Source: <https://docs.stripe.com/payments/paymentintents/lifecycle>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Canceled,
    Succeeded,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Canceled => "canceled",
            Self::Succeeded => "succeeded",
        }
    }
}

/// When an authorised amount is taken. Source: <https://docs.stripe.com/api/payment_intents/object>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Capture {
    Automatic,
    /// At once, with the balance transaction following a moment later; the default.
    #[default]
    AutomaticAsync,
    Manual,
}

impl Capture {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        match reader.choice("capture_method", &["automatic", "automatic_async", "manual"]).as_deref() {
            Some("automatic") => Self::Automatic,
            Some("manual") => Self::Manual,
            _ => Self::AutomaticAsync,
        }
    }
}

/// Amounts in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) client_secret: String,
    pub(crate) amount: i64,
    pub(crate) amount_received: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) capture_method: Capture,
    pub(crate) automatic_payment_methods: bool,
    pub(crate) redirects_allowed: bool,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) payment_method: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) setup_future_usage: Option<String>,
    pub(crate) latest_charge: Option<String>,
    pub(crate) last_payment_error: Option<Value>,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) cancellation_reason: Option<String>,
    /// The Checkout Session that made it, if one did.
    pub(crate) session: Option<String>,
}

impl PaymentIntent {
    pub(crate) fn json(&self) -> Value {
        let capturable = if self.status == Status::RequiresCapture { self.amount } else { 0 };
        let automatic = json!({
            "allow_redirects": if self.redirects_allowed { "always" } else { "never" },
            "enabled": true,
        });
        let action = (self.status == Status::RequiresAction).then(
            || json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } }),
        );
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": capturable,
            "amount_details": { "tip": {} },
            "amount_received": self.amount_received,
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": if self.automatic_payment_methods { automatic } else { Value::Null },
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": self.capture_method,
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": null,
            "description": self.description,
            "excluded_payment_method_types": null,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": false,
            "managed_payments": null,
            "metadata": self.metadata,
            "next_action": action,
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": {},
            "payment_method_types": self.payment_method_types,
            "processing": null,
            "receipt_email": self.receipt_email,
            "review": null,
            "setup_future_usage": self.setup_future_usage,
            "shipping": null,
            "source": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": self.status,
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

/// Stores a new PaymentIntent and says so.
pub(crate) fn store(state: &mut State, cx: &Cx, intent: PaymentIntent) -> Value {
    let json = intent.json();
    state.put(intent);
    state.emit(cx, "payment_intent.created", json.clone());
    json
}

/// `GET /v1/payment_intents/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(find(state, id)?.json())
}

/// `GET /v1/payment_intents`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let customer = reader.string("customer");
    reader.finish()?;
    let wanted = |intent: &PaymentIntent| {
        customer.as_ref().is_none_or(|customer| intent.customer.as_ref() == Some(customer))
    };
    let owner = customer.as_deref();
    Listing { page, created, owner }.of(state, "/v1/payment_intents", wanted, PaymentIntent::json)
}

pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a PaymentIntent> {
    state.payment_intents.get(id).ok_or_else(|| StripeError::missing("payment_intent", id, "intent"))
}

/// Checkout's own PaymentIntents cannot be confirmed or cancelled over the API.
/// Source: <https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_intent>
fn refuse_checkout(intent: &PaymentIntent) -> Result<()> {
    if intent.session.is_none() {
        return Ok(());
    }
    Err(StripeError::invalid(
        "You cannot perform this action on PaymentIntents created by Checkout. Try expiring the Checkout Session \
         instead.",
    ))
}

/// Source: <https://docs.stripe.com/error-codes#payment-intent-unexpected-state>
fn unexpected_state(intent: &PaymentIntent, message: &str) -> StripeError {
    StripeError::invalid(message)
        .code("payment_intent_unexpected_state")
        .with("payment_intent", intent.json())
}
