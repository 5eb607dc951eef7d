//! Hosted pages that save a method, with or without a payment.

use chrono::DateTime;
use serde_json::json;

use super::super::{NewSetupSession, PaymentMethodType, PaymentStatus, SessionMode};
use super::{client, form, ids, new_session, serving, session};

#[tokio::test]
async fn a_payment_can_keep_its_method() {
    let mut kept = session();
    kept["customer"] = json!("cus_1");
    let server = serving(kept).await;
    let metadata = ids(&[]);
    let mut new = new_session(&metadata);
    new.customer = Some("cus_1");
    new.keep_method = true;
    let made = client(&server.url).create_checkout_session(&new, "att_1").await.unwrap();
    assert_eq!((made.mode, made.customer.as_deref()), (SessionMode::Payment, Some("cus_1")));
    let sent = form(&server.seen()[0]);
    assert_eq!(sent["customer"], "cus_1");
    assert_eq!(sent["payment_intent_data[setup_future_usage]"], "off_session");
}

#[tokio::test]
async fn saves_a_method_without_a_payment() {
    let mut setup = session();
    for (field, value) in [
        ("mode", json!("setup")),
        ("customer", json!("cus_1")),
        ("setup_intent", json!("seti_1")),
        ("payment_status", json!("no_payment_required")),
        ("amount_total", json!(null)),
        ("currency", json!(null)),
    ] {
        setup[field] = value;
    }
    let server = serving(setup).await;
    let new = NewSetupSession {
        customer: "cus_1",
        practice: "Müller & Lee",
        reference: "set_01J9",
        metadata: &ids(&[("practice", "prc_1")]),
        payment_methods: &[PaymentMethodType::UsBankAccount],
        success_url: "https://pay.example.com/portal/done",
        cancel_url: "https://pay.example.com/portal",
        expires_at: DateTime::from_timestamp(1_234_571_490, 0).unwrap(),
        locale: None,
    };
    let made = client(&server.url).create_setup_session(&new, "set_01J9").await.unwrap();
    assert_eq!((made.mode, made.payment_status), (SessionMode::Setup, PaymentStatus::NoPaymentRequired));
    assert_eq!((made.setup_intent.as_deref(), made.amount_total), (Some("seti_1"), None));

    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/checkout/sessions HTTP/1.1");
    assert_eq!(seen.header("idempotency-key"), Some("set_01J9"));
    let expected = ids(&[
        ("mode", "setup"),
        ("customer", "cus_1"),
        ("client_reference_id", "set_01J9"),
        ("success_url", "https://pay.example.com/portal/done"),
        ("cancel_url", "https://pay.example.com/portal"),
        ("expires_at", "1234571490"),
        ("allowed_payment_method_types[0]", "us_bank_account"),
        ("metadata[practice]", "prc_1"),
        ("setup_intent_data[description]", "Payment to Müller & Lee"),
        ("setup_intent_data[metadata][practice]", "prc_1"),
    ]);
    assert_eq!(form(seen), expected);
}
