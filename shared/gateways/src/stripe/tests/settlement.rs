//! Disputes, payouts and the movements of the balance behind them.

use chrono::DateTime;
use serde_json::{Value, json};

use super::super::{
    BalanceFilter, BalanceSource, DisputeStatus, NotSent, Page, PayoutStatus, ReconciliationStatus,
    StripeError,
};
use super::payment_intents::charge;
use super::refunds::refund;
use super::{client, ids, page, query, serving};
use crate::test_server::{Reply, TestServer};

/// The shape of Stripe's own API description (`fixtures3.json` of `stripe/openapi`, MIT), as all below.
pub(crate) fn dispute(status: &str) -> Value {
    json!({
        "id": "dp_1Pgc71B7WZ01zgkW", "object": "dispute", "amount": 1000, "charge": "ch_1",
        "balance_transactions": [movement("adjustment", -1000, json!("dp_1Pgc71B7WZ01zgkW"))],
        "created": 1_234_567_890, "currency": "usd", "evidence": {"receipt": null}, "is_charge_refundable": false,
        "metadata": {}, "payment_intent": "pi_1", "reason": "fraudulent", "status": status,
        "payment_method_details": {"card": {"brand": "visa", "network_reason_code": "10.4"}, "type": "card"},
    })
}

pub(crate) fn payout(status: &str) -> Value {
    json!({
        "id": "po_1Pgc79B7WZ01zgkW", "object": "payout", "amount": 1100, "arrival_date": 1_234_656_000,
        "automatic": true, "balance_transaction": "txn_1", "created": 1_234_567_890, "currency": "usd",
        "failure_code": null, "method": "standard", "reconciliation_status": "completed", "status": status,
        "trace_id": {"status": "pending", "value": null}, "type": "bank_account",
    })
}

fn movement(kind: &str, amount: i64, source: Value) -> Value {
    let fee = if kind == "adjustment" { 1500 } else { 0 };
    json!({
        "id": "txn_1PgaxNB7WZ01zgkW", "object": "balance_transaction", "amount": amount,
        "available_on": 1_234_567_890, "created": 1_234_567_890, "currency": "usd", "exchange_rate": null, "fee": fee,
        "fee_details": [], "net": amount - fee, "reporting_category": kind, "source": source, "status": "available",
        "type": kind,
    })
}

#[tokio::test]
async fn lists_the_disputes_of_a_payment() {
    let mut returned = dispute("lost");
    returned["reason"] = json!("insufficient_funds");
    returned.as_object_mut().unwrap().remove("payment_method_details");
    let replies = [dispute("needs_response"), returned].map(|body| Reply::json(200, page(&body)));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);
    let listed = stripe.list_disputes("pi_1").await.unwrap();
    let card = &listed.data[0];
    assert_eq!((&card.status, card.amount), (&DisputeStatus::NeedsResponse, 1_000));
    assert_eq!((card.charge.as_str(), card.payment_intent.as_deref()), ("ch_1", Some("pi_1")));
    assert_eq!((card.reason.as_str(), card.is_charge_refundable), ("fraudulent", false));
    let withdrawn = &card.balance_transactions[0];
    assert_eq!((withdrawn.amount, withdrawn.fee, withdrawn.net), (-1_000, 1_500, -2_500));
    assert_eq!(card.payment_method_details.as_ref().unwrap().kind, "card");
    let listed = stripe.list_disputes("pi_1").await.unwrap();
    assert_eq!(listed.data[0].status, DisputeStatus::Lost);
    assert_eq!(listed.data[0].payment_method_details, None);

    let seen = &server.seen()[0];
    assert!(seen.line.starts_with("GET /v1/disputes?"), "{}", seen.line);
    assert_eq!(query(seen), ids(&[("limit", "100"), ("payment_intent", "pi_1")]));
}

#[tokio::test]
async fn lists_payouts_by_time() {
    let mut failed = payout("failed");
    failed["failure_code"] = json!("account_closed");
    failed["reconciliation_status"] = json!("in_progress");
    let replies = [payout("in_transit"), failed].map(|body| Reply::json(200, page(&body)));
    let server = TestServer::start(replies).await;
    let stripe = client(&server.url);
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let listed = stripe.list_payouts(at(100), at(200), None).await.unwrap();
    let sent = &listed.data[0];
    assert_eq!((&sent.status, sent.amount, sent.automatic), (&PayoutStatus::InTransit, 1_100, true));
    assert_eq!((sent.created, sent.arrival_date), (at(1_234_567_890), at(1_234_656_000)));
    assert_eq!((sent.method.as_str(), sent.kind.as_str()), ("standard", "bank_account"));
    assert_eq!(sent.reconciliation_status, ReconciliationStatus::Completed);
    let listed = stripe.list_payouts(at(100), at(200), Some("po_1")).await.unwrap();
    assert_eq!(listed.data[0].failure_code.as_deref(), Some("account_closed"));
    assert_eq!(listed.data[0].reconciliation_status, ReconciliationStatus::InProgress);

    let seen = server.seen();
    assert!(seen[0].line.starts_with("GET /v1/payouts?"), "{}", seen[0].line);
    let mut expected = ids(&[("limit", "100"), ("created[gte]", "100"), ("created[lt]", "200")]);
    assert_eq!(query(&seen[0]), expected);
    expected.insert("starting_after".to_owned(), "po_1".to_owned());
    assert_eq!(query(&seen[1]), expected);
}

#[test]
fn a_page_is_followed_where_it_says_so() {
    let page = |data: &[u8], has_more| Page { data: data.to_vec(), has_more };
    assert_eq!(page(&[1, 2], true).next_after(), Some(&2));
    assert_eq!(page(&[1, 2], false).next_after(), None);
    assert_eq!(page(&[], true).next_after(), None, "nothing can be asked for after nothing");
}

#[tokio::test]
async fn lists_what_moved_the_balance() {
    let movements = [
        movement("charge", 2500, charge()),
        movement("refund", -500, refund("succeeded")),
        movement("adjustment", -1000, dispute("needs_response")),
        movement("payout", -1100, payout("paid")),
        movement("topup", 700, json!({"id": "tu_1", "object": "topup", "amount": 700})),
        movement("stripe_fee", -20, Value::Null),
    ];
    let server = serving(json!({"object": "list", "data": movements, "has_more": false})).await;
    let listed =
        client(&server.url).list_balance_transactions(BalanceFilter::Payout("po_1"), None).await.unwrap();
    let sources: Vec<&Option<BalanceSource>> = listed.data.iter().map(|movement| &movement.source).collect();
    let [Some(charge), Some(refund), Some(dispute), Some(payout), Some(topup), None] = sources[..] else {
        panic!("{sources:?}")
    };
    let BalanceSource::Charge(charge) = charge else { panic!("{charge:?}") };
    assert_eq!(charge.payment_intent.as_deref(), Some("pi_1PgafyB7WZ01zgkW"));
    assert_eq!(charge.metadata["payment"], "pay_01J9");
    assert_eq!(refund.id(), "re_1Pgc72B7WZ01zgkW");
    let BalanceSource::Refund(refund) = refund else { panic!("{refund:?}") };
    assert_eq!(refund.metadata["refund"], "ref_01J9");
    let BalanceSource::Dispute(dispute) = dispute else { panic!("{dispute:?}") };
    assert_eq!(dispute.payment_intent.as_deref(), Some("pi_1"));
    let again = dispute.balance_transactions[0].source.as_ref().unwrap();
    assert_eq!(again, &BalanceSource::Id(dispute.id.clone()));
    assert!(matches!(payout, BalanceSource::Payout(payout) if payout.amount == 1_100), "{payout:?}");
    assert_eq!(topup, &BalanceSource::Other { object: "topup".to_owned(), id: "tu_1".to_owned() });

    let seen = &server.seen()[0];
    assert!(seen.line.starts_with("GET /v1/balance_transactions?"), "{}", seen.line);
    assert_eq!(query(seen), ids(&[("limit", "100"), ("expand[]", "data.source"), ("payout", "po_1")]));
}

#[tokio::test]
async fn lists_movements_by_time() {
    let server = serving(page(&movement("charge", 2500, json!("ch_1")))).await;
    let stripe = client(&server.url);
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let filter = BalanceFilter::Created(at(100), at(200));
    let listed = stripe.list_balance_transactions(filter, Some("txn_0")).await.unwrap();
    assert_eq!(listed.data[0].source.as_ref().map(BalanceSource::id), Some("ch_1"));
    let expected = [
        ("limit", "100"),
        ("starting_after", "txn_0"),
        ("expand[]", "data.source"),
        ("created[gte]", "100"),
        ("created[lt]", "200"),
    ];
    assert_eq!(query(&server.seen()[0]), ids(&expected));

    let error = stripe.list_balance_transactions(BalanceFilter::Payout(""), None).await.unwrap_err();
    assert!(matches!(error, StripeError::NotSent(NotSent::Malformed("id"))), "{error}");
}

#[tokio::test]
async fn a_source_that_is_not_what_it_says_is_unreadable() {
    for source in [json!({"object": "charge", "id": "ch_1"}), json!({"object": "refund"}), json!(7)] {
        let server = serving(movement("charge", 2500, source)).await;
        let error = client(&server.url).retrieve_balance_transaction("txn_1").await.unwrap_err();
        assert!(matches!(error, StripeError::Unknown { .. }), "{error}");
    }
}
