//! Money goes back by the processor: asked for once, and whatever becomes of it.

use futures_util::future::join_all;
use paywell_domain::{Account, Payment, payment::Unsettled};
use paywell_store::{Answer, Loaded, Stored};
use paywell_tests::support::{BY_CARD, Clinic, Processor, Request};
use serde_json::{Value, json};

use super::refunding::refund;

/// Ada pays an invoice of 125.00 by card.
pub(super) struct ByCard {
    pub(super) processor: Processor,
    pub(super) clinic: Clinic,
    ada: String,
    pub(super) invoice: String,
    pub(super) payment: Stored<Payment>,
}

impl ByCard {
    /// She is at the processor's page.
    pub(super) async fn asked() -> Self {
        Self::asked_of(&json!({ "email": "ada@example.com" })).await
    }

    /// The same, of an Ada of whom this is known too.
    pub(super) async fn asked_of(details: &Value) -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let ada = clinic.patient_with("Ada", details).await;
        let invoice = clinic.open_invoice(&ada, "125.00").await;
        let link = clinic.link(&ada, &[&invoice]).await;
        let payment = clinic.press_pay(&link).await;
        Self { processor, clinic, ada, invoice, payment }
    }

    /// She fills it in, and the processor tells.
    pub(super) async fn pays(&self) {
        self.processor.fill_in(&self.payment.state, BY_CARD).await;
        self.processor.tell(&self.clinic).await;
    }

    /// She has paid.
    pub(super) async fn new() -> Self {
        let asked = Self::asked().await;
        asked.pays().await;
        asked
    }

    pub(super) fn refund(&self, body: &Value) -> Request {
        refund(&self.clinic, &self.payment.state.id.to_string(), body)
    }

    async fn shown(&self) -> Value {
        self.clinic.payment(&self.payment.state.id.to_string()).await
    }

    /// Ada's bank takes the money back for now: the dispute's id. Nobody has been told of it.
    pub(super) async fn disputed(&self) -> String {
        let charge = self.processor.simulator.truth().charges[0].id.clone();
        let complaint = json!({ "reason": "fraudulent" });
        self.processor.order(&format!("charges/{charge}/dispute"), &complaint).await;
        self.processor.simulator.truth().disputes[0].id.clone()
    }

    /// What the processor gave back, in cents.
    fn given_back(&self) -> i64 {
        let refunds = self.processor.simulator.truth().refunds;
        refunds.iter().filter(|refund| refund.status != "failed").map(|refund| refund.amount).sum()
    }
}

#[tokio::test]
async fn a_card_is_refunded_by_the_processor_and_answered_alike_again() {
    let card = ByCard::new().await;
    let body = json!({ "amount": "25.00", "reason": "insurance_adjustment" });
    let first = card.refund(&body).key("refund").await;
    let shown = first.ok();
    assert_eq!(
        (first.status, &shown["status"], &shown["method"]),
        (201, &json!("succeeded"), &json!("processor"))
    );
    assert!(shown["reference"].as_str().is_some_and(|id| id.starts_with("re_")), "{shown}");
    let before = card.clinic.world.dump().await;
    let again = card.refund(&body).key("refund").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body), "byte for byte");
    assert!(card.clinic.world.dump().await == before, "nothing is written the second time");
    let other = card.refund(&json!({ "amount": "26.00" })).key("refund").await;
    other.refused_at(422, "header Idempotency-Key");
    assert_eq!(card.given_back(), 2_500);
    card.processor.tell(&card.clinic).await;
    let payment = card.shown().await;
    assert_eq!((&payment["status"], &payment["refunded"]), (&json!("partially_refunded"), &json!("25.00")));
    assert_eq!((&payment["refundable"], &payment["refunds_pending"]), (&json!("100.00"), &json!("0.00")));
    assert_eq!(card.clinic.balance(&card.ada).await, ("0.00".into(), "0.00".into()), "the insurer pays it");
    let books = card.clinic.proven_books().await;
    let clearing: i64 =
        books.journal.iter().map(|entry| entry.effect(Account::ProcessorClearing).get()).sum();
    assert_eq!(clearing, 10_000);
}

#[tokio::test]
async fn a_refund_without_an_answer_is_pending_and_found_by_asking() {
    let card = ByCard::new().await;
    let fault = json!({ "path": "/v1/refunds", "method": "POST", "kind": "drop", "acts": true, "times": 5 });
    card.processor.order("faults", &fault).await;
    let answer = card.refund(&json!({})).key("refund").await;
    assert_eq!((answer.status, &answer.ok()["status"]), (201, &json!("pending")));
    let payment = card.shown().await;
    assert_eq!((&payment["status"], &payment["refunds_pending"]), (&json!("paid"), &json!("125.00")));
    assert_eq!((&payment["refundable"], &payment["allowed"]), (&json!("0.00"), &json!([])));
    assert_eq!(
        card.refund(&json!({})).await.refused(409)["rule"],
        json!("nothing-to-refund"),
        "it is reserved"
    );
    let again = card.refund(&json!({})).key("refund").await;
    assert_eq!(again.body, answer.body, "what was answered is answered again");
    card.clinic.proven_books().await;
    card.processor.pass(&card.clinic, chrono::Duration::minutes(15));
    card.clinic.world.reconcile(paywell_app::reconcile::Order::default()).await;
    let payment = card.shown().await;
    assert_eq!(
        (&payment["status"], &payment["refunds"][0]["status"]),
        (&json!("refunded"), &json!("succeeded"))
    );
    assert_eq!(card.given_back(), 12_500, "once");
    assert_eq!(card.clinic.invoice(&card.invoice).await["balance"], json!("125.00"));
    card.clinic.proven_books().await;
}

#[tokio::test]
async fn of_refunds_at_once_only_what_fits_goes_back_at_the_processor_too() {
    let card = ByCard::new().await;
    let answers = join_all((0..4).map(|_| card.refund(&json!({ "amount": "80.00" })).into_future())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(card.given_back(), 8_000);
    card.clinic.proven_books().await;
}

/// Whoever began it was cut off before it was answered, and comes again a day later: by then the processor knows the key
/// no more, and would do it.
#[tokio::test]
async fn a_refund_that_has_failed_is_not_asked_for_again() {
    let card = ByCard::new().await;
    let dispute = card.disputed().await;
    let refund = card.refund(&json!({})).await.ok()["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        card.shown().await["refunds"][0]["status"],
        json!("failed"),
        "what is disputed is not refunded"
    );
    card.processor.order(&format!("disputes/{dispute}/close"), &json!({ "status": "won" })).await;
    card.processor.pass(&card.clinic, chrono::Duration::hours(25));
    let (cx, id) = (card.clinic.context(), card.payment.state.id);
    let answering =
        |_: &Stored<Payment>| Ok(Answer { status: 201, body: String::new(), location: None, version: None });
    let begun = Unsettled::Refund(refund);
    card.clinic.world.app.settle_begun(&cx, id, begun, Loaded::default(), &answering).await.unwrap();
    assert_eq!(card.given_back(), 0);
    card.processor.tell(&card.clinic).await;
    card.clinic.proven_books().await;
}

#[tokio::test]
async fn a_refund_of_another_amount_than_we_asked_for_is_not_taken_for_ours() {
    let card = ByCard::new().await;
    let fault = json!({ "path": "/v1/refunds", "method": "POST", "kind": "drop", "acts": true, "times": 5 });
    card.processor.order("faults", &fault).await;
    card.refund(&json!({ "amount": "25.00" })).await.ok();
    let events = card.processor.simulator.take_events();
    let told = events.iter().find(|event| event.kind == "refund.created").unwrap();
    let tell = async |body: &str| {
        let signature = card.processor.simulator.sign(body);
        card.clinic.unsigned_webhook(body).header("stripe-signature", &signature).may_fail().await.status
    };
    for (field, value) in [("amount", json!(2_400)), ("currency", json!("eur"))] {
        let mut other: Value = serde_json::from_str(&told.body).unwrap();
        other["data"]["object"][field] = value;
        assert_eq!(tell(&other.to_string()).await, 500, "{field}");
        assert_eq!(card.shown().await["refunds"][0]["status"], json!("pending"), "{field}");
    }
    assert_eq!(tell(&told.body).await, 204);
    assert_eq!(card.shown().await["refunds"][0]["status"], json!("succeeded"));
    card.clinic.proven_books().await;
}

#[tokio::test]
async fn what_a_bank_gives_back_is_chased_once_staff_have_resolved_the_dispute() {
    for owes_more in [false, true] {
        let card = ByCard::new().await;
        let (clinic, days) = (&card.clinic, chrono::Duration::days(70));
        if owes_more {
            clinic.open_invoice(&card.ada, "50.00").await;
        }
        let dispute = card.disputed().await;
        card.processor.order(&format!("disputes/{dispute}/close"), &json!({ "status": "lost" })).await;
        card.processor.tell(clinic).await;
        assert_eq!(clinic.invoice(&card.invoice).await["balance"], json!("125.00"));
        let path = format!("/v1/patients/{}/invoice-set", card.ada);
        let set = clinic.get(&path).await.ok();
        assert_eq!((&set["status"], &set["pause"]["reason"]), (&json!("paused"), &json!("dispute")), "{set}");
        card.processor.pass(clinic, days);
        let mails = clinic.world.mail.all().await.len();
        assert_eq!(clinic.world.run_outreach().await, paywell_app::outreach::Run::default());
        assert_eq!(clinic.world.mail.all().await.len(), mails, "owes more: {owes_more}");
        let id = set["id"].as_str().unwrap();
        clinic.post(&format!("/v1/invoice-sets/{id}/actions"), &json!({ "action": "resume" })).await.ok();
        assert_eq!(clinic.get(&path).await.ok()["status"], json!("active"));
        clinic.proven_books().await;
    }
}

#[tokio::test]
async fn what_is_disputed_is_not_refunded_and_shown_so() {
    let card = ByCard::new().await;
    let before = card.shown().await;
    assert_eq!((&before["disputed"], &before["allowed"]), (&json!(false), &json!(["refund"])));
    card.disputed().await;
    card.processor.tell(&card.clinic).await;
    let shown = card.shown().await;
    assert_eq!(
        (&shown["disputed"], &shown["allowed"], &shown["refundable"]),
        (&json!(true), &json!([]), &json!("0.00"))
    );
    assert_eq!(shown["disputes"][0]["status"], json!("open"));
    assert_eq!(card.refund(&json!({})).await.refused(409)["rule"], json!("disputed"));
    card.clinic.proven_books().await;
}

/// Cash at the desk while the patient is at the processor's page: the session is to end; who was quicker pays twice, and
/// the second money is credit.
#[tokio::test]
async fn cash_while_a_session_is_open_ends_it_and_what_was_paid_first_is_credit() {
    let card = ByCard::asked().await;
    let ByCard { clinic, ada, invoice, payment, .. } = &card;
    let credit = clinic.cash(ada, "125.00", &[]).await.field("id");
    let apply = json!({ "payment_id": credit });
    clinic.post(&format!("/v1/invoices/{invoice}/apply"), &apply).await.ok();
    let marked = clinic.stored_payment(&payment.state.id.to_string()).await;
    assert!(!marked.state.attempts[0].is_payable(clinic.world.now()), "the session is to be expired");
    card.pays().await;
    assert_eq!(
        clinic.balance(ada).await,
        ("0.00".into(), "125.00".into()),
        "paid twice, and one of it credit"
    );
    clinic.proven_books().await;
    let back = card.refund(&json!({ "reason": "duplicate_charge" })).await.ok();
    assert_eq!((&back["from_credit"], &back["allocations"]), (&json!("125.00"), &json!([])));
    assert_eq!(clinic.invoice(invoice).await["status"], json!("paid"), "the invoice is not touched");
    assert_eq!(clinic.balance(ada).await, ("0.00".into(), "0.00".into()));
    clinic.proven_books().await;
}
