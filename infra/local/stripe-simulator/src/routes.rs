//! The API's routes in one table, and the transition of a whole request.

use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::state::{Cx, State};
use crate::{
    balance, charges, checkout, customers, disputes, events, expand, mandates, payment_intents,
    payment_methods, payouts, refunds, setup_intents, webhooks,
};
use serde_json::Value;

/// Runs one request on the state.
pub(crate) fn run(state: &mut State, cx: &Cx, method: &str, path: &str, mut reader: Reader) -> Result<Value> {
    let paths = reader.strings("expand").unwrap_or_default();
    expand::check(&paths)?;
    let answer = dispatch(state, cx, method, path, reader)?;
    Ok(expand::apply(state, cx, answer, &paths))
}

#[rustfmt::skip]
fn dispatch(state: &mut State, cx: &Cx, method: &str, path: &str, reader: Reader) -> Result<Value> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    match (method, segments.as_slice()) {
        ("POST", ["customers"]) => customers::create(state, cx, reader),
        ("GET", ["customers"]) => customers::list(state, reader),
        ("GET", ["customers", id]) => customers::retrieve(state, reader, id),
        ("POST", ["customers", id]) => customers::update(state, cx, reader, id),
        ("DELETE", ["customers", id]) => customers::delete(state, cx, reader, id),
        ("GET", ["customers", id, "payment_methods"]) => payment_methods::list_of_customer(state, reader, id),
        ("GET", ["customers", customer, "payment_methods", id]) => payment_methods::retrieve_of_customer(state, reader, customer, id),

        ("GET", ["payment_methods"]) => payment_methods::list(state, reader),
        ("GET", ["payment_methods", id]) => payment_methods::retrieve(state, reader, id),
        ("POST", ["payment_methods", id]) => payment_methods::update(state, cx, reader, id),
        ("POST", ["payment_methods", id, "attach"]) => payment_methods::attach(state, cx, reader, id),
        ("POST", ["payment_methods", id, "detach"]) => payment_methods::detach(state, cx, reader, id),

        ("POST", ["payment_intents"]) => payment_intents::create(state, cx, reader),
        ("GET", ["payment_intents"]) => payment_intents::list(state, reader),
        ("GET", ["payment_intents", id]) => payment_intents::retrieve(state, reader, id),
        ("POST", ["payment_intents", id, "confirm"]) => payment_intents::confirm(state, cx, reader, id),
        ("POST", ["payment_intents", id, "capture"]) => payment_intents::capture(state, cx, reader, id),
        ("POST", ["payment_intents", id, "cancel"]) => payment_intents::cancel(state, cx, reader, id),

        ("POST", ["setup_intents"]) => setup_intents::create(state, cx, reader),
        ("POST", ["setup_intents", id, "confirm"]) => setup_intents::confirm(state, cx, reader, id),
        ("POST", ["setup_intents", id, "cancel"]) => setup_intents::cancel(state, cx, reader, id),
        ("GET", ["setup_intents"]) => setup_intents::list(state, reader),
        ("GET", ["setup_intents", id]) => setup_intents::retrieve(state, reader, id),
        ("GET", ["mandates", id]) => mandates::retrieve(state, reader, id),

        ("POST", ["checkout", "sessions"]) => checkout::create(state, cx, reader),
        ("GET", ["checkout", "sessions"]) => checkout::list(state, reader),
        ("GET", ["checkout", "sessions", id]) => checkout::retrieve(state, reader, id),
        ("GET", ["checkout", "sessions", id, "line_items"]) => checkout::line_items(state, reader, id),
        ("POST", ["checkout", "sessions", id, "expire"]) => checkout::expire(state, cx, reader, id),

        ("GET", ["charges"]) => charges::list(state, reader),
        ("GET", ["charges", id]) => charges::retrieve(state, reader, id),
        ("POST", ["refunds"]) => refunds::create(state, cx, reader),
        ("GET", ["refunds"]) => refunds::list(state, reader),
        ("GET", ["refunds", id]) => refunds::retrieve(state, reader, id),

        ("GET", ["disputes"]) => disputes::list(state, cx, reader),
        ("GET", ["disputes", id]) => disputes::retrieve(state, cx, reader, id),
        ("POST", ["disputes", id]) => disputes::update(state, cx, reader, id),
        ("POST", ["disputes", id, "close"]) => disputes::close(state, cx, reader, id),

        ("GET", ["payouts"]) => payouts::list(state, reader),
        ("GET", ["payouts", id]) => payouts::retrieve(state, reader, id),
        ("GET", ["balance"]) => balance::balance(state, cx, reader),
        ("GET", ["balance_transactions"]) => balance::list(state, cx, reader),
        ("GET", ["balance_transactions", id]) => balance::retrieve(state, cx, reader, id),

        ("GET", ["events"]) => events::list(state, cx, reader),
        ("GET", ["events", id]) => events::retrieve(state, cx, reader, id),
        ("POST", ["webhook_endpoints"]) => webhooks::create(state, cx, reader),
        ("GET", ["webhook_endpoints"]) => webhooks::list(state, reader),
        ("GET", ["webhook_endpoints", id]) => webhooks::retrieve(state, reader, id),
        ("DELETE", ["webhook_endpoints", id]) => webhooks::delete(state, reader, id),

        _ => Err(unrecognized(method, path)),
    }
}

/// What Stripe says of a path that it does not have.
pub(crate) fn unrecognized(method: &str, path: &str) -> StripeError {
    let message = format!(
        "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
         https://support.stripe.com/."
    );
    StripeError::invalid(message).status(404).before_execution()
}
