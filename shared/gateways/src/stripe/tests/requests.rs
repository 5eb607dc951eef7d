//! What is sent, and what is read from a good answer.

use chrono::DateTime;
use serde_json::{Value, json};

use super::super::{ConfigError, PaymentStatus, SessionStatus, Stripe};
use super::{KEY, client, create, form, ids, query, serving, session};
use crate::test_server::{Reply, TestServer};

#[tokio::test]
async fn creates_a_session() {
    let server = serving(session()).await;
    let answer = create(&server).await.unwrap();
    assert_eq!(answer.status, SessionStatus::Open);
    assert_eq!(answer.payment_status, PaymentStatus::Unpaid);
    assert_eq!((answer.amount_total, answer.currency.as_deref()), (Some(12_500), Some("usd")));
    assert_eq!(answer.client_reference_id.as_deref(), Some("att_01J9ZP6T3M"));
    assert_eq!(answer.metadata["payment"], "pay_01J9");
    assert_eq!(answer.expires_at.timestamp() - answer.created.timestamp(), 3600);
    assert!(answer.url.unwrap().starts_with("https://checkout.stripe.com/"));

    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/checkout/sessions HTTP/1.1");
    assert_eq!(seen.header("authorization"), Some("Bearer sk_test_canary"));
    assert_eq!(seen.header("stripe-version"), Some(super::super::API_VERSION));
    assert_eq!(seen.header("idempotency-key"), Some(KEY));
    assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    let expected = [
        ("mode", "payment"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "12500"),
        ("line_items[0][price_data][product_data][name]", "Payment to Müller & Lee"),
        ("client_reference_id", "att_01J9ZP6T3M"),
        ("success_url", "https://pay.example.com/pay/done?a=1&b=2"),
        ("cancel_url", "https://pay.example.com/pay/back"),
        ("expires_at", "1234571490"),
        ("allowed_payment_method_types[0]", "card"),
        ("allowed_payment_method_types[1]", "us_bank_account"),
        ("metadata[payment]", "pay_01J9"),
        ("payment_intent_data[metadata][payment]", "pay_01J9"),
        ("locale", "es"),
    ];
    assert_eq!(form(seen), ids(&expected));
}

#[tokio::test]
async fn reads_and_expires_a_session() {
    let mut complete = session();
    complete["status"] = json!("complete");
    complete["payment_status"] = json!("a_status_of_2031");
    complete["payment_intent"] = json!("pi_1");
    complete["metadata"] = Value::Null;
    complete["amount_total"] = Value::Null;
    complete["currency"] = Value::Null;
    let replies = [Reply::json(200, complete), Reply::json(200, session())];
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);

    let read = stripe.retrieve_checkout_session("cs_test_a1").await.unwrap();
    assert_eq!(read.payment_status, PaymentStatus::Other("a_status_of_2031".to_owned()));
    assert_eq!(read.payment_intent.as_deref(), Some("pi_1"));
    assert!(read.metadata.is_empty());
    stripe.expire_checkout_session("cs_test_a1", "exp_1").await.unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /v1/checkout/sessions/cs_test_a1 HTTP/1.1");
    assert_eq!(seen[0].header("idempotency-key"), None);
    assert_eq!(seen[1].line, "POST /v1/checkout/sessions/cs_test_a1/expire HTTP/1.1");
    assert_eq!(seen[1].header("idempotency-key"), Some("exp_1"));
    assert_eq!((seen[0].connection, seen[1].connection), (0, 0), "the connection is kept");
}

#[tokio::test]
async fn lists_sessions_by_time() {
    let page = || Reply::json(200, json!({"object": "list", "data": [session()], "has_more": true}));
    let server = TestServer::start([page(), page()]).await;
    let stripe = client(&server.url);
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let first = stripe.list_checkout_sessions(at(100), at(200), None).await.unwrap();
    assert!(first.has_more);
    assert_eq!(first.data.len(), 1);
    stripe.list_checkout_sessions(at(100), at(200), Some("cs_1")).await.unwrap();

    let mut expected = ids(&[("created[gte]", "100"), ("created[lt]", "200"), ("limit", "100")]);
    let seen = server.seen();
    assert!(seen[0].line.starts_with("GET /v1/checkout/sessions?"));
    assert_eq!(query(&seen[0]), expected);
    expected.insert("starting_after".to_owned(), "cs_1".to_owned());
    assert_eq!(query(&seen[1]), expected);
}

#[tokio::test]
async fn reads_a_balance_transaction() {
    let server = serving(json!({
        "id": "txn_1", "object": "balance_transaction", "amount": 12500, "available_on": 1_234_567_890,
        "created": 1_234_567_890, "currency": "usd", "exchange_rate": null, "fee": 393, "fee_details": [],
        "net": 12107, "reporting_category": "charge", "source": "ch_1", "status": "available", "type": "charge",
    }))
    .await;
    let movement = client(&server.url).retrieve_balance_transaction("txn_1").await.unwrap();
    assert_eq!(server.seen()[0].line, "GET /v1/balance_transactions/txn_1 HTTP/1.1");
    assert_eq!((movement.amount, movement.fee, movement.net), (12_500, 393, 12_107));
    assert_eq!(movement.kind, "charge");
}

#[test]
fn the_secret_key_leaves_only_over_tls_or_loopback() {
    let new = |url| Stripe::new(url, &"sk_test_1".into()).map(|_| ());
    assert_eq!(new("https://api.stripe.com"), Ok(()));
    assert_eq!(new("http://127.0.0.1:12111/"), Ok(()));
    assert_eq!(new("http://[::1]:12111"), Ok(()));
    for url in ["http://api.stripe.com", "http://127.0.0.1.example.com", "ftp://x", "api.stripe.com", ""] {
        assert_eq!(new(url), Err(ConfigError::BaseUrl), "{url}");
    }
    let broken = Stripe::new("https://api.stripe.com", &"sk\n".into());
    assert_eq!(broken.map(|_| ()), Err(ConfigError::SecretKey));
}
