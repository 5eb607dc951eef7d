//! Customers and the methods saved to them.

use serde_json::{Value, json};

use super::super::{Card, MethodDetails, SetupStatus, StripeError, UsBankAccount};
use super::{client, form, ids, page, query, serving};
use crate::test_server::{Reply, TestServer};

/// The shape of Stripe's own API description (`fixtures3.json` of `stripe/openapi`, MIT).
pub(crate) fn payment_method() -> Value {
    json!({
        "id": "pm_1Pgc75B7WZ01zgkW", "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": {"email": "jenny@example.com", "name": null}, "created": 1_234_567_890,
        "customer": "cus_1", "livemode": false, "metadata": {}, "type": "card",
        "card": {"brand": "visa", "exp_month": 8, "exp_year": 2030, "funding": "credit", "last4": "4242"},
    })
}

pub(crate) fn setup_intent(status: &str) -> Value {
    json!({
        "id": "seti_1Pgag7B7WZ01zgkW", "object": "setup_intent", "created": 1_234_567_890, "customer": "cus_1",
        "last_setup_error": null, "mandate": "mandate_1", "metadata": {"practice": "prc_1"},
        "payment_method": "pm_1", "payment_method_types": ["card"], "status": status, "usage": "off_session",
    })
}

fn card() -> MethodDetails {
    MethodDetails::Card(Card {
        brand: Some("visa".to_owned()),
        last4: Some("4242".to_owned()),
        exp_month: 8,
        exp_year: 2030,
        funding: Some("credit".to_owned()),
        authorization_code: None,
    })
}

#[tokio::test]
async fn a_customer_is_made_of_opaque_ids() {
    let customer = json!({
        "id": "cus_QXg1o8vcGmoR32", "object": "customer", "created": 1_234_567_890, "email": null, "name": null,
        "metadata": {"patient": "pat_01J9"},
    });
    let server = serving(customer).await;
    let metadata = ids(&[("patient", "pat_01J9")]);
    let made = client(&server.url).create_customer(&metadata, "pat_01J9").await.unwrap();
    assert_eq!((made.id.as_str(), made.metadata), ("cus_QXg1o8vcGmoR32", metadata));
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/customers HTTP/1.1");
    assert_eq!(seen.header("idempotency-key"), Some("pat_01J9"));
    assert_eq!(seen.body, "metadata%5Bpatient%5D=pat_01J9");
}

#[tokio::test]
async fn reads_lists_and_detaches_methods() {
    let account = json!({
        "account_holder_type": "individual", "account_type": "savings", "bank_name": "STRIPE TEST BANK",
        "last4": "6789", "routing_number": "110000000",
    });
    let mut bank = payment_method();
    bank["type"] = json!("us_bank_account");
    bank["us_bank_account"] = account;
    bank.as_object_mut().unwrap().remove("card");
    let mut gone = payment_method();
    gone["customer"] = Value::Null;
    gone["type"] = json!("link");
    let replies = [payment_method(), page(&bank), gone].map(|body| Reply::json(200, body));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);

    let read = stripe.retrieve_payment_method("pm_1").await.unwrap();
    assert_eq!((read.id.as_str(), read.customer.as_deref()), ("pm_1Pgc75B7WZ01zgkW", Some("cus_1")));
    assert_eq!(read.details, card());
    let listed = stripe.list_payment_methods("cus_1").await.unwrap();
    let account = UsBankAccount {
        bank_name: Some("STRIPE TEST BANK".to_owned()),
        last4: Some("6789".to_owned()),
        account_type: Some("savings".to_owned()),
        mandate: None,
    };
    assert_eq!(listed.data[0].details, MethodDetails::UsBankAccount(account));
    let gone = stripe.detach_payment_method("pm_1", "forget_1").await.unwrap();
    assert_eq!((gone.customer, gone.details), (None, MethodDetails::Other("link".to_owned())));

    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /v1/payment_methods/pm_1 HTTP/1.1");
    assert!(seen[1].line.starts_with("GET /v1/customers/cus_1/payment_methods?"), "{}", seen[1].line);
    assert_eq!(query(&seen[1]), ids(&[("limit", "100")]));
    assert_eq!(seen[2].line, "POST /v1/payment_methods/pm_1/detach HTTP/1.1");
    assert_eq!(seen[2].header("idempotency-key"), Some("forget_1"));
    assert_eq!(form(&seen[2]), ids(&[]));
}

#[tokio::test]
async fn a_method_without_what_its_type_names_is_unreadable() {
    for kind in ["card", "us_bank_account"] {
        let mut broken = payment_method();
        broken["type"] = json!(kind);
        broken.as_object_mut().unwrap().remove("card");
        let server = serving(broken).await;
        let error = client(&server.url).retrieve_payment_method("pm_1").await.unwrap_err();
        assert!(matches!(error, StripeError::Unknown { .. }), "{error}");
    }
}

#[tokio::test]
async fn reads_a_setup_intent() {
    let mut failed = setup_intent("requires_payment_method");
    failed["last_setup_error"] = json!({"type": "card_error", "code": "setup_intent_authentication_failure"});
    let replies = [setup_intent("succeeded"), failed].map(|body| Reply::json(200, body));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);
    let read = stripe.retrieve_setup_intent("seti_1").await.unwrap();
    assert_eq!((read.status, read.last_setup_error), (SetupStatus::Succeeded, None));
    assert_eq!((read.payment_method.as_deref(), read.customer.as_deref()), (Some("pm_1"), Some("cus_1")));
    assert_eq!((read.mandate.as_deref(), read.usage.as_str()), (Some("mandate_1"), "off_session"));
    assert_eq!(read.metadata["practice"], "prc_1");
    let read = stripe.retrieve_setup_intent("seti_1").await.unwrap();
    assert_eq!(read.status, SetupStatus::RequiresPaymentMethod);
    let code = read.last_setup_error.unwrap().code;
    assert_eq!(code.as_deref(), Some("setup_intent_authentication_failure"));
    assert_eq!(server.seen()[0].line, "GET /v1/setup_intents/seti_1 HTTP/1.1");
}
