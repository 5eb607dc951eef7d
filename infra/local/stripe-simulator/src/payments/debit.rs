//! Bank debits: under way for days, then settled or failed. Source: <https://docs.stripe.com/payments/ach-direct-debit>.

use super::{Attempt, Outcome, change, emit_charge, income, keep_for_later, new_charge};
use crate::calendar::business_days_after;
use crate::charges::{Charge, ChargeStatus, Failure};
use crate::error::{Result, StripeError};
use crate::payment_intents::{Capture, PaymentIntent, Status};
use crate::payment_methods::{PaymentMethod, card_error};
use crate::state::{Cx, State};
use crate::test_numbers::BankBehaviour;
use crate::{balance, checkout, disputes, mandates, payment_methods};
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
    if *behaviour != BankBehaviour::StaysProcessing {
        charge.settles_at = Some(settles_at(cx));
        charge.books_at = Some(cx.now + 1);
    }
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

/// Writes the balance transaction of a debit. An acknowledgement takes up to four business days, and the money up to
/// five: it is available on the business day after the debit settles.
/// Source: <https://docs.stripe.com/payments/ach-direct-debit#timing>
pub(crate) fn book(state: &mut State, cx: &Cx, charge: &Charge) -> String {
    let movement = income(charge, "payment", balance::bank_fee(charge.amount));
    let settles_at = charge.settles_at.unwrap_or(cx.now).max(cx.now);
    balance::record_as_of(state, cx, movement, business_days_after(settles_at, 1))
}

/// Takes the balance transaction of a debit that failed back, fee and all, before it would have become available.
/// Source: <https://docs.stripe.com/reports/balance-transaction-types>
fn unbook(state: &mut State, cx: &Cx, charge: &Charge) -> Option<String> {
    let booked = state.balance_transactions.get(charge.balance_transaction.as_ref()?)?.clone();
    let movement = balance::Movement {
        kind: "payment_failure_refund",
        source: &charge.id,
        amount: -booked.amount,
        fee: -booked.fee,
        currency: &charge.currency,
        description: Some(format!("Payment failure refund for {}", charge.id)),
    };
    Some(balance::record_as_of(state, cx, movement, booked.available_on))
}

/// Why a blocked account is not debited.
/// Source: <https://docs.stripe.com/payments/ach-direct-debit/blocked-bank-accounts#identifying-blocked-accounts>
pub(super) fn unusable() -> Failure {
    Failure {
        code: "bank_account_unusable".to_owned(),
        decline_code: None,
        message: "The bank account provided cannot be used. Please use a different bank account.".to_owned(),
    }
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
        let booked = charge.balance_transaction.clone();
        let transaction = booked.unwrap_or_else(|| book(state, cx, &charge));
        state.alter(charge_id, |charge: &mut Charge| {
            charge.status = ChargeStatus::Succeeded;
            charge.balance_transaction = Some(transaction);
            charge.settles_at = None;
            charge.books_at = None;
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
    let (code, taken_back) = (failure.code.clone(), unbook(state, cx, charge));
    if let Some(charge) = state.charges.get_mut(&charge.id) {
        charge.status = ChargeStatus::Failed;
        charge.failure = Some(failure);
        charge.captured = false;
        charge.amount_captured = 0;
        charge.settles_at = None;
        charge.books_at = None;
        charge.failure_balance_transaction = taken_back;
    }
    emit_charge(state, cx, "charge.failed", &charge.id);
    payment_methods::returned(state, cx, &charge.payment_method, &code);
    let method = state.payment_methods.get(&charge.payment_method).map(PaymentMethod::json);
    let error = error.with("charge", json!(charge.id)).with("payment_method", json!(method));
    change(state, cx, &charge.payment_intent, "payment_intent.payment_failed", |intent| {
        intent.status = Status::RequiresPaymentMethod;
        intent.payment_method = None;
        intent.last_payment_error = Some(error.object());
    });
    checkout::async_payment(state, cx, &charge.payment_intent, false);
}
