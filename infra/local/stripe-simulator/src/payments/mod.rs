//! What an attempt to pay does to a PaymentIntent and its charge, whoever starts it: the API or the hosted page.
//! Sources: <https://docs.stripe.com/payments/paymentintents/lifecycle>, <https://docs.stripe.com/declines>,
//! <https://docs.stripe.com/payments/ach-direct-debit>.

mod card;
mod debit;

pub(crate) use card::{authentication_failure, book, fail_authentication};
pub(crate) use debit::settle_debit;

use crate::balance::Movement;
use crate::charges::{Charge, ChargeStatus, Failure};
use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::payment_intents::{PaymentIntent, Status, find};
use crate::payment_methods::{self, Details, PaymentMethod, card_error};
use crate::state::{Cx, State};
use serde_json::json;

/// One attempt to pay.
pub(crate) struct Attempt {
    pub(crate) method: String,
    /// The customer is away and cannot authenticate.
    pub(crate) off_session: bool,
    /// The customer has just passed 3-D Secure.
    pub(crate) authenticated: bool,
    pub(crate) mandate: Option<String>,
    /// The account holder has just agreed to the debit.
    pub(crate) mandate_accepted: bool,
}

/// How an attempt ended.
pub(crate) enum Outcome {
    /// The money is taken, or reserved if capture is manual.
    Taken,
    /// A bank debit is under way.
    Processing,
    /// The customer has to authenticate.
    RequiresAction,
    Declined(StripeError),
}

/// Reads `mandate_data`. Source: <https://docs.stripe.com/api/payment_intents/confirm>
pub(crate) fn read_mandate_data(reader: &mut Reader) {
    let acceptance = reader.hash("customer_acceptance", |acceptance| {
        let kind = acceptance.choice("type", &["online", "offline"]);
        acceptance.require("type", kind);
        acceptance.integer("accepted_at");
        acceptance.hash("offline", |_| ());
        acceptance.hash("online", |online| {
            online.required_string("ip_address");
            online.required_string("user_agent");
        });
    });
    reader.require("customer_acceptance", acceptance);
}

/// Reads `automatic_payment_methods`: whether it is on, and whether methods that redirect are allowed.
pub(crate) fn read_automatic(reader: &mut Reader) -> Option<(bool, bool)> {
    reader.hash("automatic_payment_methods", |automatic| {
        let enabled = automatic.boolean("enabled");
        let redirects = automatic.choice("allow_redirects", &["always", "never"]);
        (automatic.require("enabled", enabled).unwrap_or(false), redirects.as_deref() != Some("never"))
    })
}

/// Source: <https://docs.stripe.com/api/payment_intents/confirm#confirm_payment_intent-return_url>
pub(crate) fn needs_return_url(object: &str) -> StripeError {
    StripeError::invalid(format!(
        "This {object} is configured to accept payment methods enabled in your Dashboard. Because some of these \
         payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't \
         want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and \
         `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
    ))
}

/// Reads the payment method types that a PaymentIntent or a SetupIntent may use.
pub(crate) fn read_types(reader: &mut Reader) -> Option<Vec<String>> {
    refuse_former_types(reader);
    reader.strings("allowed_payment_method_types")
}

/// Refuses `payment_method_types`, which can only be read in this version.
/// Source: <https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents>
pub(crate) fn refuse_former_types(reader: &mut Reader) {
    if reader.fields.remove("payment_method_types").is_some() {
        let message = "The parameter `payment_method_types` is no longer supported. Use \
                       `allowed_payment_method_types` instead.";
        let error = StripeError::invalid(message).code("payment_method_types_no_longer_supported");
        reader.fail(error.param("payment_method_types"));
    }
}

/// The payment method types that are simulated.
pub(crate) fn check_types(types: &[String]) -> Result<()> {
    let unknown = types.iter().find(|kind| !matches!(kind.as_str(), "card" | "us_bank_account"));
    match unknown {
        None => Ok(()),
        Some(kind) => {
            let message = format!(
                "Invalid allowed_payment_method_types: {kind}. This simulator supports card and us_bank_account"
            );
            Err(StripeError::invalid(message).param("allowed_payment_method_types"))
        }
    }
}

/// Whether this payment method may be used for a payment of this customer.
/// Source: <https://docs.stripe.com/error-codes#payment-intent-incompatible-payment-method>
pub(crate) fn check_method(state: &State, id: &str, customer: Option<&str>, types: &[String]) -> Result<()> {
    let Some(method) = state.payment_methods.get(id) else {
        return Err(StripeError::missing("PaymentMethod", id, "payment_method").status(400));
    };
    let kind = method.details.kind();
    if !types.iter().any(|allowed| allowed == kind) {
        let message = format!(
            "The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent. Please attach a \
             PaymentMethod of one of the following types: {}.",
            types.join(", ")
        );
        let code = "payment_intent_incompatible_payment_method";
        return Err(StripeError::invalid(message).code(code).param("payment_method"));
    }
    match (method.customer.as_deref(), customer) {
        (Some(_), None) => {
            let message = "The payment method you provided is attached to a customer so for security purposes you \
                           must provide the customer in the request.";
            Err(StripeError::invalid(message).param("payment_method"))
        }
        (Some(owner), Some(customer)) if owner != customer => {
            let message = format!("The customer {customer} does not own the PaymentMethod {id}.");
            Err(StripeError::invalid(message).param("payment_method"))
        }
        (None, _) if method.consumed => Err(payment_methods::may_not_be_used_again()),
        _ => Ok(()),
    }
}

/// Attempts to pay. `Err` is a refusal before anything happened; a decline is an [`Outcome`].
pub(crate) fn attempt(state: &mut State, cx: &Cx, id: &str, attempt: Attempt) -> Result<Outcome> {
    let intent = find(state, id)?.clone();
    let Some(method) = state.payment_methods.get(&attempt.method).cloned() else {
        return Err(StripeError::missing("PaymentMethod", &attempt.method, "payment_method").status(400));
    };
    match &method.details {
        Details::Card { behaviour, .. } => {
            let behaviour = behaviour.clone();
            Ok(card::attempt(state, cx, &intent, &method, &behaviour, &attempt))
        }
        Details::UsBankAccount { .. } if method.blocked.is_some() => {
            Ok(declined(state, cx, &intent, &method, debit::unusable()))
        }
        Details::UsBankAccount { behaviour, .. } => {
            let behaviour = behaviour.clone();
            let mandate = debit::mandate_for(state, cx, &intent, &attempt)?;
            Ok(debit::attempt(state, cx, &intent, &method, &behaviour, mandate))
        }
    }
}

/// After success: attached to the customer if the payment said so, otherwise used up.
/// Source: <https://docs.stripe.com/payments/save-during-payment>
fn keep_for_later(state: &mut State, cx: &Cx, intent: &PaymentIntent, method_id: &str, authenticated: bool) {
    let Some(method) = state.payment_methods.get_mut(method_id) else { return };
    let keep = intent.setup_future_usage.is_some();
    if let (true, Some(customer)) = (keep, &intent.customer) {
        method.set_up = method.set_up || authenticated;
        payment_methods::attach_to(state, cx, method_id, customer);
    } else if method.customer.is_none() {
        method.consumed = true;
    }
}

/// A decline: a failed charge, and the PaymentIntent waits for another payment method.
fn declined(
    state: &mut State,
    cx: &Cx,
    intent: &PaymentIntent,
    method: &PaymentMethod,
    failure: Failure,
) -> Outcome {
    let charge_id = state.id(if matches!(method.details, Details::Card { .. }) { "ch_" } else { "py_" });
    let error = card_error(&failure.code, failure.decline_code.as_deref(), &failure.message)
        .with("charge", json!(charge_id))
        .with("payment_method", method.json());
    let mut charge = new_charge(cx, intent, method, charge_id.clone());
    charge.status = ChargeStatus::Failed;
    charge.failure = Some(failure);
    state.put(charge);
    emit_charge(state, cx, "charge.failed", &charge_id);
    change(state, cx, &intent.id, "payment_intent.payment_failed", |intent| {
        intent.status = Status::RequiresPaymentMethod;
        intent.payment_method = None;
        intent.latest_charge = Some(charge_id);
        intent.last_payment_error = Some(error.object());
    });
    Outcome::Declined(error)
}

/// The balance transaction comes a moment after the charge: of a card, after asynchronous capture; of a bank debit, when
/// it is submitted to the bank.
/// Sources: <https://docs.stripe.com/payments/payment-intents/asynchronous-capture>,
/// <https://docs.stripe.com/payments/ach-direct-debit/migrating-from-charges>
pub(crate) fn book_later(state: &mut State, cx: &Cx, id: &str) {
    let Some(charge) = state.charges.get(id).cloned() else { return };
    let transaction = match &charge.details {
        Details::Card { .. } => card::book(state, cx, &charge),
        Details::UsBankAccount { .. } => debit::book(state, cx, &charge),
    };
    if let Some(charge) = state.charges.get_mut(id) {
        charge.balance_transaction = Some(transaction);
        charge.books_at = None;
    }
    emit_charge(state, cx, "charge.updated", id);
}

fn new_charge(cx: &Cx, intent: &PaymentIntent, method: &PaymentMethod, id: String) -> Charge {
    Charge {
        id,
        created: cx.now,
        amount: intent.amount,
        amount_captured: 0,
        amount_refunded: 0,
        captured: false,
        currency: intent.currency.clone(),
        customer: intent.customer.clone(),
        description: intent.description.clone(),
        metadata: intent.metadata.clone(),
        payment_intent: intent.id.clone(),
        payment_method: method.id.clone(),
        details: method.details.clone(),
        billing: method.billing.clone(),
        mandate: None,
        authenticated: false,
        receipt_email: intent.receipt_email.clone(),
        statement_descriptor_suffix: intent.statement_descriptor_suffix.clone(),
        status: ChargeStatus::Pending,
        failure: None,
        balance_transaction: None,
        settles_at: None,
        books_at: None,
        failure_balance_transaction: None,
        capture_before: None,
        disputed_at: None,
        dispute: None,
        refunds: Vec::new(),
    }
}

/// What a charge brings.
fn income<'a>(charge: &'a Charge, kind: &'a str, fee: i64) -> Movement<'a> {
    Movement {
        kind,
        source: &charge.id,
        amount: charge.amount_captured,
        fee,
        currency: &charge.currency,
        description: charge.description.clone(),
    }
}

/// Changes a PaymentIntent and emits `event` with its new state.
pub(crate) fn change(
    state: &mut State,
    cx: &Cx,
    id: &str,
    event: &str,
    change: impl FnOnce(&mut PaymentIntent),
) {
    let Some(intent) = state.payment_intents.get_mut(id) else { return };
    change(intent);
    let json = intent.json();
    state.emit(cx, event, json);
}

/// Emits an event with the present state of a charge.
pub(crate) fn emit_charge(state: &mut State, cx: &Cx, event: &str, id: &str) {
    if let Some(json) = state.charges.get(id).map(|charge| charge.json(state)) {
        state.emit(cx, event, json);
    }
}
