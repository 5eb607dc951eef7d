//! Bank debits: under way for days, then settled or failed. Source: <https://docs.stripe.com/payments/ach-direct-debit>.

use super::{Attempt, Outcome, change, emit_charge, keep_for_later, new_charge, record_income};
use crate::calendar::business_days_after;
use crate::charges::{Charge, ChargeStatus, Failure};
use crate::error::{Result, StripeError};
use crate::payment_intents::{Capture, PaymentIntent, Status};
use crate::payment_methods::{PaymentMethod, card_error};
use crate::state::{Cx, State};
use crate::test_numbers::BankBehaviour;
use crate::{balance, checkout, disputes, mandates};
use serde_json::json;

/// A bank debit needs a mandate: a new one accepted with this request, or a reusable one.
/// Source: <https://docs.stripe.com/error-codes#payment-intent-mandate-invalid>
pub(super) fn mandate_for(
    state: &mut State,
    cx: &Cx,
    intent: &PaymentIntent,
    attempt: &Attempt,
) -> Result<String> {
    if intent.capture_method == Capture::Manual {
        let message = "The payment method type us_bank_account does not support manual capture.";
        return Err(StripeError::invalid(message).param("capture_method"));
    }
    if attempt.mandate_accepted {
        let multi_use = intent.setup_future_usage.as_deref() == Some("off_session");
        return Ok(mandates::accept(state, cx, &attempt.method, multi_use));
    }
    let given =
        attempt.mandate.clone().filter(|id| state.mandates.get(id).is_some_and(|mandate| mandate.active));
    given.or_else(|| mandates::reusable(state, &attempt.method)).ok_or_else(|| {
        let message = "This PaymentIntent requires a mandate, but no existing mandate was found. Collect mandate \
                       acceptance from the customer and try again, providing acceptance data in the mandate_data \
                       parameter.";
        let error = StripeError::invalid(message).code("payment_intent_mandate_invalid");
        error.with("payment_intent", intent.json())
    })
}

pub(super) fn attempt(
    state: &mut State,
    cx: &Cx,
    intent: &PaymentIntent,
    method: &PaymentMethod,
    behaviour: &BankBehaviour,
    mandate: String,
) -> Outcome {
    let charge_id = state.id("py_");
    let mut charge = new_charge(cx, intent, method, charge_id.clone());
    charge.mandate = Some(mandate);
    charge.captured = true;
    charge.amount_captured = intent.amount;
    charge.settles_at = (*behaviour != BankBehaviour::StaysProcessing).then_some(settles_at(cx));
    state.put(charge);
    keep_for_later(state, cx, intent, &method.id, false);
    emit_charge(state, cx, "charge.pending", &charge_id);
    change(state, cx, &intent.id, "payment_intent.processing", |intent| {
        intent.status = Status::Processing;
        intent.payment_method = Some(method.id.clone());
        intent.latest_charge = Some(charge_id.clone());
        intent.last_payment_error = None;
    });
    Outcome::Processing
}

/// In up to four business days it is known whether the bank paid.
/// Source: <https://docs.stripe.com/payments/ach-direct-debit#timing>
fn settles_at(cx: &Cx) -> i64 {
    cx.ach_settles_after.map_or_else(|| business_days_after(cx.now, 4), |seconds| cx.now + seconds)
}

/// Ends a bank debit: `failure` if the bank refused it.
pub(crate) fn settle_debit(state: &mut State, cx: &Cx, charge_id: &str, failure: Option<Failure>) {
    let Some(charge) = state.charges.get(charge_id).filter(|c| c.status == ChargeStatus::Pending).cloned()
    else {
        return;
    };
    if let Some(failure) = failure {
        fail_debit(state, cx, &charge, failure);
    } else {
        let transaction = record_income(state, cx, &charge, "payment", balance::bank_fee(charge.amount));
        state.alter(charge_id, |charge: &mut Charge| {
            charge.status = ChargeStatus::Succeeded;
            charge.balance_transaction = Some(transaction);
            charge.settles_at = None;
            charge.disputed_at = disputes::expected(&charge.details, cx.now);
        });
        emit_charge(state, cx, "charge.succeeded", charge_id);
        change(state, cx, &charge.payment_intent, "payment_intent.succeeded", |intent| {
            intent.status = Status::Succeeded;
            intent.amount_received = intent.amount;
        });
        checkout::async_payment(state, cx, &charge.payment_intent, true);
    }
}

fn fail_debit(state: &mut State, cx: &Cx, charge: &Charge, failure: Failure) {
    let error = card_error(&failure.code, None, &failure.message).kind("invalid_request_error");
    if let Some(charge) = state.charges.get_mut(&charge.id) {
        charge.status = ChargeStatus::Failed;
        charge.failure = Some(failure);
        charge.captured = false;
        charge.amount_captured = 0;
        charge.settles_at = None;
    }
    emit_charge(state, cx, "charge.failed", &charge.id);
    let method = state.payment_methods.get(&charge.payment_method).map(PaymentMethod::json);
    let error = error.with("charge", json!(charge.id)).with("payment_method", json!(method));
    change(state, cx, &charge.payment_intent, "payment_intent.payment_failed", |intent| {
        intent.status = Status::RequiresPaymentMethod;
        intent.payment_method = None;
        intent.last_payment_error = Some(error.object());
    });
    checkout::async_payment(state, cx, &charge.payment_intent, false);
}
