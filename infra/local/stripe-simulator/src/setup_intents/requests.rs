//! The endpoints of SetupIntents. Source: <https://docs.stripe.com/api/setup_intents>.

use super::{SetupIntent, attempt, change};
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::params::Reader;
use crate::payment_intents::Status;
use crate::payment_methods::Details;
use crate::payments::{self, Outcome};
use crate::state::{Cx, State};
use crate::{customers, payment_methods};
use serde_json::Value;

/// What `confirm` takes, also as part of `create` with `confirm=true`.
struct Confirmation {
    return_url: Option<String>,
    mandate_accepted: bool,
}

impl Confirmation {
    fn read(reader: &mut Reader) -> Self {
        Self {
            return_url: reader.string("return_url"),
            mandate_accepted: reader.hash("mandate_data", payments::read_mandate_data).is_some(),
        }
    }

    /// Confirms, and answers 402 with the SetupIntent inside if the method was declined.
    fn run(self, state: &mut State, cx: &Cx, id: &str) -> Result<Value> {
        let setup = find(state, id)?;
        if setup.automatic_payment_methods && setup.redirects_allowed && self.return_url.is_none() {
            return Err(payments::needs_return_url("SetupIntent"));
        }
        let Some(method) = setup.payment_method.clone() else {
            let message = "You cannot confirm this SetupIntent because it's missing a payment method. Update the \
                           SetupIntent with a payment method and then confirm it again.";
            return Err(unexpected_state(setup, message));
        };
        let details = state.payment_methods.get(&method).map(|method| &method.details);
        if matches!(details, Some(Details::UsBankAccount { .. })) && !self.mandate_accepted {
            let message = "This SetupIntent requires a mandate, but no existing mandate was found. Collect mandate \
                           acceptance from the customer and try again, providing acceptance data in the \
                           mandate_data parameter.";
            let error = StripeError::invalid(message).code("setup_intent_mandate_invalid");
            return Err(error.with("setup_intent", setup.json()));
        }
        match attempt(state, cx, id, &method, false) {
            Outcome::Declined(error) => {
                let setup = find(state, id)?.json();
                Err(error.with("setup_intent", setup))
            }
            _ => Ok(find(state, id)?.json()),
        }
    }
}

/// `POST /v1/setup_intents`. Source: <https://docs.stripe.com/api/setup_intents/create>
pub(crate) fn create(state: &mut State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let r = &mut reader;
    let (customer, method) = (r.string("customer"), r.string("payment_method"));
    let types = payments::read_types(r);
    let automatic = payments::read_automatic(r);
    let usage = r.choice("usage", &["off_session", "on_session"]);
    let description = r.string("description");
    let metadata = r.metadata();
    let confirm = r.boolean("confirm").unwrap_or(false);
    let confirmation = Confirmation::read(r);
    reader.finish()?;
    customers::check_reference(state, customer.as_ref())?;
    let (automatic_payment_methods, redirects_allowed) =
        automatic.unwrap_or((types.is_none(), types.is_none()));
    let payment_method_types = types.unwrap_or_else(|| vec!["card".to_owned(), "us_bank_account".to_owned()]);
    payments::check_types(&payment_method_types)?;
    let metadata = metadata.into_new()?;
    let payment_method = match method {
        Some(given) => Some(usable(state, cx, &given, customer.as_deref(), &payment_method_types)?),
        None => None,
    };
    let id = state.id("seti_");
    let setup = SetupIntent {
        client_secret: format!("{id}_secret_{}", state.secret(25)),
        id: id.clone(),
        created: cx.now,
        status: if payment_method.is_some() {
            Status::RequiresConfirmation
        } else {
            Status::RequiresPaymentMethod
        },
        customer,
        description,
        metadata,
        payment_method,
        payment_method_types,
        mandate: None,
        last_setup_error: None,
        usage: usage.unwrap_or_else(super::off_session),
        automatic_payment_methods,
        redirects_allowed,
        cancellation_reason: None,
        session: None,
    };
    let json = setup.json();
    state.put(setup);
    state.emit(cx, "setup_intent.created", json.clone());
    if confirm { confirmation.run(state, cx, &id) } else { Ok(json) }
}

/// `POST /v1/setup_intents/{id}/confirm`. Source: <https://docs.stripe.com/api/setup_intents/confirm>
pub(crate) fn confirm(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let method = reader.string("payment_method");
    let confirmation = Confirmation::read(&mut reader);
    reader.finish()?;
    let setup = find(state, id)?.clone();
    refuse_checkout(&setup)?;
    match setup.status {
        Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction => {}
        status => {
            let message = format!(
                "You cannot confirm this SetupIntent because it has a status of {}. Only a SetupIntent with one of \
                 the following statuses may be confirmed: requires_confirmation, requires_action.",
                status.word()
            );
            return Err(unexpected_state(&setup, &message));
        }
    }
    if let Some(given) = method {
        let method = usable(state, cx, &given, setup.customer.as_deref(), &setup.payment_method_types)?;
        state.alter(id, |setup: &mut SetupIntent| setup.payment_method = Some(method));
    }
    confirmation.run(state, cx, id)
}

/// `POST /v1/setup_intents/{id}/cancel`. Source: <https://docs.stripe.com/api/setup_intents/cancel>
pub(crate) fn cancel(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let reason = reader.choice("cancellation_reason", &["abandoned", "duplicate", "requested_by_customer"]);
    reader.finish()?;
    let setup = find(state, id)?;
    refuse_checkout(setup)?;
    if matches!(setup.status, Status::Succeeded | Status::Canceled | Status::Processing) {
        let message = format!(
            "You cannot cancel this SetupIntent because it has a status of {}. Only a SetupIntent with one of the \
             following statuses may be canceled: requires_payment_method, requires_confirmation, requires_action.",
            setup.status.word()
        );
        return Err(unexpected_state(setup, &message));
    }
    change(state, cx, id, "setup_intent.canceled", |setup| {
        setup.status = Status::Canceled;
        setup.cancellation_reason = reason;
    });
    Ok(find(state, id)?.json())
}

/// The payment method of an id, if it may be set up for this customer.
fn usable(
    state: &mut State,
    cx: &Cx,
    given: &str,
    customer: Option<&str>,
    types: &[String],
) -> Result<String> {
    let method = payment_methods::resolve(state, cx, given).map_err(|error| error.status(400))?;
    payments::check_method(state, &method, customer, types)?;
    Ok(method)
}

fn refuse_checkout(setup: &SetupIntent) -> Result<()> {
    if setup.session.is_none() {
        return Ok(());
    }
    let message = "You cannot perform this action on SetupIntents created by Checkout. Try expiring the Checkout \
                   Session instead.";
    Err(StripeError::invalid(message))
}

/// Source: <https://docs.stripe.com/error-codes#setup-intent-unexpected-state>
fn unexpected_state(setup: &SetupIntent, message: &str) -> StripeError {
    StripeError::invalid(message).code("setup_intent_unexpected_state").with("setup_intent", setup.json())
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a SetupIntent> {
    state.setup_intents.get(id).ok_or_else(|| StripeError::missing("setupintent", id, "intent"))
}

/// `GET /v1/setup_intents/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(find(state, id)?.json())
}

/// `GET /v1/setup_intents`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let (customer, method) = (reader.string("customer"), reader.string("payment_method"));
    reader.finish()?;
    let wanted = |setup: &SetupIntent| {
        customer.as_ref().is_none_or(|customer| setup.customer.as_ref() == Some(customer))
            && method.as_ref().is_none_or(|method| setup.payment_method.as_ref() == Some(method))
    };
    let owner = method.as_deref().or(customer.as_deref());
    Listing { page, created, owner }.of(state, "/v1/setup_intents", wanted, SetupIntent::json)
}
