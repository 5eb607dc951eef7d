//! Charges of a saved method: made, confirmed, captured, cancelled, found again.

use chrono::DateTime;
use serde_json::{Value, json};

use super::super::{
    CancellationReason, CaptureMethod, Card, IntentStatus, MethodDetails, NewPaymentIntent,
    PaymentMethodType, StripeError, UsBankAccount,
};
use super::{client, form, ids, page, query, serving};
use crate::test_server::{Reply, TestServer};

/// The shape of Stripe's own API description (`fixtures3.json` of `stripe/openapi`, MIT).
pub(crate) fn intent(status: &str) -> Value {
    json!({
        "id": "pi_1PgafyB7WZ01zgkW", "object": "payment_intent", "amount": 2500, "amount_capturable": 0,
        "amount_received": 0, "canceled_at": null, "cancellation_reason": null, "capture_method": "automatic_async",
        "client_secret": "pi_x_secret_x", "confirmation_method": "automatic", "created": 1_234_567_890,
        "currency": "usd", "customer": "cus_1", "description": "Payment to Müller & Lee", "last_payment_error": null,
        "latest_charge": null, "livemode": false, "metadata": {"payment": "pay_01J9"}, "payment_method": "pm_1",
        "payment_method_types": ["card"], "receipt_email": null, "status": status,
    })
}

pub(crate) fn charge() -> Value {
    json!({
        "id": "ch_1PgafuB7WZ01zgkW", "object": "charge", "amount": 2500, "amount_captured": 2500,
        "amount_refunded": 500, "captured": true, "created": 1_234_567_890, "currency": "usd", "disputed": false,
        "metadata": {"payment": "pay_01J9"}, "outcome": {"network_status": "approved_by_network"},
        "payment_intent": "pi_1PgafyB7WZ01zgkW", "payment_method": "pm_1", "status": "succeeded",
        "payment_method_details": {"type": "card", "card": {
            "authorization_code": "123456", "brand": "visa", "country": "US", "exp_month": 8, "exp_year": 2030,
            "funding": "credit", "last4": "4242", "mandate": null, "network": "visa",
        }},
    })
}

const INTENT: &str = "pi_1PgafyB7WZ01zgkW";

#[tokio::test]
async fn creates_an_intent_that_charges_nothing() {
    let replies = [0, 1].map(|_| Reply::json(200, intent("requires_confirmation")));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);
    let metadata = ids(&[("payment", "pay_01J9")]);
    let mut new = NewPaymentIntent {
        amount_cents: 2_500,
        currency: "usd",
        customer: "cus_1",
        payment_method: "pm_1",
        method_type: PaymentMethodType::Card,
        practice: "Müller & Lee",
        metadata: &metadata,
        capture_manually: false,
    };
    let made = stripe.create_payment_intent(&new, "att_1").await.unwrap();
    assert_eq!(made.status, IntentStatus::RequiresConfirmation);
    assert_eq!((made.amount, made.amount_received, made.amount_capturable), (2_500, 0, 0));
    assert_eq!((made.customer.as_deref(), made.payment_method.as_deref()), (Some("cus_1"), Some("pm_1")));
    assert_eq!(made.capture_method, CaptureMethod::AutomaticAsync);
    assert_eq!(made.created.timestamp(), 1_234_567_890);
    assert_eq!(made.metadata, metadata);
    new.capture_manually = true;
    stripe.create_payment_intent(&new, "att_2").await.unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v1/payment_intents HTTP/1.1");
    assert_eq!(seen[0].header("idempotency-key"), Some("att_1"));
    let mut expected = ids(&[
        ("amount", "2500"),
        ("currency", "usd"),
        ("customer", "cus_1"),
        ("payment_method", "pm_1"),
        ("allowed_payment_method_types[0]", "card"),
        ("description", "Payment to Müller & Lee"),
        ("confirm", "false"),
        ("metadata[payment]", "pay_01J9"),
    ]);
    assert_eq!(form(&seen[0]), expected);
    expected.insert("capture_method".to_owned(), "manual".to_owned());
    assert_eq!(form(&seen[1]), expected);
}

#[tokio::test]
async fn confirms_off_session_and_reads_the_charge() {
    let mut succeeded = intent("succeeded");
    succeeded["amount_received"] = json!(2500);
    succeeded["latest_charge"] = charge();
    let server = serving(succeeded).await;
    let paid = client(&server.url).confirm_payment_intent(INTENT, "att_1-confirm").await.unwrap();
    assert_eq!((paid.status, paid.amount_received), (IntentStatus::Succeeded, 2_500));
    let latest = paid.latest_charge.unwrap();
    let charge = latest.charge().unwrap();
    assert_eq!(latest.id(), "ch_1PgafuB7WZ01zgkW");
    assert_eq!((charge.amount, charge.amount_captured, charge.amount_refunded), (2_500, 2_500, 500));
    assert!(!charge.disputed);
    let card = Card {
        brand: Some("visa".to_owned()),
        last4: Some("4242".to_owned()),
        exp_month: 8,
        exp_year: 2030,
        funding: Some("credit".to_owned()),
        authorization_code: Some("123456".to_owned()),
    };
    assert_eq!(charge.payment_method_details, Some(MethodDetails::Card(card)));

    let seen = &server.seen()[0];
    assert_eq!(seen.line, format!("POST /v1/payment_intents/{INTENT}/confirm HTTP/1.1"));
    assert_eq!(seen.header("idempotency-key"), Some("att_1-confirm"));
    assert_eq!(form(seen), ids(&[("off_session", "true"), ("expand[]", "latest_charge")]));
}

#[tokio::test]
async fn a_decline_says_why_and_what_became_of_the_intent() {
    let error = json!({"error": {
        "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "charge": "ch_1",
        "message": "Your card has insufficient funds.", "doc_url": "https://docs.stripe.com/error-codes",
        "payment_intent": intent("requires_payment_method"),
    }});
    let server = TestServer::start([Reply::json(402, error)]).await;
    let error = client(&server.url).confirm_payment_intent(INTENT, "att_1").await.unwrap_err();
    let StripeError::Refused(refusal) = error else { panic!("{error}") };
    assert!(refusal.is_decline());
    assert_eq!((refusal.status, refusal.code.as_deref()), (402, Some("card_declined")));
    assert_eq!(refusal.decline_code.as_deref(), Some("insufficient_funds"));
    let intent = refusal.payment_intent.unwrap();
    assert_eq!((intent.id.as_str(), intent.status), (INTENT, IntentStatus::RequiresPaymentMethod));
}

#[tokio::test]
async fn a_refusal_of_what_is_done_already_is_no_decline() {
    let error = json!({"error": {
        "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
        "message": "It has already succeeded.", "payment_intent": intent("succeeded"),
    }});
    let server = TestServer::start([Reply::json(400, error)]).await;
    let error = client(&server.url)
        .cancel_payment_intent(INTENT, CancellationReason::Abandoned, "att_1")
        .await
        .unwrap_err();
    let StripeError::Refused(refusal) = error else { panic!("{error}") };
    assert!(!refusal.is_decline());
    assert_eq!(refusal.payment_intent.unwrap().status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn captures_and_cancels() {
    let mut held = intent("succeeded");
    held["capture_method"] = json!("manual");
    let replies = [held.clone(), held, intent("canceled"), intent("canceled")];
    let server = TestServer::start(replies.map(|body| Reply::json(200, body))).await;
    let stripe = client(&server.url);
    let captured = stripe.capture_payment_intent(INTENT, Some(2_000), "cap_1").await.unwrap();
    assert_eq!(captured.capture_method, CaptureMethod::Manual);
    stripe.capture_payment_intent(INTENT, None, "cap_2").await.unwrap();
    let released =
        stripe.cancel_payment_intent(INTENT, CancellationReason::Abandoned, "void_1").await.unwrap();
    assert_eq!(released.status, IntentStatus::Canceled);
    let reason = CancellationReason::RequestedByCustomer;
    stripe.cancel_payment_intent(INTENT, reason, "void_2").await.unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].line, format!("POST /v1/payment_intents/{INTENT}/capture HTTP/1.1"));
    assert_eq!(seen[0].header("idempotency-key"), Some("cap_1"));
    assert_eq!(form(&seen[0]), ids(&[("amount_to_capture", "2000"), ("expand[]", "latest_charge")]));
    assert_eq!(form(&seen[1]), ids(&[("expand[]", "latest_charge")]));
    assert_eq!(seen[2].line, format!("POST /v1/payment_intents/{INTENT}/cancel HTTP/1.1"));
    assert_eq!(seen[2].header("idempotency-key"), Some("void_1"));
    assert_eq!(form(&seen[2]), ids(&[("cancellation_reason", "abandoned")]));
    assert_eq!(form(&seen[3]), ids(&[("cancellation_reason", "requested_by_customer")]));
}

#[tokio::test]
async fn reads_an_intent_with_its_bank_debit() {
    let mut processing = intent("processing");
    processing["last_payment_error"] =
        json!({"type": "card_error", "code": "card_declined", "decline_code": "expired_card"});
    processing["latest_charge"] = charge();
    processing["latest_charge"]["payment_method_details"] = json!({"type": "us_bank_account", "us_bank_account": {
        "account_holder_type": "individual", "account_type": "checking", "bank_name": "STRIPE TEST BANK",
        "last4": "6789", "mandate": "mandate_1", "routing_number": "110000000",
    }});
    let server = serving(processing).await;
    let read = client(&server.url).retrieve_payment_intent(INTENT).await.unwrap();
    assert_eq!(read.status, IntentStatus::Processing);
    assert_eq!(read.last_payment_error.unwrap().decline_code.as_deref(), Some("expired_card"));
    let account = UsBankAccount {
        bank_name: Some("STRIPE TEST BANK".to_owned()),
        last4: Some("6789".to_owned()),
        account_type: Some("checking".to_owned()),
        mandate: Some("mandate_1".to_owned()),
    };
    let latest = read.latest_charge.unwrap();
    let details = latest.charge().unwrap().payment_method_details.clone();
    assert_eq!(details, Some(MethodDetails::UsBankAccount(account)));
    let seen = &server.seen()[0];
    assert!(seen.line.starts_with(&format!("GET /v1/payment_intents/{INTENT}?")), "{}", seen.line);
    assert_eq!(query(seen), ids(&[("expand[]", "latest_charge")]));
}

#[tokio::test]
async fn lists_intents_by_customer_and_time() {
    let mut listed = intent("a_status_of_2031");
    listed["latest_charge"] = json!("ch_1");
    let server = TestServer::start([0, 1].map(|_| Reply::json(200, page(&listed)))).await;
    let stripe = client(&server.url);
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let first = stripe.list_payment_intents(Some("cus_1"), at(100), at(200), None).await.unwrap();
    assert!(first.has_more);
    assert_eq!(first.data[0].status, IntentStatus::Other("a_status_of_2031".to_owned()));
    let latest = first.data[0].latest_charge.as_ref().unwrap();
    assert_eq!((latest.id(), latest.charge()), ("ch_1", None));
    stripe.list_payment_intents(None, at(100), at(200), Some("pi_0")).await.unwrap();

    let seen = server.seen();
    assert!(seen[0].line.starts_with("GET /v1/payment_intents?"), "{}", seen[0].line);
    let range = [
        ("limit", "100"),
        ("created[gte]", "100"),
        ("created[lt]", "200"),
        ("expand[]", "data.latest_charge"),
    ];
    let with = |more| ids(&[&range[..], &[more]].concat());
    assert_eq!(query(&seen[0]), with(("customer", "cus_1")));
    assert_eq!(query(&seen[1]), with(("starting_after", "pi_0")));
}
