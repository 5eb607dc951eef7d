//! Capture and cancel. Sources: <https://docs.stripe.com/api/payment_intents/capture>,
//! <https://docs.stripe.com/api/payment_intents/cancel>.

use super::{Status, find, refuse_checkout, unexpected_state};
use crate::charges::{Charge, ChargeStatus};
use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::state::{Cx, State};
use crate::{disputes, payments};
use serde_json::Value;

/// `POST /v1/payment_intents/{id}/capture`. Source: <https://docs.stripe.com/api/payment_intents/capture>
pub(crate) fn capture(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let wanted = reader.integer("amount_to_capture");
    reader.finish()?;
    let intent = find(state, id)?.clone();
    if intent.status != Status::RequiresCapture {
        let message = format!(
            "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one \
             of the following statuses may be captured: requires_capture.",
            intent.status.word()
        );
        return Err(unexpected_state(&intent, &message));
    }
    let amount = wanted.unwrap_or(intent.amount);
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(StripeError::invalid(message)
            .code("parameter_invalid_integer")
            .param("amount_to_capture"));
    }
    if amount > intent.amount {
        let message = format!(
            "The requested capture amount ({amount}) is greater than the amount you can capture for this charge \
             ({}).",
            intent.amount
        );
        return Err(StripeError::invalid(message).code("amount_too_large").param("amount_to_capture"));
    }
    let charge_id = intent.latest_charge.clone().unwrap_or_default();
    let captured = state.alter(&charge_id, |charge: &mut Charge| {
        charge.captured = true;
        charge.amount_captured = amount;
        charge.capture_before = None;
        charge.disputed_at = disputes::expected(&charge.details, cx.now);
        charge.clone()
    });
    let transaction = captured.map(|charge| payments::book(state, cx, &charge));
    if let Some(charge) = state.charges.get_mut(&charge_id) {
        charge.balance_transaction = transaction;
    }
    payments::emit_charge(state, cx, "charge.captured", &charge_id);
    payments::change(state, cx, id, "payment_intent.succeeded", |intent| {
        intent.status = Status::Succeeded;
        intent.amount_received = amount;
    });
    Ok(find(state, id)?.json())
}

/// `POST /v1/payment_intents/{id}/cancel`. Source: <https://docs.stripe.com/api/payment_intents/cancel>
///
/// A debit under way is refused: Stripe cancels those "in rare cases" only, which no program may count on.
pub(crate) fn cancel(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
    let reason = reader.choice("cancellation_reason", &reasons);
    reader.finish()?;
    let intent = find(state, id)?.clone();
    if intent.status != Status::RequiresCapture {
        refuse_checkout(&intent)?;
    }
    if matches!(intent.status, Status::Succeeded | Status::Canceled | Status::Processing) {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of \
             the following statuses may be canceled: requires_payment_method, requires_capture, \
             requires_confirmation, requires_action, processing.",
            intent.status.word()
        );
        return Err(unexpected_state(&intent, &message));
    }
    cancel_now(state, cx, id, reason);
    Ok(find(state, id)?.json())
}

/// Cancels, and releases what was authorised but not captured.
pub(crate) fn cancel_now(state: &mut State, cx: &Cx, id: &str, reason: Option<String>) {
    let held = state.payment_intents.get(id).filter(|intent| intent.status == Status::RequiresCapture);
    if let Some(charge_id) = held.and_then(|intent| intent.latest_charge.clone()) {
        if let Some(charge) =
            state.charges.get_mut(&charge_id).filter(|c| c.status == ChargeStatus::Succeeded)
        {
            charge.amount_refunded = charge.amount;
        }
        payments::emit_charge(state, cx, "charge.refunded", &charge_id);
    }
    payments::change(state, cx, id, "payment_intent.canceled", |intent| {
        intent.status = Status::Canceled;
        intent.canceled_at = Some(cx.now);
        intent.cancellation_reason = reason;
    });
}
