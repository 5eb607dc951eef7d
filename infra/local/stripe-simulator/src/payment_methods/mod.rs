//! Payment methods. Source: <https://docs.stripe.com/api/payment_methods>.

mod blocking;
mod requests;

pub(crate) use blocking::{Block, returned};
pub(crate) use requests::{attach, detach, list, list_of_customer, retrieve, retrieve_of_customer, update};

use crate::customers::Address;
use crate::error::{Result, StripeError};
use crate::metadata::Metadata;
use crate::state::{Cx, State};
use crate::test_numbers::{self, BankBehaviour, CardBehaviour};
use chrono::{DateTime, Datelike};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Who pays, as entered beside the card or account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct BillingDetails {
    pub(crate) address: Address,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
}

impl BillingDetails {
    pub(crate) fn json(&self) -> Value {
        json!({
            "address": self.address, "email": self.email, "name": self.name, "phone": self.phone, "tax_id": null,
        })
    }
}

/// The card or account itself; of its number only the last four digits are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Details {
    Card { brand: String, last4: String, exp_month: i64, exp_year: i64, behaviour: CardBehaviour },
    UsBankAccount { last4: String, routing_number: String, account_type: String, behaviour: BankBehaviour },
}

impl Details {
    pub(crate) fn card(number: &str, exp_month: i64, exp_year: i64) -> Self {
        Self::Card {
            brand: test_numbers::brand(number).to_owned(),
            last4: last_four(number),
            exp_month,
            exp_year,
            behaviour: test_numbers::card(number),
        }
    }

    /// `None` if Stripe's test mode knows no such account.
    pub(crate) fn bank(number: &str, routing_number: &str, account_type: &str) -> Option<Self> {
        let behaviour = test_numbers::bank_account(number)?;
        let (routing_number, account_type) = (routing_number.to_owned(), account_type.to_owned());
        Some(Self::UsBankAccount { last4: last_four(number), routing_number, account_type, behaviour })
    }

    /// Whether it is a card whose last month is over by UTC.
    pub(crate) fn has_expired(&self, now: i64) -> bool {
        let (Self::Card { exp_month, exp_year, .. }, Some(today)) = (self, DateTime::from_timestamp(now, 0))
        else {
            return false;
        };
        (*exp_year, *exp_month) < (i64::from(today.year()), i64::from(today.month()))
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Card { .. } => "card",
            Self::UsBankAccount { .. } => "us_bank_account",
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Card { brand, last4, exp_month, exp_year, behaviour } => json!({
                "brand": brand,
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": "US",
                "display_brand": brand,
                "exp_month": exp_month,
                "exp_year": exp_year,
                "fingerprint": fingerprint(brand, last4),
                "funding": "credit",
                "generated_from": null,
                "last4": last4,
                "networks": { "available": [brand], "preferred": null },
                "regulated_status": "unregulated",
                "three_d_secure_usage": { "supported": *behaviour != CardBehaviour::DeclinesCharges },
                "wallet": null,
            }),
            Self::UsBankAccount { last4, routing_number, account_type, .. } => json!({
                "account_holder_type": "individual",
                "account_type": account_type,
                "bank_name": "STRIPE TEST BANK",
                "financial_connections_account": null,
                "fingerprint": fingerprint(routing_number, last4),
                "last4": last4,
                "networks": { "preferred": "ach", "supported": ["ach"] },
                "routing_number": routing_number,
                "status_details": {},
            }),
        }
    }
}

fn last_four(number: &str) -> String {
    number.get(number.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// Equal for equal cards, as Stripe's is.
pub(crate) fn fingerprint(scheme: &str, last4: &str) -> String {
    let tail: String = scheme.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    format!("Fp{last4}{tail}")
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PaymentMethod {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) details: Details,
    pub(crate) billing: BillingDetails,
    pub(crate) customer: Option<String>,
    pub(crate) metadata: Metadata,
    /// Authenticated once for later use.
    pub(crate) set_up: bool,
    /// Was used without a customer, or detached: may not be used again.
    pub(crate) consumed: bool,
    /// A bank account that may no longer be debited.
    #[serde(default)]
    pub(crate) blocked: Option<Block>,
}

impl PaymentMethod {
    pub(crate) fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": self.billing.json(),
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "livemode": false,
            "metadata": self.metadata,
            "type": self.details.kind(),
        });
        if let Some(members) = json.as_object_mut() {
            let mut details = self.details.json();
            if let Some((status, block)) = details.get_mut("status_details").zip(self.blocked.as_ref()) {
                *status = json!({ "blocked": block });
            }
            members.insert(self.details.kind().to_owned(), details);
        }
        json
    }

    pub(crate) fn detach(&mut self) {
        self.customer = None;
        self.consumed = true;
    }
}

/// Stores a new payment method.
pub(crate) fn store(state: &mut State, cx: &Cx, details: Details, billing: BillingDetails) -> String {
    let id = state.id("pm_");
    let method = PaymentMethod {
        id: id.clone(),
        created: cx.now,
        details,
        billing,
        customer: None,
        metadata: Metadata::new(),
        set_up: false,
        consumed: false,
        blocked: None,
    };
    state.put(method);
    id
}

/// The payment method of an id; one of Stripe's test ids (`pm_card_visa`) makes a new one.
/// Source: <https://docs.stripe.com/testing?testing-method=payment-methods>
pub(crate) fn resolve(state: &mut State, cx: &Cx, id: &str) -> Result<String> {
    if state.payment_methods.contains_key(id) {
        return Ok(id.to_owned());
    }
    let billing = BillingDetails::default();
    if let Some(number) = test_numbers::card_number_of(id) {
        return Ok(store(state, cx, Details::card(number, 12, 2034), billing));
    }
    let bank =
        test_numbers::bank_number_of(id).and_then(|number| Details::bank(number, "110000000", "checking"));
    match bank {
        Some(details) => {
            let billing = BillingDetails { name: Some("Jenny Rosen".to_owned()), ..billing };
            Ok(store(state, cx, details, billing))
        }
        None => Err(StripeError::missing("PaymentMethod", id, "payment_method")),
    }
}

/// Ties a payment method to a customer and says so.
pub(crate) fn attach_to(state: &mut State, cx: &Cx, id: &str, customer: &str) -> Option<Value> {
    let (was, json) = state.alter(id, |method: &mut PaymentMethod| {
        let was = method.customer.replace(customer.to_owned());
        (was, method.json())
    })?;
    if was.is_none() {
        state.emit(cx, "payment_method.attached", json.clone());
    }
    Some(json)
}

/// Source: <https://docs.stripe.com/payments/payment-methods#usage>
pub(crate) fn may_not_be_used_again() -> StripeError {
    StripeError::invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared \
         with a connected account without Customer attachment, or was detached from a Customer. It may not be used \
         again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
    )
    .param("payment_method")
}

/// A 402. Source: <https://docs.stripe.com/api/errors#errors-card_error>
pub(crate) fn card_error(code: &str, decline_code: Option<&str>, message: &str) -> StripeError {
    let error = StripeError::invalid(message).status(402).kind("card_error").code(code);
    match decline_code {
        Some(decline_code) => error.with("decline_code", json!(decline_code)),
        None => error,
    }
}
