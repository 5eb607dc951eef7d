//! Card payments. Sources: <https://docs.stripe.com/declines>, <https://docs.stripe.com/payments/3d-secure>.

use super::{Attempt, Outcome, change, declined, emit_charge, income, keep_for_later, new_charge};
use crate::charges::{Charge, ChargeStatus, Failure};
use crate::error::StripeError;
use crate::payment_intents::{Capture, PaymentIntent, Status};
use crate::payment_methods::{Details, PaymentMethod};
use crate::state::{Cx, State};
use crate::test_numbers::CardBehaviour;
use crate::{balance, disputes};
use serde_json::json;

pub(super) fn attempt(
    state: &mut State,
    cx: &Cx,
    intent: &PaymentIntent,
    method: &PaymentMethod,
    behaviour: &CardBehaviour,
    attempt: &Attempt,
) -> Outcome {
    let challenge = match behaviour {
        CardBehaviour::Authenticates => true,
        CardBehaviour::AuthenticatesUnlessSetUp => !method.set_up,
        _ => false,
    };
    let away = challenge && attempt.off_session;
    if let Some(failure) = refusal(cx, method, behaviour, away) {
        return declined(state, cx, intent, method, failure);
    }
    if challenge && !attempt.authenticated {
        change(state, cx, &intent.id, "payment_intent.requires_action", |intent| {
            intent.status = Status::RequiresAction;
            intent.payment_method = Some(method.id.clone());
            intent.last_payment_error = None;
        });
        return Outcome::RequiresAction;
    }
    let charge_id = state.id("ch_");
    let mut charge = new_charge(cx, intent, method, charge_id.clone());
    charge.authenticated = attempt.authenticated;
    charge.status = ChargeStatus::Succeeded;
    if intent.capture_method != Capture::Manual {
        charge.captured = true;
        charge.amount_captured = intent.amount;
    }
    match intent.capture_method {
        Capture::Automatic => charge.balance_transaction = Some(book(state, cx, &charge)),
        Capture::AutomaticAsync => charge.books_at = Some(cx.now + 1),
        Capture::Manual => charge.capture_before = Some(cx.now + held_for(&charge, attempt.off_session)),
    }
    if charge.captured {
        charge.disputed_at = disputes::expected(&charge.details, cx.now);
    }
    state.put(charge);
    keep_for_later(state, cx, intent, &method.id, attempt.authenticated);
    emit_charge(state, cx, "charge.succeeded", &charge_id);
    let event = match intent.capture_method {
        Capture::Manual => "payment_intent.amount_capturable_updated",
        Capture::Automatic | Capture::AutomaticAsync => "payment_intent.succeeded",
    };
    change(state, cx, &intent.id, event, |intent| {
        intent.payment_method = Some(method.id.clone());
        intent.latest_charge = Some(charge_id.clone());
        intent.last_payment_error = None;
        if intent.capture_method == Capture::Manual {
            intent.status = Status::RequiresCapture;
        } else {
            intent.status = Status::Succeeded;
            intent.amount_received = intent.amount;
        }
    });
    Outcome::Taken
}

/// Why the bank declines, if it does; `needs_customer` if it asks for authentication of a customer who is away.
fn refusal(
    cx: &Cx,
    method: &PaymentMethod,
    behaviour: &CardBehaviour,
    needs_customer: bool,
) -> Option<Failure> {
    match behaviour {
        CardBehaviour::Declines { code, decline_code, message } => {
            Some(Failure { code: code.clone(), decline_code: decline_code.clone(), message: message.clone() })
        }
        CardBehaviour::DeclinesCharges => Some(Failure {
            code: "card_declined".to_owned(),
            decline_code: Some("generic_decline".to_owned()),
            message: "Your card was declined.".to_owned(),
        }),
        // https://docs.stripe.com/declines/codes#expired_card: cards expire while they are on file.
        _ if method.details.has_expired(cx.now) => Some(Failure {
            code: "expired_card".to_owned(),
            decline_code: Some("expired_card".to_owned()),
            message: "Your card has expired.".to_owned(),
        }),
        // https://docs.stripe.com/declines/codes#authentication_required
        _ if needs_customer => Some(Failure {
            code: "authentication_required".to_owned(),
            decline_code: Some("authentication_required".to_owned()),
            message: "Your card was declined. This transaction requires authentication.".to_owned(),
        }),
        _ => None,
    }
}

/// How many seconds an authorisation holds: 7 days, or 4 days and 18 hours if the customer was away and the card is a
/// Visa. Source: <https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>
fn held_for(charge: &Charge, off_session: bool) -> i64 {
    const HOUR: i64 = 60 * 60;
    match &charge.details {
        Details::Card { brand, .. } if off_session && brand == "visa" => (4 * 24 + 18) * HOUR,
        _ => 7 * 24 * HOUR,
    }
}

/// The customer failed or gave up 3-D Secure: no charge was made.
/// Source: <https://docs.stripe.com/error-codes#payment-intent-authentication-failure>
pub(crate) fn fail_authentication(state: &mut State, cx: &Cx, id: &str) {
    let method = state.payment_intents.get(id).and_then(|intent| intent.payment_method.clone());
    let method = method.and_then(|id| state.payment_methods.get(&id)).map(PaymentMethod::json);
    let error = authentication_failure("payment_intent_authentication_failure", "payment")
        .with("payment_method", json!(method));
    change(state, cx, id, "payment_intent.payment_failed", |intent| {
        intent.status = Status::RequiresPaymentMethod;
        intent.payment_method = None;
        intent.last_payment_error = Some(error.object());
    });
}

/// The error of a failed 3-D Secure challenge.
pub(crate) fn authentication_failure(code: &str, kind: &str) -> StripeError {
    let message = format!(
        "We are unable to authenticate your {kind} method. Please choose a different payment method and try again."
    );
    StripeError::invalid(message).code(code)
}

/// Writes the balance transaction of a captured charge.
pub(crate) fn book(state: &mut State, cx: &Cx, charge: &Charge) -> String {
    let movement = income(charge, "charge", balance::card_fee(charge.amount_captured));
    // https://docs.stripe.com/testing#available-balance
    if matches!(charge.details, Details::Card { behaviour: CardBehaviour::BypassesPending, .. }) {
        return balance::record_as_of(state, cx, movement, cx.now);
    }
    balance::record(state, cx, movement)
}
