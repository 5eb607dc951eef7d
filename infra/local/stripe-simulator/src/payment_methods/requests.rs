//! The endpoints of payment methods. Source: <https://docs.stripe.com/api/payment_methods>.

use super::{BillingDetails, Details, PaymentMethod, attach_to, card_error, may_not_be_used_again, resolve};
use crate::customers::{self, Address};
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
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
    Listing { page, created: Created::ever(), owner: Some(customer) }.of(
        state,
        url,
        wanted,
        PaymentMethod::json,
    )
}

/// `GET /v1/customers/{customer}/payment_methods/{id}`
pub(crate) fn retrieve_of_customer(state: &State, reader: Reader, customer: &str, id: &str) -> Result<Value> {
    reader.finish()?;
    customers::find(state, customer).map_err(|error| error.param("customer"))?;
    let method = state.payment_methods.get(id).filter(|method| method.customer.as_deref() == Some(customer));
    Ok(method.ok_or_else(|| StripeError::missing("PaymentMethod", id, "payment_method"))?.json())
}

/// `POST /v1/payment_methods/{id}`: a new expiry date of a card, other billing details, metadata. Only what is attached
/// to a customer can be changed. Source: <https://docs.stripe.com/api/payment_methods/update>
pub(crate) fn update(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let expiry = reader.hash("card", |card| (card.integer("exp_month"), card.integer("exp_year")));
    let billing = reader.hash("billing_details", |billing| {
        let address = billing.hash("address", Address::read);
        (address, ["email", "name", "phone"].map(|field| billing.clearable(field)))
    });
    let metadata = reader.metadata();
    reader.finish()?;
    let known = state.payment_methods.get(id);
    let mut method =
        known.ok_or_else(|| StripeError::missing("PaymentMethod", id, "payment_method"))?.clone();
    if method.customer.is_none() {
        let message = "You must save this PaymentMethod to a customer before you can update it.";
        return Err(StripeError::invalid(message));
    }
    method.metadata = metadata.apply(&method.metadata)?;
    if let Some((month, year)) = expiry {
        expire(&mut method, month, year)?;
    }
    if let Some((address, [email, name, phone])) = billing {
        let old = method.billing;
        method.billing = BillingDetails {
            address: address.unwrap_or(old.address),
            email: email.unwrap_or(old.email),
            name: name.unwrap_or(old.name),
            phone: phone.unwrap_or(old.phone),
        };
    }
    let json = method.json();
    state.put(method);
    state.emit(cx, "payment_method.updated", json.clone());
    Ok(json)
}

/// Sources: <https://docs.stripe.com/error-codes#invalid-expiry-month>,
/// <https://docs.stripe.com/error-codes#invalid-expiry-year>
fn expire(method: &mut PaymentMethod, month: Option<i64>, year: Option<i64>) -> Result<()> {
    let Details::Card { exp_month, exp_year, .. } = &mut method.details else {
        let message = "Received unknown parameter: card";
        return Err(StripeError::invalid(message).code("parameter_unknown").param("card"));
    };
    if month.is_some_and(|month| !(1..=12).contains(&month)) {
        let error = card_error("invalid_expiry_month", None, "Your card's expiration month is invalid.");
        return Err(error.param("card[exp_month]"));
    }
    if year.is_some_and(|year| !(1970..=2100).contains(&year)) {
        let error = card_error("invalid_expiry_year", None, "Your card's expiration year is invalid.");
        return Err(error.param("card[exp_year]"));
    }
    *exp_month = month.unwrap_or(*exp_month);
    *exp_year = year.unwrap_or(*exp_year);
    Ok(())
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
