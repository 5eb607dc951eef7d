//! The endpoints of payment methods. Source: <https://docs.stripe.com/api/payment_methods>.

use super::{Details, PaymentMethod, attach_to, card_error, may_not_be_used_again, resolve};
use crate::customers;
use crate::error::{Result, StripeError};
use crate::lists::{Page, newest};
use crate::params::Reader;
use crate::state::{Cx, State};
use crate::test_numbers::CardBehaviour;
use serde_json::Value;

/// `GET /v1/payment_methods/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let method = state.payment_methods.get(id);
    Ok(method.ok_or_else(|| StripeError::missing("PaymentMethod", id, "payment_method"))?.json())
}

/// `GET /v1/payment_methods?customer=…&type=…`. Source: <https://docs.stripe.com/api/payment_methods/list>
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let customer = reader.required_string("customer");
    list_of(state, reader, &customer, "/v1/payment_methods")
}

/// `GET /v1/customers/{id}/payment_methods`
pub(crate) fn list_of_customer(state: &State, reader: Reader, customer: &str) -> Result<Value> {
    list_of(state, reader, customer, &format!("/v1/customers/{customer}/payment_methods"))
}

fn list_of(state: &State, mut reader: Reader, customer: &str, url: &str) -> Result<Value> {
    let page = Page::read(&mut reader);
    let kind = reader.choice("type", &["card", "us_bank_account"]);
    reader.finish()?;
    customers::find(state, customer).map_err(|error| error.param("customer"))?;
    let wanted = |method: &PaymentMethod| {
        method.customer.as_deref() == Some(customer)
            && kind.as_ref().is_none_or(|kind| method.details.kind() == kind)
    };
    let rows: Vec<_> = newest(&state.payment_methods).into_iter().filter(|(_, row)| wanted(row)).collect();
    page.of(url, "PaymentMethod", &rows, PaymentMethod::json)
}

/// `POST /v1/payment_methods/{id}/attach`. A card that declines is refused here already.
/// Source: <https://docs.stripe.com/api/payment_methods/attach>
pub(crate) fn attach(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let customer = reader.required_string("customer");
    reader.finish()?;
    customers::check_reference(state, Some(&customer))?;
    let id = resolve(state, cx, id)?;
    let Some(method) = state.payment_methods.get(&id) else {
        return Err(StripeError::missing("PaymentMethod", &id, "payment_method"));
    };
    if method.customer.as_ref().is_some_and(|owner| *owner != customer) {
        let message = "The payment method you provided has already been attached to a customer.";
        return Err(StripeError::invalid(message).code("payment_method_unexpected_state"));
    }
    if method.consumed {
        return Err(may_not_be_used_again());
    }
    if let Details::Card { behaviour: CardBehaviour::Declines { code, decline_code, message }, .. } =
        &method.details
    {
        return Err(card_error(code, decline_code.as_deref(), message));
    }
    attach_to(state, cx, &id, &customer)
        .ok_or_else(|| StripeError::missing("PaymentMethod", &id, "payment_method"))
}

/// `POST /v1/payment_methods/{id}/detach`. Source: <https://docs.stripe.com/api/payment_methods/detach>
pub(crate) fn detach(state: &mut State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let Some(method) = state.payment_methods.get_mut(id) else {
        return Err(StripeError::missing("PaymentMethod", id, "payment_method"));
    };
    if method.customer.is_none() {
        let message =
            "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(StripeError::invalid(message).param("payment_method"));
    }
    method.detach();
    let json = method.json();
    state.emit(cx, "payment_method.detached", json.clone());
    Ok(json)
}
