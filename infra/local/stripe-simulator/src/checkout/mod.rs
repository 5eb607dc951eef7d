//! Checkout Sessions and their hosted page. Source: <https://docs.stripe.com/api/checkout/sessions>.

mod create;
mod form;
mod http;
mod page;
mod params;
mod pay;
mod requests;

pub(crate) use create::create;
pub(crate) use http::{authenticate, challenge, show, submit};
pub(crate) use requests::{async_payment, expire, expire_now, line_items, list, retrieve};

use crate::metadata::Metadata;
use crate::payment_intents::Capture;
use crate::payment_methods::BillingDetails;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// A line of the bill, `unit_amount` in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LineItem {
    pub(crate) id: String,
    pub(crate) price: String,
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) unit_amount: i64,
    pub(crate) quantity: i64,
}

impl LineItem {
    fn json(&self, currency: &str, created: i64) -> Value {
        let amount = self.unit_amount * self.quantity;
        json!({
            "id": self.id,
            "object": "item",
            "adjustable_quantity": null,
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": currency,
            "description": self.name,
            "metadata": {},
            "price": {
                "id": self.price,
                "object": "price",
                "active": false,
                "billing_scheme": "per_unit",
                "created": created,
                "currency": currency,
                "custom_unit_amount": null,
                "livemode": false,
                "lookup_key": null,
                "metadata": {},
                "nickname": null,
                "product": self.product,
                "recurring": null,
                "tax_behavior": "unspecified",
                "tiers_mode": null,
                "transform_quantity": null,
                "type": "one_time",
                "unit_amount": self.unit_amount,
                "unit_amount_decimal": self.unit_amount.to_string(),
            },
            "quantity": self.quantity,
        })
    }
}

/// What the PaymentIntent or SetupIntent of the session will get.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct IntentData {
    pub(crate) metadata: Metadata,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) setup_future_usage: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) capture_method: Capture,
}

/// Amounts in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) expires_at: i64,
    pub(crate) status: SessionStatus,
    pub(crate) payment_status: String,
    /// `payment` or `setup`.
    pub(crate) mode: String,
    pub(crate) url: String,
    pub(crate) success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) amount_total: Option<i64>,
    pub(crate) line_items: Vec<LineItem>,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) customer: Option<String>,
    pub(crate) customer_creation: Option<String>,
    pub(crate) customer_email: Option<String>,
    /// Who paid, once known.
    pub(crate) customer_details: Option<BillingDetails>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) locale: Option<String>,
    pub(crate) submit_type: Option<String>,
    pub(crate) intent_data: IntentData,
    pub(crate) payment_intent: Option<String>,
    pub(crate) setup_intent: Option<String>,
}

impl Session {
    pub(crate) fn json(&self) -> Value {
        let details = self.customer_details.as_ref().map(|details| {
            json!({
                "address": details.address,
                "business_name": null,
                "email": details.email,
                "individual_name": null,
                "name": details.name,
                "phone": details.phone,
                "tax_exempt": "none",
                "tax_ids": [],
            })
        });
        let totals =
            self.amount_total.map(|_| json!({ "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 }));
        let mut json = json!({
            "id": self.id,
            "object": "checkout.session",
            "amount_subtotal": self.amount_total,
            "amount_total": self.amount_total,
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_creation": self.customer_creation,
            "customer_details": details,
            "customer_email": self.customer_email,
            "expires_at": self.expires_at,
            "livemode": false,
            "locale": self.locale,
            "metadata": self.metadata,
            "mode": self.mode,
            "payment_intent": self.payment_intent,
            "payment_method_types": self.payment_method_types,
            "payment_status": self.payment_status,
            "setup_intent": self.setup_intent,
            "status": self.status,
            "submit_type": self.submit_type,
            "success_url": self.success_url,
            "total_details": totals,
            "ui_mode": "hosted_page",
            // https://docs.stripe.com/api/checkout/sessions/object: null unless the session is open.
            "url": (self.status == SessionStatus::Open).then_some(&self.url),
        });
        if let (Some(members), Value::Object(unused)) = (json.as_object_mut(), unused_members()) {
            members.extend(unused);
        }
        json
    }

    /// The list that `expand[]=line_items` and the `line_items` endpoint show.
    pub(crate) fn lines(&self) -> Value {
        let currency = self.currency.as_deref().unwrap_or_default();
        let data: Vec<Value> = self.line_items.iter().map(|line| line.json(currency, self.created)).collect();
        let url = format!("/v1/checkout/sessions/{}/line_items", self.id);
        json!({ "object": "list", "data": data, "has_more": false, "url": url })
    }
}

/// Members of features that are not simulated, as Stripe shows them when they are off.
fn unused_members() -> Value {
    json!({
        "adaptive_pricing": { "enabled": false },
        "after_expiration": null,
        "allow_promotion_codes": null,
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": null,
        "client_secret": null,
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
        },
        "customer_account": null,
        "discounts": [],
        "integration_identifier": null,
        "invoice": null,
        "invoice_creation": null,
        "managed_payments": { "enabled": false },
        "origin_context": null,
        "payment_link": null,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "permissions": null,
        "phone_number_collection": { "enabled": false },
        "recovered_from": null,
        "saved_payment_method_options": null,
        "shipping_address_collection": null,
        "shipping_cost": null,
        "shipping_options": [],
        "subscription": null,
        "wallet_options": null,
    })
}
