//! Refunds: asked for, read, and found again.

use serde_json::{Value, json};

use super::super::{NewRefund, NotSent, RefundReason, RefundStatus, StripeError};
use super::{client, form, ids, page, query, serving};
use crate::test_server::{Reply, TestServer};

/// The shape of Stripe's own API description (`fixtures3.json` of `stripe/openapi`, MIT).
pub(crate) fn refund(status: &str) -> Value {
    json!({
        "id": "re_1Pgc72B7WZ01zgkW", "object": "refund", "amount": 500, "balance_transaction": null,
        "charge": "ch_1", "created": 1_234_567_890, "currency": "usd", "metadata": {"refund": "ref_01J9"},
        "destination_details": {"card": {"type": "reversal"}, "type": "card"}, "payment_intent": "pi_1",
        "reason": null, "receipt_number": null, "status": status,
    })
}

#[tokio::test]
async fn refunds_part_of_a_payment() {
    let replies = [0, 1].map(|_| Reply::json(200, refund("pending")));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);
    let metadata = ids(&[("refund", "ref_01J9")]);
    let mut new = NewRefund {
        payment_intent: "pi_1",
        amount_cents: 500,
        reason: Some(RefundReason::Duplicate),
        metadata: &metadata,
    };
    let made = stripe.create_refund(&new, "ref_01J9").await.unwrap();
    assert_eq!((made.status, made.amount), (Some(RefundStatus::Pending), 500));
    assert_eq!(made.currency, "usd");
    assert_eq!((made.payment_intent.as_deref(), made.charge.as_deref()), (Some("pi_1"), Some("ch_1")));
    assert_eq!((made.failure_reason, made.created.timestamp()), (None, 1_234_567_890));
    assert_eq!(made.metadata, metadata);
    new.reason = None;
    stripe.create_refund(&new, "ref_2").await.unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v1/refunds HTTP/1.1");
    assert_eq!(seen[0].header("idempotency-key"), Some("ref_01J9"));
    let plain = [("payment_intent", "pi_1"), ("amount", "500"), ("metadata[refund]", "ref_01J9")];
    assert_eq!(form(&seen[0]), ids(&[&plain[..], &[("reason", "duplicate")]].concat()));
    assert_eq!(form(&seen[1]), ids(&plain));
}

#[tokio::test]
async fn a_charge_in_dispute_is_not_refunded() {
    let error =
        json!({"error": {"type": "invalid_request_error", "code": "charge_disputed", "message": "No."}});
    let server = TestServer::start([Reply::json(400, error)]).await;
    let metadata = ids(&[]);
    let new = NewRefund {
        payment_intent: "pi_1",
        amount_cents: 500,
        reason: Some(RefundReason::RequestedByCustomer),
        metadata: &metadata,
    };
    let error = client(&server.url).create_refund(&new, "ref_1").await.unwrap_err();
    let StripeError::Refused(refusal) = error else { panic!("{error}") };
    assert_eq!((refusal.code.as_deref(), refusal.payment_intent), (Some("charge_disputed"), None));
    assert_eq!(form(&server.seen()[0])["reason"], "requested_by_customer");
}

#[tokio::test]
async fn reads_a_refund_that_the_bank_returned() {
    let mut failed = refund("failed");
    failed["failure_reason"] = json!("expired_or_canceled_card");
    failed["metadata"] = Value::Null;
    let server = serving(failed).await;
    let read = client(&server.url).retrieve_refund("re_1").await.unwrap();
    assert_eq!(server.seen()[0].line, "GET /v1/refunds/re_1 HTTP/1.1");
    assert_eq!(read.status, Some(RefundStatus::Failed));
    assert_eq!(read.failure_reason.as_deref(), Some("expired_or_canceled_card"));
}

#[tokio::test]
async fn lists_the_refunds_of_a_payment() {
    let replies = ["requires_action", "canceled"].map(|status| Reply::json(200, page(&refund(status))));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);
    let first = stripe.list_refunds("pi_1", None).await.unwrap();
    assert!(first.has_more);
    assert_eq!(first.data[0].status, Some(RefundStatus::RequiresAction));
    let second = stripe.list_refunds("pi_1", Some("re_1")).await.unwrap();
    assert_eq!(second.data[0].status, Some(RefundStatus::Canceled));

    let seen = server.seen();
    assert!(seen[0].line.starts_with("GET /v1/refunds?"), "{}", seen[0].line);
    assert_eq!(query(&seen[0]), ids(&[("limit", "100"), ("payment_intent", "pi_1")]));
    assert_eq!(query(&seen[1])["starting_after"], "re_1");

    let error = stripe.list_refunds("", None).await.unwrap_err();
    assert!(matches!(error, StripeError::NotSent(NotSent::Malformed("id"))), "{error}");
}
