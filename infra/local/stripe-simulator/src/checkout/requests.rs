//! The endpoints that read and end sessions.
//! Sources: <https://docs.stripe.com/api/checkout/sessions>, <https://docs.stripe.com/checkout/fulfillment>.

use super::{LineItem, Session, SessionStatus};
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::params::Reader;
use crate::payment_intents::{Status, cancel_now};
use crate::setup_intents;
use crate::state::{Cx, State};
use serde_json::Value;

/// `GET /v1/checkout/sessions/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(find(state, id)?.json())
}

/// `GET /v1/checkout/sessions/{id}/line_items`
pub(crate) fn line_items(state: &State, mut reader: Reader, id: &str) -> Result<Value> {
    let page = Page::read(&mut reader);
    reader.finish()?;
    let session = find(state, id)?;
    let currency = session.currency.clone().unwrap_or_default();
    let rows: Vec<(&str, &LineItem)> =
        session.line_items.iter().map(|line| (line.id.as_str(), line)).collect();
    let url = format!("/v1/checkout/sessions/{id}/line_items");
    page.of(&url, "line_item", &rows, |line| line.json(&currency, session.created))
}

/// `GET /v1/checkout/sessions`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let (customer, intent) = (reader.string("customer"), reader.string("payment_intent"));
    let status = reader.choice("status", &["open", "complete", "expired"]);
    let email = reader.hash("customer_details", |details| details.string("email")).flatten();
    reader.finish()?;
    let wanted = |session: &Session| {
        let payer = session.customer_details.as_ref().and_then(|details| details.email.as_ref());
        customer.as_ref().is_none_or(|customer| session.customer.as_ref() == Some(customer))
            && intent.as_ref().is_none_or(|intent| session.payment_intent.as_ref() == Some(intent))
            && status.as_ref().is_none_or(|status| session.status.word() == status)
            && email.as_ref().is_none_or(|email| payer == Some(email))
    };
    let owner = intent.as_deref().or(customer.as_deref());
    Listing { page, created, owner }.of(state, "/v1/checkout/sessions", wanted, Session::json)
}

/// `POST /v1/checkout/sessions/{id}/expire`. Source: <https://docs.stripe.com/api/checkout/sessions/expire>
pub(crate) fn expire(state: &mut State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let status = find(state, id)?.status;
    if status != SessionStatus::Open {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status \
             of `{}`.",
            status.word()
        );
        return Err(StripeError::invalid(message));
    }
    expire_now(state, cx, id);
    Ok(find(state, id)?.json())
}

/// Ends an open session; what it had begun is canceled with it.
pub(crate) fn expire_now(state: &mut State, cx: &Cx, id: &str) {
    let Some(session) = state.sessions.get_mut(id).filter(|session| session.status == SessionStatus::Open)
    else {
        return;
    };
    session.status = SessionStatus::Expired;
    let (json, intent, setup) =
        (session.json(), session.payment_intent.clone(), session.setup_intent.clone());
    state.emit(cx, "checkout.session.expired", json);
    if let Some(intent) = intent {
        cancel_now(state, cx, &intent, Some("expired".to_owned()));
    }
    if let Some(setup) = setup {
        setup_intents::change(state, cx, &setup, "setup_intent.canceled", |setup| {
            setup.status = Status::Canceled;
        });
    }
}

/// A bank debit of a completed session came to its end.
/// Source: <https://docs.stripe.com/checkout/fulfillment#create-payment-event-handler>
pub(crate) fn async_payment(state: &mut State, cx: &Cx, intent: &str, paid: bool) {
    let Some(id) = state.payment_intents.get(intent).and_then(|intent| intent.session.clone()) else {
        return;
    };
    let Some(session) = state.sessions.get_mut(&id) else { return };
    let event = if paid {
        session.payment_status = "paid".to_owned();
        "checkout.session.async_payment_succeeded"
    } else {
        "checkout.session.async_payment_failed"
    };
    let json = session.json();
    state.emit(cx, event, json);
}

pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Session> {
    state.sessions.get(id).ok_or_else(|| StripeError::missing("checkout.session", id, "session"))
}
