//! Charges. Source: <https://docs.stripe.com/api/charges>.

use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::metadata::Metadata;
use crate::params::Reader;
use crate::payment_methods::{BillingDetails, Details, fingerprint};
use crate::refunds::Refund;
use crate::state::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChargeStatus {
    Pending,
    Succeeded,
    Failed,
}

impl ChargeStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// Why a charge failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) decline_code: Option<String>,
    pub(crate) message: String,
}

/// One attempt to take money; amounts in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_captured: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) captured: bool,
    pub(crate) currency: String,
    pub(crate) customer: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) payment_intent: String,
    pub(crate) payment_method: String,
    pub(crate) details: Details,
    pub(crate) billing: BillingDetails,
    pub(crate) mandate: Option<String>,
    pub(crate) authenticated: bool,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) status: ChargeStatus,
    pub(crate) failure: Option<Failure>,
    pub(crate) balance_transaction: Option<String>,
    /// When a bank debit settles or fails, by the simulator's clock; `None` for cards and accounts that never settle.
    pub(crate) settles_at: Option<i64>,
    /// Oldest first.
    pub(crate) refunds: Vec<String>,
    /// When its balance transaction is written, if that comes after the charge.
    pub(crate) books_at: Option<i64>,
    /// What took the balance transaction back.
    #[serde(default)]
    pub(crate) failure_balance_transaction: Option<String>,
    /// When what was authorised and not captured is released.
    #[serde(default)]
    pub(crate) capture_before: Option<i64>,
    /// When it will be disputed, as its test card or account orders.
    #[serde(default)]
    pub(crate) disputed_at: Option<i64>,
    #[serde(default)]
    pub(crate) dispute: Option<String>,
}

impl Charge {
    pub(crate) fn json(&self, state: &State) -> Value {
        let refunds = self.refunds.iter().rev().filter_map(|id| state.refunds.get(id));
        let refunds: Vec<Value> = refunds.map(Refund::json).collect();
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.amount_captured,
            "amount_refunded": self.amount_refunded,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": self.balance_transaction,
            "billing_details": self.billing.json(),
            "calculated_statement_descriptor": "PAYWELL SIMULATOR",
            "captured": self.captured,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": self.description,
            "disputed": self.dispute.is_some(),
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_code": self.failure.as_ref().map(|failure| &failure.code),
            "failure_message": self.failure.as_ref().map(|failure| &failure.message),
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "on_behalf_of": null,
            "outcome": self.outcome(),
            "paid": self.status == ChargeStatus::Succeeded,
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": self.method_details(),
            "receipt_email": self.receipt_email,
            "receipt_number": null,
            "receipt_url": null,
            "refunded": self.is_refunded(),
            "refunds": {
                "object": "list",
                "data": refunds,
                "has_more": false,
                "url": format!("/v1/charges/{}/refunds", self.id),
            },
            "review": null,
            "shipping": null,
            "source": null,
            "source_transfer": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": self.status,
            "transfer_data": null,
            "transfer_group": null,
        })
    }

    /// Whether all that was captured was refunded, or all that was authorised was released.
    fn is_refunded(&self) -> bool {
        let whole = if self.captured { self.amount_captured } else { self.amount };
        self.amount_refunded > 0 && self.amount_refunded >= whole
    }

    fn outcome(&self) -> Value {
        let declined = self.failure.as_ref();
        json!({
            "advice_code": declined.map(|_| "try_again_later"),
            "network_advice_code": null,
            "network_decline_code": declined.map(|_| "01"),
            "network_status": if declined.is_some() { "declined_by_network" } else { "approved_by_network" },
            "reason": declined.and_then(|failure| failure.decline_code.clone()),
            "risk_level": "normal",
            "seller_message": if declined.is_some() { "The bank declined the payment." } else { "Payment complete." },
            "type": if declined.is_some() { "issuer_declined" } else { "authorized" },
        })
    }

    fn method_details(&self) -> Value {
        let mut details = self.method();
        // https://docs.stripe.com/payments/place-a-hold-on-a-payment-method: of an authorisation alone.
        if let (Some(at), Some(card)) =
            (self.capture_before, details.get_mut("card").and_then(Value::as_object_mut))
        {
            card.insert("capture_before".to_owned(), json!(at));
        }
        details
    }

    /// Six digits, as an issuer gives them: other ones for each charge.
    fn authorization_code(&self) -> String {
        let hash = self.id.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        format!("{:06}", hash % 1_000_000)
    }

    fn method(&self) -> Value {
        match &self.details {
            Details::Card { brand, last4, exp_month, exp_year, .. } => json!({
                "card": {
                    "amount_authorized": self.amount,
                    "authorization_code": self.authorization_code(),
                    "brand": brand,
                    "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                    "country": "US",
                    "exp_month": exp_month,
                    "exp_year": exp_year,
                    "extended_authorization": { "status": "disabled" },
                    "fingerprint": fingerprint(brand, last4),
                    "funding": "credit",
                    "incremental_authorization": { "status": "unavailable" },
                    "installments": null,
                    "last4": last4,
                    "mandate": null,
                    "multicapture": { "status": "unavailable" },
                    "network": brand,
                    "network_token": { "used": false },
                    "network_transaction_id": null,
                    "overcapture": { "maximum_amount_capturable": self.amount, "status": "unavailable" },
                    "regulated_status": "unregulated",
                    "three_d_secure": self.three_d_secure(),
                    "transaction_link_id": null,
                    "wallet": null,
                },
                "type": "card",
            }),
            Details::UsBankAccount { last4, routing_number, account_type, .. } => json!({
                "type": "us_bank_account",
                "us_bank_account": {
                    "account_holder_type": "individual",
                    "account_type": account_type,
                    "bank_name": "STRIPE TEST BANK",
                    "expected_debit_date": null,
                    "fingerprint": fingerprint(routing_number, last4),
                    "last4": last4,
                    "mandate": self.mandate,
                    "payment_reference": null,
                    "routing_number": routing_number,
                },
            }),
        }
    }

    fn three_d_secure(&self) -> Value {
        if !self.authenticated {
            return Value::Null;
        }
        json!({
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": null,
            "result": "authenticated",
            "result_reason": null,
            "transaction_id": null,
            "version": "2.2.0",
        })
    }
}

/// `GET /v1/charges/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(state.charges.get(id).ok_or_else(|| StripeError::missing("charge", id, "id"))?.json(state))
}

/// `GET /v1/charges`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let (customer, intent) = (reader.string("customer"), reader.string("payment_intent"));
    reader.finish()?;
    let wanted = |charge: &Charge| {
        customer.as_ref().is_none_or(|customer| charge.customer.as_ref() == Some(customer))
            && intent.as_ref().is_none_or(|intent| charge.payment_intent == *intent)
    };
    let owner = intent.as_deref().or(customer.as_deref());
    Listing { page, created, owner }.of(state, "/v1/charges", wanted, |charge| charge.json(state))
}
