//! SetupIntents, as Checkout in setup mode makes them. Source: <https://docs.stripe.com/api/setup_intents>.

use crate::error::{Result, StripeError};
use crate::lists::{Created, Page, newest};
use crate::metadata::Metadata;
use crate::params::Reader;
use crate::payment_methods::{self, Details, card_error};
use crate::payments::{Outcome, authentication_failure};
use crate::state::{Cx, State};
use crate::test_numbers::CardBehaviour;
use crate::{mandates, payment_intents::Status};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SetupIntent {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) client_secret: String,
    pub(crate) status: Status,
    pub(crate) customer: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) payment_method: Option<String>,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) mandate: Option<String>,
    pub(crate) last_setup_error: Option<Value>,
}

impl SetupIntent {
    pub(crate) fn json(&self) -> Value {
        let action = (self.status == Status::RequiresAction).then(
            || json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } }),
        );
        json!({
            "id": self.id,
            "object": "setup_intent",
            "application": null,
            "automatic_payment_methods": null,
            "cancellation_reason": null,
            "client_secret": self.client_secret,
            "created": self.created,
            "customer": self.customer,
            "description": self.description,
            "excluded_payment_method_types": null,
            "flow_directions": null,
            "last_setup_error": self.last_setup_error,
            "latest_attempt": null,
            "livemode": false,
            "mandate": self.mandate,
            "metadata": self.metadata,
            "next_action": action,
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": {},
            "payment_method_types": self.payment_method_types,
            "single_use_mandate": null,
            "status": self.status,
            "usage": "off_session",
        })
    }
}

/// Tries to save a payment method.
pub(crate) fn attempt(state: &mut State, cx: &Cx, id: &str, method_id: &str, authenticated: bool) -> Outcome {
    let Some(method) = state.payment_methods.get(method_id).cloned() else {
        return Outcome::Declined(StripeError::missing("PaymentMethod", method_id, "payment_method"));
    };
    let challenge = match &method.details {
        Details::Card { behaviour: CardBehaviour::Declines { code, decline_code, message }, .. } => {
            let error =
                card_error(code, decline_code.as_deref(), message).with("payment_method", method.json());
            fail(state, cx, id, &error);
            return Outcome::Declined(error);
        }
        Details::Card { behaviour, .. } => {
            matches!(behaviour, CardBehaviour::Authenticates | CardBehaviour::AuthenticatesUnlessSetUp)
        }
        Details::UsBankAccount { .. } => false,
    };
    if challenge && !authenticated {
        change(state, cx, id, "setup_intent.requires_action", |setup| {
            setup.status = Status::RequiresAction;
            setup.payment_method = Some(method_id.to_owned());
            setup.last_setup_error = None;
        });
        return Outcome::RequiresAction;
    }
    let bank = matches!(method.details, Details::UsBankAccount { .. });
    let mandate = bank.then(|| mandates::accept(state, cx, method_id, true));
    if let Some(method) = state.payment_methods.get_mut(method_id) {
        method.set_up = true;
    }
    let customer = state.setup_intents.get(id).and_then(|setup| setup.customer.clone());
    if let Some(customer) = customer {
        payment_methods::attach_to(state, cx, method_id, &customer);
    }
    change(state, cx, id, "setup_intent.succeeded", |setup| {
        setup.status = Status::Succeeded;
        setup.payment_method = Some(method_id.to_owned());
        setup.mandate = mandate;
        setup.last_setup_error = None;
    });
    Outcome::Taken
}

/// The customer failed 3-D Secure. Source: <https://docs.stripe.com/error-codes#setup-intent-authentication-failure>
pub(crate) fn fail_authentication(state: &mut State, cx: &Cx, id: &str) {
    let error = authentication_failure("setup_intent_authentication_failure", "payment");
    fail(state, cx, id, &error);
}

fn fail(state: &mut State, cx: &Cx, id: &str, error: &StripeError) {
    change(state, cx, id, "setup_intent.setup_failed", |setup| {
        setup.status = Status::RequiresPaymentMethod;
        setup.payment_method = None;
        setup.last_setup_error = Some(error.object());
    });
}

/// Changes a SetupIntent and emits `event` with its new state.
pub(crate) fn change(
    state: &mut State,
    cx: &Cx,
    id: &str,
    event: &str,
    change: impl FnOnce(&mut SetupIntent),
) {
    let Some(setup) = state.setup_intents.get_mut(id) else { return };
    change(setup);
    let json = setup.json();
    state.emit(cx, event, json);
}

/// `GET /v1/setup_intents/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(state.setup_intents.get(id).ok_or_else(|| StripeError::missing("setupintent", id, "intent"))?.json())
}

/// `GET /v1/setup_intents`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let page = Page::read(&mut reader);
    let created = Created::read(&mut reader);
    let (customer, method) = (reader.string("customer"), reader.string("payment_method"));
    reader.finish()?;
    let wanted = |setup: &SetupIntent| {
        created.holds(setup.created)
            && customer.as_ref().is_none_or(|customer| setup.customer.as_ref() == Some(customer))
            && method.as_ref().is_none_or(|method| setup.payment_method.as_ref() == Some(method))
    };
    let rows: Vec<_> = newest(&state.setup_intents).into_iter().filter(|(_, row)| wanted(row)).collect();
    page.of("/v1/setup_intents", "setupintent", &rows, SetupIntent::json)
}
