//! What the hosted page does when its form is sent: pure transitions of a session.
//! Source: <https://docs.stripe.com/payments/checkout/how-checkout-works>.

use super::form::{Problems, Submission, check};
use super::{Session, SessionStatus};
use crate::customers::Customer;
use crate::payment_intents::{Capture, PaymentIntent, Status};
use crate::payment_methods::{self, BillingDetails};
use crate::payments::{self, Attempt, Outcome};
use crate::state::{Cx, State};
use crate::{customers, payment_intents, setup_intents};

/// What the page does next.
pub(crate) enum Step {
    /// Go to the success URL.
    Done,
    /// Show the 3-D Secure challenge.
    Challenge,
    /// Declined; the session stays open and the page says why.
    Declined,
    /// Nothing was sent to the bank: a message for each field.
    Invalid(Problems),
    /// The session is complete or expired.
    Closed,
}

/// The form was sent.
pub(crate) fn submit(state: &mut State, cx: &Cx, id: &str, form: &Submission) -> Step {
    let Some(session) = open(state, id) else { return Step::Closed };
    let (details, billing) = match check(&session, form, cx.now) {
        Ok(checked) => checked,
        Err(problems) => return Step::Invalid(problems),
    };
    let method = payment_methods::store(state, cx, details, billing.clone());
    let outcome = if let Some(setup) = &session.setup_intent {
        setup_intents::attempt(state, cx, setup, &method, false)
    } else {
        let intent = intent_of(state, cx, &session, &billing);
        pay(state, cx, &intent, method, false)
    };
    if let Some(session) = state.sessions.get_mut(id) {
        session.customer_details = Some(billing);
    }
    after(state, cx, id, &outcome)
}

/// The challenge page was answered.
pub(crate) fn authenticate(state: &mut State, cx: &Cx, id: &str, passed: bool) -> Step {
    let Some(session) = open(state, id) else { return Step::Closed };
    let Some(method) = waiting_method(state, &session) else { return Step::Declined };
    let outcome = match (&session.setup_intent, &session.payment_intent, passed) {
        (Some(setup), _, true) => setup_intents::attempt(state, cx, setup, &method, true),
        (Some(setup), _, false) => {
            setup_intents::fail_authentication(state, cx, setup);
            return Step::Declined;
        }
        (None, Some(intent), true) => pay(state, cx, intent, method, true),
        (None, Some(intent), false) => {
            payments::fail_authentication(state, cx, intent);
            return Step::Declined;
        }
        (None, None, _) => return Step::Declined,
    };
    after(state, cx, id, &outcome)
}

/// Whether a challenge is waiting to be answered.
pub(crate) fn challenged(state: &State, session: &Session) -> bool {
    session.status == SessionStatus::Open && waiting_method(state, session).is_some()
}

/// Why the last attempt failed, in Stripe's words to the customer.
pub(crate) fn last_error(state: &State, session: &Session) -> Option<String> {
    let payment = session.payment_intent.as_ref().and_then(|id| state.payment_intents.get(id));
    let setup = session.setup_intent.as_ref().and_then(|id| state.setup_intents.get(id));
    let error = payment
        .and_then(|intent| intent.last_payment_error.as_ref())
        .or_else(|| setup.and_then(|setup| setup.last_setup_error.as_ref()))?;
    error.get("message").and_then(|message| message.as_str()).map(str::to_owned)
}

fn open(state: &State, id: &str) -> Option<Session> {
    state.sessions.get(id).filter(|session| session.status == SessionStatus::Open).cloned()
}

fn waiting_method(state: &State, session: &Session) -> Option<String> {
    let payment = session.payment_intent.as_ref().and_then(|id| state.payment_intents.get(id));
    let setup = session.setup_intent.as_ref().and_then(|id| state.setup_intents.get(id));
    payment
        .filter(|intent| intent.status == Status::RequiresAction)
        .and_then(|intent| intent.payment_method.clone())
        .or_else(|| {
            setup
                .filter(|setup| setup.status == Status::RequiresAction)
                .and_then(|setup| setup.payment_method.clone())
        })
}

fn pay(state: &mut State, cx: &Cx, intent: &str, method: String, authenticated: bool) -> Outcome {
    // The hosted page shows the debit authorisation beside its button.
    let attempt =
        Attempt { method, off_session: false, authenticated, mandate: None, mandate_accepted: true };
    payments::attempt(state, cx, intent, attempt).unwrap_or_else(Outcome::Declined)
}

fn after(state: &mut State, cx: &Cx, id: &str, outcome: &Outcome) -> Step {
    match outcome {
        Outcome::Taken => complete(state, cx, id, true),
        Outcome::Processing => complete(state, cx, id, false),
        Outcome::RequiresAction => Step::Challenge,
        Outcome::Declined(_) => Step::Declined,
    }
}

/// Source: <https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_status>
fn complete(state: &mut State, cx: &Cx, id: &str, taken: bool) -> Step {
    let Some(session) = state.sessions.get_mut(id) else { return Step::Closed };
    session.status = SessionStatus::Complete;
    // Money that is only reserved is not paid yet.
    if session.mode == "payment" && taken && session.intent_data.capture_method != Capture::Manual {
        session.payment_status = "paid".to_owned();
    }
    let json = session.json();
    state.emit(cx, "checkout.session.completed", json);
    Step::Done
}

/// The session's PaymentIntent, made with the first attempt.
fn intent_of(state: &mut State, cx: &Cx, session: &Session, billing: &BillingDetails) -> String {
    if let Some(id) = &session.payment_intent {
        return id.clone();
    }
    let customer = customer_of(state, cx, session, billing);
    let id = state.id("pi_");
    let data = session.intent_data.clone();
    let intent = PaymentIntent {
        client_secret: format!("{id}_secret_{}", state.secret(25)),
        id: id.clone(),
        created: cx.now,
        amount: session.amount_total.unwrap_or_default(),
        amount_received: 0,
        currency: "usd".to_owned(),
        status: Status::RequiresPaymentMethod,
        capture_method: data.capture_method,
        automatic_payment_methods: false,
        redirects_allowed: false,
        payment_method_types: session.payment_method_types.clone(),
        payment_method: None,
        customer: customer.clone(),
        description: data.description,
        metadata: data.metadata,
        receipt_email: data.receipt_email,
        statement_descriptor_suffix: data.statement_descriptor_suffix,
        setup_future_usage: data.setup_future_usage,
        latest_charge: None,
        last_payment_error: None,
        canceled_at: None,
        cancellation_reason: None,
        session: Some(session.id.clone()),
    };
    payment_intents::store(state, cx, intent);
    state.alter(&session.id, |session: &mut Session| {
        session.payment_intent = Some(id.clone());
        session.customer = customer;
    });
    id
}

/// A customer is made if the session asks for one, or if the payment method is to be kept.
/// Source: <https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer_creation>
fn customer_of(state: &mut State, cx: &Cx, session: &Session, billing: &BillingDetails) -> Option<String> {
    let wanted = session.customer_creation.as_deref() == Some("always")
        || session.intent_data.setup_future_usage.is_some();
    if session.customer.is_some() || !wanted {
        return session.customer.clone();
    }
    let customer = Customer {
        id: state.id("cus_"),
        created: cx.now,
        email: billing.email.clone(),
        name: billing.name.clone(),
        ..Customer::default()
    };
    Some(customers::store(state, cx, customer))
}
