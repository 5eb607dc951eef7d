//! Create and confirm. Sources: <https://docs.stripe.com/api/payment_intents/create>,
//! <https://docs.stripe.com/api/payment_intents/confirm>.

use super::{Capture, PaymentIntent, Status, find, refuse_checkout, store, unexpected_state};
use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::state::{Cx, State};
use crate::{customers, payment_methods, payments};
use serde_json::Value;

/// Refuses amounts outside 50 cents to 999,999.99 dollars, and currencies other than the one simulated.
/// Sources: <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>,
/// <https://docs.stripe.com/error-codes#amount-too-small>, <https://docs.stripe.com/error-codes#amount-too-large>
fn check_amount(amount: i64, currency: &str) -> Result<()> {
    if !currency.eq_ignore_ascii_case("usd") {
        let message = format!("Invalid currency: {currency}. This simulator supports these currencies: usd");
        return Err(StripeError::invalid(message).param("currency"));
    }
    if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        return Err(StripeError::invalid(message).code("parameter_invalid_integer").param("amount"));
    }
    if amount > 99_999_999 {
        let message = "Amount must be no more than $999,999.99";
        return Err(StripeError::invalid(message).code("amount_too_large").param("amount"));
    }
    if amount < 50 {
        let message = "Amount must be at least $0.50 usd";
        return Err(StripeError::invalid(message).code("amount_too_small").param("amount"));
    }
    Ok(())
}

/// What `confirm` takes, also as part of `create` with `confirm=true`.
struct Confirmation {
    off_session: Option<bool>,
    return_url: Option<String>,
    mandate: Option<String>,
    mandate_accepted: bool,
}

impl Confirmation {
    fn read(reader: &mut Reader) -> Self {
        Self {
            off_session: reader.boolean("off_session"),
            return_url: reader.string("return_url"),
            mandate: reader.string("mandate"),
            mandate_accepted: reader.hash("mandate_data", payments::read_mandate_data).is_some(),
        }
    }

    /// Confirms, and answers 402 with the PaymentIntent inside if the attempt was declined.
    fn run(self, state: &mut State, cx: &Cx, id: &str) -> Result<Value> {
        let intent = find(state, id)?;
        // https://docs.stripe.com/api/payment_intents/confirm#confirm_payment_intent-return_url
        if intent.automatic_payment_methods && intent.redirects_allowed && self.return_url.is_none() {
            return Err(payments::needs_return_url("PaymentIntent"));
        }
        let Some(method) = intent.payment_method.clone() else {
            let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can \
                           either update the PaymentIntent with a payment method and then confirm it again, or \
                           confirm it again directly with a payment method or ConfirmationToken.";
            return Err(unexpected_state(intent, message));
        };
        let attempt = payments::Attempt {
            method,
            off_session: self.off_session.unwrap_or(false),
            authenticated: false,
            mandate: self.mandate,
            mandate_accepted: self.mandate_accepted,
        };
        match payments::attempt(state, cx, id, attempt)? {
            payments::Outcome::Declined(error) => {
                let intent = find(state, id)?.json();
                Err(error.with("payment_intent", intent))
            }
            _ => Ok(find(state, id)?.json()),
        }
    }
}

/// `POST /v1/payment_intents`
pub(crate) fn create(state: &mut State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let r = &mut reader;
    let amount = r.integer("amount");
    let amount = r.require("amount", amount).unwrap_or_default();
    let currency = r.required_string("currency");
    let customer = r.string("customer");
    let method = r.string("payment_method");
    let types = payments::read_types(r);
    let automatic = payments::read_automatic(r);
    let capture_method = Capture::read(r);
    let (description, receipt_email) = (r.string("description"), r.string("receipt_email"));
    let suffix = r.string("statement_descriptor_suffix");
    let usage = r.choice("setup_future_usage", &["off_session", "on_session"]);
    let metadata = r.metadata();
    let confirm = r.boolean("confirm").unwrap_or(false);
    let confirmation = Confirmation::read(r);
    reader.finish()?;
    check_amount(amount, &currency)?;
    customers::check_reference(state, customer.as_ref())?;
    if confirmation.off_session.is_some() && !confirm {
        let message = "The parameter `off_session` cannot be passed when creating a PaymentIntent unless `confirm` is \
                       set to true.";
        return Err(StripeError::invalid(message).param("off_session"));
    }
    // https://docs.stripe.com/api/payment_intents/create: without types, automatic payment methods are the default.
    let (automatic_on, redirects_allowed) = automatic.unwrap_or((types.is_none(), types.is_none()));
    let payment_method_types = types.unwrap_or_else(|| vec!["card".to_owned(), "us_bank_account".to_owned()]);
    payments::check_types(&payment_method_types)?;
    let metadata = metadata.into_new()?;
    let method = match method {
        Some(id) => {
            let id = payment_methods::resolve(state, cx, &id).map_err(|error| error.status(400))?;
            payments::check_method(state, &id, customer.as_deref(), &payment_method_types)?;
            Some(id)
        }
        None => None,
    };
    let id = state.id("pi_");
    let secret = format!("{id}_secret_{}", state.secret(25));
    let intent = PaymentIntent {
        id: id.clone(),
        created: cx.now,
        client_secret: secret,
        amount,
        amount_received: 0,
        currency: "usd".to_owned(),
        status: if method.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod },
        capture_method,
        automatic_payment_methods: automatic_on,
        redirects_allowed,
        payment_method_types,
        payment_method: method,
        customer,
        description,
        metadata,
        receipt_email,
        statement_descriptor_suffix: suffix,
        setup_future_usage: usage,
        latest_charge: None,
        last_payment_error: None,
        canceled_at: None,
        cancellation_reason: None,
        session: None,
    };
    let json = store(state, cx, intent);
    if confirm { confirmation.run(state, cx, &id) } else { Ok(json) }
}

/// `POST /v1/payment_intents/{id}/confirm`
pub(crate) fn confirm(state: &mut State, cx: &Cx, mut reader: Reader, id: &str) -> Result<Value> {
    let method = reader.string("payment_method");
    payments::refuse_former_types(&mut reader);
    let confirmation = Confirmation::read(&mut reader);
    reader.finish()?;
    let intent = find(state, id)?.clone();
    refuse_checkout(&intent)?;
    match intent.status {
        Status::RequiresPaymentMethod | Status::RequiresConfirmation | Status::RequiresAction => {}
        Status::Succeeded => {
            let message = "You cannot confirm this PaymentIntent because it has already succeeded after being \
                           previously confirmed.";
            return Err(unexpected_state(&intent, message));
        }
        status => {
            let message = format!(
                "You cannot confirm this PaymentIntent because it has a status of {}. Only a PaymentIntent with one \
                 of the following statuses may be confirmed: requires_confirmation, requires_action.",
                status.word()
            );
            return Err(unexpected_state(&intent, &message));
        }
    }
    if let Some(given) = method {
        let method = payment_methods::resolve(state, cx, &given).map_err(|error| error.status(400))?;
        payments::check_method(state, &method, intent.customer.as_deref(), &intent.payment_method_types)?;
        if let Some(intent) = state.payment_intents.get_mut(id) {
            intent.payment_method = Some(method);
        }
    }
    confirmation.run(state, cx, id)
}
