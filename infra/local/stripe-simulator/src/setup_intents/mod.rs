//! SetupIntents, made over the API or by Checkout in setup mode: the object, and what an attempt does.
//! Source: <https://docs.stripe.com/api/setup_intents>.

mod requests;

pub(crate) use requests::{cancel, confirm, create, list, retrieve};

use crate::error::StripeError;
use crate::metadata::Metadata;
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
    /// `off_session` or `on_session`.
    #[serde(default = "off_session")]
    pub(crate) usage: String,
    #[serde(default)]
    pub(crate) automatic_payment_methods: bool,
    #[serde(default)]
    pub(crate) redirects_allowed: bool,
    #[serde(default)]
    pub(crate) cancellation_reason: Option<String>,
    /// The Checkout Session that made it, if one did.
    #[serde(default)]
    pub(crate) session: Option<String>,
}

fn off_session() -> String {
    "off_session".to_owned()
}

impl SetupIntent {
    pub(crate) fn json(&self) -> Value {
        let action = (self.status == Status::RequiresAction).then(
            || json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } }),
        );
        let automatic = self.automatic_payment_methods.then(
            || json!({ "allow_redirects": if self.redirects_allowed { "always" } else { "never" }, "enabled": true }),
        );
        json!({
            "id": self.id,
            "object": "setup_intent",
            "application": null,
            "automatic_payment_methods": automatic,
            "cancellation_reason": self.cancellation_reason,
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
            "usage": self.usage,
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
    let json = state.alter(id, |setup: &mut SetupIntent| {
        change(setup);
        setup.json()
    });
    if let Some(json) = json {
        state.emit(cx, event, json);
    }
}
