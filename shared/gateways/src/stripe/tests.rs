//! The client against a server that answers in Stripe's shapes.

mod checkout;
pub(crate) mod customers;
mod failures;
pub(crate) mod payment_intents;
pub(crate) mod refunds;
mod requests;
pub(crate) mod settlement;

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Value, json};

use super::{NewCheckoutSession, PaymentMethodType, Stripe};
use crate::test_server::{Reply, Seen, TestServer};

const KEY: &str = "att_01J9ZP6T3M";

fn client(url: &str) -> Stripe {
    Stripe::new(url, &"sk_test_canary".into()).unwrap()
}

async fn serving(body: Value) -> TestServer {
    TestServer::start([Reply::json(200, body)]).await
}

fn page(object: &Value) -> Value {
    json!({"object": "list", "url": "/v1", "data": [object], "has_more": true})
}

fn ids(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn decoded(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// What was posted.
fn form(seen: &Seen) -> BTreeMap<String, String> {
    decoded(&seen.body)
}

/// What was asked for after the path.
fn query(seen: &Seen) -> BTreeMap<String, String> {
    decoded(seen.line.split([' ', '?']).nth(2).unwrap())
}

/// The sample of Stripe's own API description (`fixtures3.json` of `stripe/openapi`, MIT), cut to one nested member.
pub(crate) fn session() -> Value {
    json!({
        "id": "cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY",
        "object": "checkout.session",
        "amount_total": 12500,
        "client_reference_id": "att_01J9ZP6T3M",
        "created": 1_234_567_890,
        "currency": "usd",
        "customer": null,
        "customer_details": {"email": "example@example.com", "name": null},
        "expires_at": 1_234_571_490,
        "livemode": false,
        "metadata": {"payment": "pay_01J9"},
        "mode": "payment",
        "payment_intent": null,
        "payment_status": "unpaid",
        "setup_intent": null,
        "status": "open",
        "url": "https://checkout.stripe.com/pay/c/cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY",
    })
}

async fn create(server: &TestServer) -> Result<super::CheckoutSession, super::StripeError> {
    create_with(&client(&server.url)).await
}

async fn create_with(stripe: &Stripe) -> Result<super::CheckoutSession, super::StripeError> {
    stripe.create_checkout_session(&new_session(&ids(&[("payment", "pay_01J9")])), KEY).await
}

fn new_session(metadata: &BTreeMap<String, String>) -> NewCheckoutSession<'_> {
    NewCheckoutSession {
        amount_cents: 12_500,
        currency: "usd",
        practice: "Müller & Lee",
        attempt_id: "att_01J9ZP6T3M",
        metadata,
        customer: None,
        keep_method: false,
        payment_methods: &[PaymentMethodType::Card, PaymentMethodType::UsBankAccount],
        success_url: "https://pay.example.com/pay/done?a=1&b=2",
        cancel_url: "https://pay.example.com/pay/back",
        expires_at: DateTime::from_timestamp(1_234_571_490, 0).unwrap(),
        locale: Some("es"),
    }
}
