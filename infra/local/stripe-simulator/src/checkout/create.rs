//! `POST /v1/checkout/sessions`. Source: <https://docs.stripe.com/api/checkout/sessions/create>.

use super::params::Request;
use super::{IntentData, LineItem, Session, SessionStatus};
use crate::customers;
use crate::error::{Result, StripeError};
use crate::params::Reader;
use crate::payment_intents::Status;
use crate::payment_methods::BillingDetails;
use crate::payments::check_types;
use crate::setup_intents::SetupIntent;
use crate::state::{Cx, State};
use serde_json::Value;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// `POST /v1/checkout/sessions`
pub(crate) fn create(state: &mut State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let request = Request::read(&mut reader);
    reader.finish()?;
    let expires_at = expiry(cx.now, request.expires_at)?;
    check_customer(state, &request)?;
    let types = request.types.clone().unwrap_or_else(|| vec!["card".to_owned()]);
    check_types(&types)?;
    let setup = request.mode == "setup";
    let amount_total = if setup { check_setup(&request)? } else { Some(total(&request)?) };
    let metadata = request.metadata.clone().into_new()?;
    let intent_data = intent_data(&request)?;
    let id = state.session_id();
    let mut line_items = Vec::new();
    for line in request.lines.unwrap_or_default() {
        line_items.push(LineItem {
            id: state.id("li_"),
            price: state.id("price_"),
            product: state.id("prod_"),
            name: line.name,
            unit_amount: line.unit_amount,
            quantity: line.quantity,
        });
    }
    let email = match &request.customer {
        Some(customer) => customers::find(state, customer)?.email.clone(),
        None => request.customer_email.clone(),
    };
    let customer_creation = match (&request.customer, setup) {
        (None, false) => Some(request.customer_creation.unwrap_or_else(|| "if_required".to_owned())),
        _ => None,
    };
    let mut session = Session {
        url: format!("{}/c/pay/{id}", cx.base_url),
        id,
        created: cx.now,
        expires_at,
        status: SessionStatus::Open,
        payment_status: if setup { "no_payment_required" } else { "unpaid" }.to_owned(),
        mode: request.mode,
        success_url: request.success_url,
        cancel_url: request.cancel_url,
        currency: if setup { request.currency } else { Some("usd".to_owned()) },
        amount_total,
        line_items,
        payment_method_types: types,
        customer: request.customer,
        customer_creation,
        customer_email: request.customer_email,
        customer_details: email
            .map(|email| BillingDetails { email: Some(email), ..BillingDetails::default() }),
        client_reference_id: request.client_reference_id,
        metadata,
        locale: request.locale,
        submit_type: request.submit_type,
        intent_data,
        payment_intent: None,
        setup_intent: None,
    };
    // In payment mode the PaymentIntent comes with the first attempt, in setup mode the SetupIntent comes at once.
    // https://docs.stripe.com/changelog#2022-08-01
    if setup {
        session.setup_intent = Some(new_setup_intent(state, cx, &session));
    }
    let json = session.json();
    state.put(session);
    Ok(json)
}

/// Source: <https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at>
fn expiry(now: i64, wanted: Option<i64>) -> Result<i64> {
    let Some(at) = wanted else { return Ok(now + 24 * HOUR) };
    let refuse = |message: &str| Err(StripeError::invalid(message).param("expires_at"));
    if at < now + 30 * MINUTE {
        return refuse(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
        );
    }
    if at >= now + 24 * HOUR {
        return refuse(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
        );
    }
    Ok(at)
}

fn check_customer(state: &State, request: &Request) -> Result<()> {
    customers::check_reference(state, request.customer.as_ref())?;
    if request.customer.is_some() && request.customer_email.is_some() {
        let message = "You may only specify one of these parameters: customer, customer_email.";
        return Err(StripeError::invalid(message).param("customer"));
    }
    if request.customer_creation.is_some() && (request.customer.is_some() || request.mode == "setup") {
        let message = "`customer_creation` can only be used in `payment` mode and without `customer`.";
        return Err(StripeError::invalid(message).param("customer_creation"));
    }
    Ok(())
}

fn check_setup(request: &Request) -> Result<Option<i64>> {
    let refused =
        [("line_items", request.lines.is_some()), ("payment_intent_data", request.payment_data.is_some())];
    if let Some((param, _)) = refused.iter().find(|(_, given)| *given) {
        let message = format!("You can not pass `{param}` in `setup` mode.");
        return Err(StripeError::invalid(message).param(param));
    }
    if request.currency.is_none() && request.types.is_none() {
        let error = StripeError::invalid("Missing required param: currency.");
        return Err(error.code("parameter_missing").param("currency"));
    }
    Ok(None)
}

/// The amount due in cents, within Stripe's bounds.
fn total(request: &Request) -> Result<i64> {
    if request.setup_data.is_some() {
        let message = "You can not pass `setup_intent_data` in `payment` mode.";
        return Err(StripeError::invalid(message).param("setup_intent_data"));
    }
    let lines = request.lines.as_deref().unwrap_or_default();
    if lines.is_empty() {
        let error = StripeError::invalid("Missing required param: line_items.");
        return Err(error.code("parameter_missing").param("line_items"));
    }
    let foreign = lines.iter().map(|line| &line.currency).chain(&request.currency);
    if let Some(currency) = foreign.into_iter().find(|currency| !currency.eq_ignore_ascii_case("usd")) {
        let message = format!("Invalid currency: {currency}. This simulator supports these currencies: usd");
        return Err(StripeError::invalid(message).param("line_items[0][price_data][currency]"));
    }
    let mut total: i64 = 0;
    for line in lines {
        let amount = line.unit_amount.checked_mul(line.quantity);
        total = amount.and_then(|amount| total.checked_add(amount)).unwrap_or(i64::MAX);
    }
    if total > 99_999_999 {
        let message = "The Checkout Session's total amount must be no more than $999,999.99 usd";
        return Err(StripeError::invalid(message).code("amount_too_large"));
    }
    if total < 50 {
        let message = "The Checkout Session's total amount due must add up to at least $0.50 usd";
        return Err(StripeError::invalid(message).code("amount_too_small"));
    }
    Ok(total)
}

fn intent_data(request: &Request) -> Result<IntentData> {
    let Some((mut data, metadata)) = request.payment_data.clone().or_else(|| request.setup_data.clone())
    else {
        return Ok(IntentData::default());
    };
    data.metadata = metadata.into_new()?;
    Ok(data)
}

fn new_setup_intent(state: &mut State, cx: &Cx, session: &Session) -> String {
    let id = state.id("seti_");
    let setup = SetupIntent {
        client_secret: format!("{id}_secret_{}", state.secret(25)),
        id: id.clone(),
        created: cx.now,
        status: Status::RequiresPaymentMethod,
        customer: session.customer.clone(),
        description: session.intent_data.description.clone(),
        metadata: session.intent_data.metadata.clone(),
        payment_method: None,
        payment_method_types: session.payment_method_types.clone(),
        mandate: None,
        last_setup_error: None,
        usage: "off_session".to_owned(),
        automatic_payment_methods: false,
        redirects_allowed: false,
        cancellation_reason: None,
        session: Some(session.id.clone()),
    };
    let json = setup.json();
    state.put(setup);
    state.emit(cx, "setup_intent.created", json);
    id
}
