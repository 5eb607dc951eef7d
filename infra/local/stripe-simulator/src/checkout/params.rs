//! The parameters of a new session. Source: <https://docs.stripe.com/api/checkout/sessions/create>.

use super::IntentData;
use crate::customers::valid_email;
use crate::error::StripeError;
use crate::metadata::MetadataChange;
use crate::params::Reader;
use crate::payment_intents::Capture;

/// The parameters, read and not yet judged together.
pub(super) struct Request {
    pub(super) mode: String,
    pub(super) success_url: String,
    pub(super) cancel_url: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) lines: Option<Vec<Line>>,
    pub(super) types: Option<Vec<String>>,
    pub(super) customer: Option<String>,
    pub(super) customer_creation: Option<String>,
    pub(super) customer_email: Option<String>,
    pub(super) client_reference_id: Option<String>,
    pub(super) metadata: MetadataChange,
    pub(super) locale: Option<String>,
    pub(super) submit_type: Option<String>,
    pub(super) expires_at: Option<i64>,
    pub(super) payment_data: Option<(IntentData, MetadataChange)>,
    pub(super) setup_data: Option<(IntentData, MetadataChange)>,
}

pub(super) struct Line {
    pub(super) currency: String,
    pub(super) name: String,
    pub(super) unit_amount: i64,
    pub(super) quantity: i64,
}

impl Line {
    pub(super) fn read(r: &mut Reader) -> Self {
        let price = r.hash("price_data", |p| {
            let currency = p.required_string("currency");
            let unit_amount = p.integer("unit_amount");
            let unit_amount = p.require("unit_amount", unit_amount).unwrap_or_default();
            let name = p.hash("product_data", |product| {
                product.string("description");
                product.metadata();
                product.required_string("name")
            });
            (currency, unit_amount, p.require("product_data", name).unwrap_or_default())
        });
        // Prices made beforehand are not simulated; Stripe words it so when neither is given.
        if price.is_none() {
            let message = "You must specify either `price` or `price_data` when creating a Checkout Session.";
            let param = r.name("price_data");
            r.fail(StripeError::invalid(message).code("parameter_missing").param(&param));
        }
        let (currency, unit_amount, name) = price.unwrap_or_default();
        let quantity = r.integer("quantity");
        let quantity = r.require("quantity", quantity).unwrap_or_default();
        for (field, value, least) in [("quantity", quantity, 1), ("price_data", unit_amount, 0)] {
            if value < least {
                let message = format!("This value must be greater than or equal to {least}.");
                let param = r.name(field);
                r.fail(StripeError::invalid(message).code("parameter_invalid_integer").param(&param));
            }
        }
        Self { currency, name, unit_amount, quantity }
    }
}

impl Request {
    pub(super) fn read(r: &mut Reader) -> Self {
        let mode = r.choice("mode", &["payment", "setup"]);
        let request = Self {
            mode: r.require("mode", mode).unwrap_or_default(),
            success_url: r.required_string("success_url"),
            cancel_url: r.string("cancel_url"),
            currency: r.string("currency"),
            lines: r.hashes("line_items", Line::read),
            // `payment_method_types` is unknown to this version:
            // https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
            types: r.strings("allowed_payment_method_types"),
            customer: r.string("customer"),
            customer_creation: r.choice("customer_creation", &["always", "if_required"]),
            customer_email: r.string("customer_email"),
            client_reference_id: r.string("client_reference_id"),
            metadata: r.metadata(),
            locale: r.string("locale"),
            submit_type: r.choice("submit_type", &["auto", "book", "donate", "pay"]),
            expires_at: r.integer("expires_at"),
            payment_data: r.hash("payment_intent_data", read_payment_data),
            setup_data: r.hash("setup_intent_data", |d| {
                (IntentData { description: d.string("description"), ..IntentData::default() }, d.metadata())
            }),
        };
        r.choice("ui_mode", &["hosted", "hosted_page"]);
        r.hash("payment_method_options", read_method_options);
        for (field, url) in
            [("success_url", Some(&request.success_url)), ("cancel_url", request.cancel_url.as_ref())]
        {
            check_url(r, field, url);
        }
        // https://docs.stripe.com/error-codes#email-invalid
        if let Some(email) = request.customer_email.as_ref().filter(|email| !valid_email(email)) {
            let message = format!("Invalid email address: {email}");
            r.fail(StripeError::invalid(message).code("email_invalid").param("customer_email"));
        }
        if request.client_reference_id.as_ref().is_some_and(|id| id.chars().count() > 200) {
            let message = "Invalid string: must be at most 200 characters";
            r.fail(
                StripeError::invalid(message).code("parameter_invalid_string").param("client_reference_id"),
            );
        }
        request
    }
}

fn read_payment_data(d: &mut Reader) -> (IntentData, MetadataChange) {
    let data = IntentData {
        metadata: Default::default(),
        description: d.string("description"),
        receipt_email: d.string("receipt_email"),
        setup_future_usage: d.choice("setup_future_usage", &["off_session", "on_session"]),
        statement_descriptor_suffix: d.string("statement_descriptor_suffix"),
        capture_method: Capture::read(d),
    };
    (data, d.metadata())
}

/// Options that change nothing here: every account is verified at once.
fn read_method_options(options: &mut Reader) {
    options.hash("card", |card| card.choice("request_three_d_secure", &["automatic", "any", "challenge"]));
    options.hash("us_bank_account", |bank| {
        bank.choice("verification_method", &["automatic", "instant"]);
        bank.hash("financial_connections", |connections| {
            connections.strings("permissions");
            connections.strings("prefetch");
        });
    });
}

/// Source: <https://docs.stripe.com/error-codes#url-invalid>
fn check_url(r: &mut Reader, field: &str, url: Option<&String>) {
    let bad =
        url.filter(|url| !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://"));
    if bad.is_some() {
        let message = "Invalid URL: An explicit scheme (such as https) must be provided.";
        r.fail(StripeError::invalid(message).code("url_invalid").param(field));
    }
}
