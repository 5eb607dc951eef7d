//! What the processor tells is applied once, whatever order and however often it comes.

use chrono::Duration;
use paywell_domain::Payment;
use paywell_store::Stored;
use paywell_tests::support::{Clinic, Processor, WEBHOOK_SECRET, session_event, signed};
use serde_json::{Value, json};

const COMPLETED: &str = "checkout.session.completed";
const EXPIRED: &str = "checkout.session.expired";
const SUCCEEDED: &str = "checkout.session.async_payment_succeeded";
const FAILED: &str = "checkout.session.async_payment_failed";

/// A patient at the processor's page, about to pay an invoice of 125.00 by a link.
struct AtTheProcessor {
    clinic: Clinic,
    ada: String,
    invoice: String,
    link: String,
    payment: Stored<Payment>,
}

impl AtTheProcessor {
    async fn new() -> Self {
        let clinic = Processor::start().clinic().await;
        let (ada, invoice) = clinic.ada_owing().await;
        let link = clinic.link(&ada, &[&invoice]).await;
        let payment = clinic.press_pay(&link).await;
        let link = link["id"].as_str().unwrap().to_owned();
        Self { clinic, ada, invoice, link, payment }
    }

    fn event(&self, id: &str, kind: &str) -> Value {
        session_event(&self.clinic, id, kind, &self.payment.state)
    }

    async fn deliver(&self, id: &str, kind: &str) {
        assert_eq!(self.clinic.webhook(&self.event(id, kind)).await.status, 204);
    }

    async fn status(&self) -> String {
        let shown = self.clinic.payment(&self.payment.state.id.to_string()).await;
        shown["status"].as_str().unwrap().to_owned()
    }

    async fn link_status(&self) -> Value {
        self.clinic.get(&format!("/v1/payment-links/{}", self.link)).await.ok()["status"].clone()
    }
}

#[tokio::test]
async fn what_is_not_signed_by_the_processor_is_refused() {
    let patient = AtTheProcessor::new().await;
    let clinic = &patient.clinic;
    let body = patient.event("evt_1", COMPLETED).to_string();
    let now = clinic.world.now();
    let before = clinic.world.dump().await;
    for (what, signature) in [
        ("no signature", String::new()),
        ("garbage", "garbage".to_owned()),
        ("another secret", signed("whsec_another", now, &body)),
        ("another body", signed(WEBHOOK_SECRET, now, "{}")),
        ("long ago", signed(WEBHOOK_SECRET, now - Duration::seconds(400), &body)),
        ("in the future", signed(WEBHOOK_SECRET, now + Duration::seconds(400), &body)),
    ] {
        let answer = clinic.unsigned_webhook(&body).header("stripe-signature", &signature).await;
        assert_eq!(answer.refused(400)["type"], json!("/problems/not-signed"), "{what}");
    }
    clinic.unsigned_webhook(&body).await.refused(400);
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_payment_that_succeeded_is_applied_once() {
    let patient = AtTheProcessor::new().await;
    assert_eq!(patient.status().await, "processing");
    patient.deliver("evt_1", COMPLETED).await;
    assert_eq!(patient.status().await, "paid");
    assert_eq!(patient.link_status().await, json!("used"));
    let shown = patient.clinic.invoice(&patient.invoice).await;
    assert_eq!((&shown["status"], &shown["links"][0]["status"]), (&json!("paid"), &json!("used")));
    assert_eq!(patient.clinic.balance(&patient.ada).await, ("0.00".into(), "0.00".into()));
    let before = patient.clinic.world.dump().await;
    patient.deliver("evt_1", COMPLETED).await;
    assert!(patient.clinic.world.dump().await == before, "the same event again changes nothing");
    patient.deliver("evt_2", SUCCEEDED).await;
    patient.deliver("evt_3", EXPIRED).await;
    assert_eq!(patient.status().await, "paid", "nor do others about it");
    let books = patient.clinic.proven_books().await;
    assert_eq!(books.journal.len(), 2, "the charge and the payment");
}

#[tokio::test]
async fn an_event_that_comes_twice_at_once_is_applied_once() {
    let patient = AtTheProcessor::new().await;
    let event = patient.event("evt_1", COMPLETED);
    let deliveries = (0..4).map(|_| patient.clinic.webhook(&event).into_future());
    for answer in futures_util::future::join_all(deliveries).await {
        assert_eq!(answer.status, 204);
    }
    assert_eq!(patient.clinic.balance(&patient.ada).await, ("0.00".into(), "0.00".into()));
    patient.clinic.proven_books().await;
}

#[tokio::test]
async fn another_amount_than_was_asked_for_is_not_applied() {
    let patient = AtTheProcessor::new().await;
    let before = patient.clinic.world.dump().await;
    for (field, value) in
        [("amount_total", json!(12_499)), ("amount_total", json!(null)), ("currency", json!("eur"))]
    {
        let mut event = patient.event("evt_1", COMPLETED);
        event["data"]["object"][field] = value;
        let answer = patient.clinic.webhook(&event).may_fail().await;
        assert!(answer.status >= 500, "the processor is to send it again: {}", answer.status);
    }
    assert!(patient.clinic.world.dump().await == before, "nothing is written");
    patient.deliver("evt_1", COMPLETED).await;
    assert_eq!(patient.status().await, "paid");
}

#[tokio::test]
async fn an_expired_session_can_be_tried_again() {
    let patient = AtTheProcessor::new().await;
    patient.deliver("evt_1", EXPIRED).await;
    assert_eq!(patient.status().await, "pending");
    assert_eq!(patient.clinic.balance(&patient.ada).await.0, "125.00");
    assert!(patient.link_status().await == json!("opened"), "the link is still good");
    patient.deliver("evt_1", EXPIRED).await;
    patient.clinic.proven_books().await;
}

#[tokio::test]
async fn a_bank_debit_is_on_its_way_until_it_succeeds() {
    let patient = AtTheProcessor::new().await;
    let mut completed = patient.event("evt_1", COMPLETED);
    completed["data"]["object"]["payment_status"] = json!("unpaid");
    assert_eq!(patient.clinic.webhook(&completed).await.status, 204);
    assert_eq!(patient.status().await, "processing");
    assert_eq!(patient.clinic.balance(&patient.ada).await.0, "125.00");
    patient.deliver("evt_2", SUCCEEDED).await;
    assert_eq!(patient.status().await, "paid");
    patient.clinic.proven_books().await;
}

#[tokio::test]
async fn a_bank_debit_that_failed_leaves_the_invoice_owed() {
    let patient = AtTheProcessor::new().await;
    patient.deliver("evt_1", FAILED).await;
    assert_eq!(patient.status().await, "failed");
    let shown = patient.clinic.payment(&patient.payment.state.id.to_string()).await;
    assert_eq!(shown["allowed"], json!(["cancel", "reopen"]));
    assert_eq!(patient.clinic.balance(&patient.ada).await, ("125.00".into(), "0.00".into()));
    patient.clinic.proven_books().await;
}

#[tokio::test]
async fn news_in_the_wrong_order_end_alike() {
    let patient = AtTheProcessor::new().await;
    patient.deliver("evt_2", SUCCEEDED).await;
    let mut completed = patient.event("evt_1", COMPLETED);
    completed["data"]["object"]["payment_status"] = json!("unpaid");
    assert_eq!(patient.clinic.webhook(&completed).await.status, 204);
    assert_eq!(patient.status().await, "paid");
    patient.clinic.proven_books().await;
}

#[tokio::test]
async fn what_came_for_an_invoice_that_was_paid_meanwhile_is_credit() {
    let patient = AtTheProcessor::new().await;
    patient.clinic.cash(&patient.ada, "125.00", &[(&patient.invoice, "125.00")]).await.ok();
    patient.deliver("evt_1", COMPLETED).await;
    assert_eq!(patient.status().await, "paid");
    assert_eq!(patient.clinic.balance(&patient.ada).await, ("0.00".into(), "125.00".into()));
    patient.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_at_the_processor_is_not_moved_by_hand() {
    let patient = AtTheProcessor::new().await;
    let id = patient.payment.state.id;
    let cash = json!({ "tender": { "type": "cash" } });
    let problem = patient.clinic.post(&format!("/v1/payments/{id}/record"), &cash).await.refused(409);
    assert_eq!(problem["allowed"], json!([]), "an unknown outcome is nobody's to decide");
    let version = patient.clinic.get(&format!("/v1/payments/{id}")).await.version();
    let cancel = patient.clinic.post(&format!("/v1/payments/{id}/status"), &json!({ "action": "cancel" }));
    cancel.on_version(version).await.refused(409);
}

#[tokio::test]
async fn what_is_not_ours_is_acknowledged_and_changes_nothing() {
    let patient = AtTheProcessor::new().await;
    let before = patient.clinic.world.dump().await;
    let unknown_payment =
        json!({ "practice": "prac_riverside", "payment": "pay_01h455vb4pex5vsknk084sn02q" });
    let unknown_practice =
        json!({ "practice": "prac_nowhere", "payment": patient.payment.state.id.to_string() });
    for metadata in [unknown_payment, unknown_practice, json!({}), json!({ "practice": "x", "payment": "y" })]
    {
        let mut event = patient.event("evt_9", COMPLETED);
        event["data"]["object"]["metadata"] = metadata;
        assert_eq!(patient.clinic.webhook(&event).await.status, 204);
    }
    let mut other = patient.event("evt_9", COMPLETED);
    other["type"] = json!("plan.created");
    assert_eq!(patient.clinic.webhook(&other).await.status, 204);
    let mut strange = patient.event("evt_9", COMPLETED);
    strange["data"]["object"]["client_reference_id"] = json!("att_01h455vb4pex5vsknk084sn02q");
    assert_eq!(patient.clinic.webhook(&strange).await.status, 204);
    assert_eq!(patient.status().await, "processing");
    let applied = patient.clinic.world.dump().await;
    assert!(before.count("JOURNAL#") == applied.count("JOURNAL#"), "no money moves");
}

#[tokio::test]
async fn a_link_for_twenty_five_invoices_is_paid_at_once() {
    let clinic = Processor::start().clinic().await;
    let ada = clinic.patient("Ada").await;
    let mut invoices = Vec::new();
    for _ in 0..25 {
        invoices.push(clinic.open_invoice(&ada, "10.00").await);
    }
    let ids: Vec<&str> = invoices.iter().map(String::as_str).collect();
    let link = clinic.link(&ada, &ids).await;
    let payment = clinic.press_pay(&link).await;
    let event = session_event(&clinic, "evt_1", COMPLETED, &payment.state);
    assert_eq!(clinic.webhook(&event).await.status, 204);
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()));
    for id in ids {
        assert_eq!(clinic.invoice(id).await["links"][0]["status"], json!("used"));
    }
    clinic.proven_books().await;
}
