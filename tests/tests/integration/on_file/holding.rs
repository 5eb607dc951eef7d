//! Money is held on a card, and taken or released later.

use chrono::Duration;
use paywell_tests::support::{Answer, BY_CARD};
use serde_json::{Value, json};

use super::Wallet;

/// 125.00 held on Ada's card for her invoice.
struct Held {
    wallet: Wallet,
    answer: Answer,
    path: String,
}

impl Held {
    async fn new() -> Self {
        let wallet = Wallet::new().await;
        wallet.put_on_file(BY_CARD).await;
        let answer = wallet.charge(&json!({ "hold": true })).key("hold").await;
        let path = format!("/v1/payments/{}", answer.ok()["id"].as_str().unwrap());
        Self { wallet, answer, path }
    }

    async fn capture(&self, body: &Value, key: &str) -> Answer {
        self.wallet.clinic.post(&format!("{}/capture", self.path), body).key(key).await
    }

    async fn void(&self, key: &str) -> Answer {
        self.wallet.clinic.post_empty(&format!("{}/void", self.path)).key(key).await
    }

    async fn shown(&self) -> Value {
        self.wallet.clinic.get(&self.path).await.ok()
    }
}

#[tokio::test]
async fn what_is_held_is_not_paid_until_it_is_captured() {
    let held = Held::new().await;
    let shown = held.answer.ok();
    assert_eq!((&shown["status"], &shown["held"]), (&json!("processing"), &json!("125.00")));
    held.wallet.tell().await;
    assert_eq!(held.shown().await["held"], json!("125.00"));
    assert_eq!(held.wallet.invoice_status().await, json!("unpaid"));
    assert_eq!(held.wallet.taken().0, 0);
    let captured = held.capture(&json!({}), "k-1").await;
    let paid = captured.ok();
    assert_eq!((captured.status, &paid["status"], &paid["held"]), (200, &json!("paid"), &json!(null)));
    assert_eq!(held.capture(&json!({}), "k-1").await.body, captured.body);
    held.wallet.tell().await;
    assert_eq!(held.wallet.invoice_status().await, json!("paid"));
    assert_eq!(held.wallet.taken(), (12_500, 1));
    held.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_part_is_captured_and_the_rest_released() {
    let held = Held::new().await;
    held.capture(&json!({ "amount": "125.01" }), "k-1").await.refused_at(422, "/amount");
    let paid = held.capture(&json!({ "amount": "80.00" }), "k-2").await.ok();
    assert_eq!((&paid["status"], &paid["amount"]), (&json!("paid"), &json!("80.00")));
    assert_eq!(paid["allocations"][0]["amount"], json!("80.00"));
    held.wallet.tell().await;
    assert_eq!(held.wallet.clinic.balance(&held.wallet.ada).await, ("45.00".into(), "0.00".into()));
    assert_eq!(held.wallet.taken().0, 8_000);
    let problem = held.capture(&json!({ "amount": "45.00" }), "k-3").await.refused(409);
    assert_eq!(problem["rule"], json!("nothing-held"), "the rest is released");
    held.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_held_is_released_by_voiding() {
    let held = Held::new().await;
    let voided = held.void("k-1").await;
    assert_eq!((voided.status, &voided.ok()["status"]), (200, &json!("voided")));
    assert_eq!(voided.ok()["allowed"], json!([]), "for good");
    assert_eq!(held.void("k-1").await.body, voided.body);
    held.wallet.tell().await;
    assert_eq!(held.shown().await["status"], json!("voided"));
    held.void("k-2").await.refused(409);
    held.capture(&json!({}), "k-3").await.refused(409);
    assert_eq!(held.wallet.taken().0, 0);
    assert_eq!(held.wallet.clinic.balance(&held.wallet.ada).await.0, "125.00");
    held.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_hold_that_runs_out_is_voided() {
    for told in [true, false] {
        let held = Held::new().await;
        held.wallet.processor.pass(&held.wallet.clinic, Duration::days(8));
        if told {
            held.wallet.tell().await;
            held.capture(&json!({}), "k-1").await.refused(409);
        } else {
            let answer = held.capture(&json!({}), "k-1").await;
            assert_eq!(answer.ok()["status"], json!("voided"), "it is asked before it is captured");
        }
        assert_eq!(held.shown().await["status"], json!("voided"), "told: {told}");
        assert_eq!(held.wallet.taken().0, 0);
        held.wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn a_capture_whose_outcome_is_unknown_is_settled_by_asking() {
    for acts in [true, false] {
        let held = Held::new().await;
        let drop = |method: &str, path: &str, after: u32, acts: bool| json!({ "path": path, "method": method, "kind": "drop", "acts": acts, "times": after });
        let order = async |fault: Value| held.wallet.processor.order("faults", &fault).await;
        order(drop("POST", "/v1/payment_intents/*/capture", 1, acts)).await;
        let answer = held.capture(&json!({ "amount": "100.00" }), "k-1").await;
        let known = if acts { "paid" } else { "processing" };
        assert_eq!(answer.ok()["status"], json!(known), "the charge is asked after a lost reply");
        held.wallet.processor.pass(&held.wallet.clinic, Duration::minutes(10));
        held.wallet.clinic.world.reconcile(paywell_app::reconcile::Order::default()).await;
        assert_eq!(held.shown().await["status"], json!("paid"), "acted: {acts}");
        assert_eq!(held.wallet.taken().0, 10_000, "captured once");
        held.wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn only_a_hold_is_captured_or_voided() {
    let wallet = Wallet::new().await;
    let asked = wallet.clinic.asked_for(&wallet.ada, "10.00").await;
    let path = format!("/v1/payments/{asked}");
    let before = wallet.clinic.world.dump().await;
    let problem = wallet.clinic.post(&format!("{path}/capture"), &json!({})).await.refused(409);
    assert_eq!(problem["rule"], json!("nothing-held"));
    wallet.clinic.post_empty(&format!("{path}/void")).await.refused(409);
    assert!(wallet.clinic.world.dump().await == before, "nothing is written");
}
