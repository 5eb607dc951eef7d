//! Unknown outcomes are held and settled by asking the processor; nothing is failed because time has passed.

use chrono::Duration;
use paywell_app::reconcile::Order;
use paywell_domain::{Account, Payment, payment::AttemptStatus};
use paywell_store::Stored;
use paywell_tests::support::{BY_BANK, BY_CARD, Clinic, Processor, pay_path};
use serde_json::{Value, json};

const NIGHTLY: Order = Order { nightly: true, since: None };

/// A patient who owes 125.00 on an invoice and has a link for it.
struct Owing {
    processor: Processor,
    clinic: Clinic,
    ada: String,
    invoice: String,
    link: Value,
}

impl Owing {
    async fn new() -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let (ada, invoice) = clinic.ada_owing().await;
        let link = clinic.link(&ada, &[&invoice]).await;
        Self { processor, clinic, ada, invoice, link }
    }

    async fn press_pay(&self) -> Stored<Payment> {
        self.clinic.press_pay(&self.link).await
    }

    fn pass(&self, time: Duration) {
        self.processor.pass(&self.clinic, time);
    }

    /// Ada pays from her bank account on the hosted page: the debit is on its way.
    async fn debited(&self, payment: &Stored<Payment>) {
        self.processor.fill_in(&payment.state, BY_BANK).await;
        self.processor.tell(&self.clinic).await;
    }

    async fn reconcile(&self) -> paywell_app::reconcile::Run {
        let run = self.clinic.world.reconcile(Order::default()).await;
        assert_eq!(run.errors, 0, "{run:?}");
        run
    }

    async fn nightly(&self) -> paywell_app::reconcile::Run {
        let run = self.clinic.world.reconcile(NIGHTLY).await;
        assert_eq!(run.errors, 0, "{run:?}");
        run
    }

    async fn payment(&self, payment: &Stored<Payment>) -> Payment {
        self.clinic.stored_payment(&payment.state.id.to_string()).await.state
    }

    async fn invoice_status(&self) -> String {
        self.clinic.invoice(&self.invoice).await["status"].as_str().unwrap().to_owned()
    }

    /// What the processor took and has not given back, in cents.
    fn taken(&self) -> i64 {
        let truth = serde_json::to_value(self.processor.simulator.truth()).unwrap();
        let intents = truth["payment_intents"].as_array().unwrap().clone();
        intents.iter().map(|intent| intent["amount_received"].as_i64().unwrap()).sum()
    }
}

#[tokio::test]
async fn money_whose_message_was_lost_is_found_by_asking() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.processor.fill_in(&payment.state, BY_CARD).await;
    owing.reconcile().await;
    assert_eq!(owing.payment(&payment).await.status.name(), "processing", "the session may still be in use");
    owing.pass(Duration::minutes(61));
    assert_eq!(owing.reconcile().await.settled, 1);
    assert_eq!(owing.payment(&payment).await.status.name(), "paid");
    assert_eq!(owing.invoice_status().await, "paid");
    // The message comes after all, twice.
    owing.processor.tell(&owing.clinic).await;
    assert_eq!(owing.reconcile().await.due, 0, "nothing is left to ask");
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn a_session_that_nobody_used_is_over_and_can_be_paid_again() {
    let owing = Owing::new().await;
    let first = owing.press_pay().await;
    owing.pass(Duration::hours(2));
    assert_eq!(owing.reconcile().await.settled, 1);
    assert_eq!(owing.payment(&first).await.status.name(), "pending");
    let again = owing.press_pay().await;
    assert_eq!(again.state.attempts.len(), 2);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn a_session_whose_creation_was_never_answered_is_looked_for_and_never_made_twice() {
    for acts in [true, false] {
        let owing = Owing::new().await;
        let fault = json!({ "path": "/v1/checkout/sessions", "kind": "drop", "acts": acts });
        owing.processor.order("faults", &fault).await;
        let answer = owing.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&owing.link)));
        let answer = answer.may_fail().await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        let id = owing.clinic.ids("/v1/payments?status=processing").await.remove(0);
        let payment = owing.clinic.stored_payment(&id).await;
        assert_eq!(payment.state.open_attempt().unwrap().session(), None);
        owing.pass(Duration::minutes(10));
        assert_eq!(owing.reconcile().await.settled, 1, "acted: {acts}");
        assert_eq!(owing.payment(&payment).await.status.name(), "pending");
        let truth = serde_json::to_value(owing.processor.simulator.truth()).unwrap();
        assert_eq!(truth["payment_intents"], json!([]), "nothing was charged");
    }
}

#[tokio::test]
async fn while_the_processor_cannot_be_reached_nothing_is_assumed() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.pass(Duration::hours(2));
    let mut waits = Vec::new();
    for round in 1..=4 {
        for path in ["/v1/checkout/sessions/*/expire", "/v1/checkout/sessions/*"] {
            let method = if path.ends_with('*') { "GET" } else { "POST" };
            let fault = json!({ "path": path, "method": method, "kind": "drop", "times": 5 });
            owing.processor.order("faults", &fault).await;
        }
        let run = owing.reconcile().await;
        assert_eq!((run.due, run.waiting), (1, 1), "round {round}");
        let state = owing.payment(&payment).await;
        assert_eq!(state.status.name(), "processing", "it is never failed by a timer");
        assert_eq!(owing.reconcile().await.due, 0, "it is not asked again at once");
        waits.push(state.ask_at().unwrap() - owing.clinic.world.now());
        owing.pass(Duration::hours(24));
    }
    assert!(waits.is_sorted(), "it waits longer each time: {waits:?}");
}

#[tokio::test]
async fn cash_at_the_desk_ends_the_session_that_asks_for_the_same() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.clinic.cash(&owing.ada, "125.00", &[(&owing.invoice, "125.00")]).await.ok();
    let marked = owing.payment(&payment).await;
    assert_eq!(marked.open_attempt().unwrap().status, AttemptStatus::ToExpire);
    assert_eq!(owing.reconcile().await.settled, 1, "at once");
    assert_eq!(owing.payment(&payment).await.status.name(), "pending");
    let session = marked.attempts[0].session().unwrap();
    let answer = owing.clinic.fetch(&format!("{}/c/pay/{session}", owing.processor.url)).await;
    assert!(!answer.contains("cardNumber"), "the page is closed");
    assert_eq!(owing.taken(), 0);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn pay_pressed_on_a_second_link_for_the_same_ends_the_first_links_session() {
    let owing = Owing::new().await;
    let first = owing.press_pay().await;
    let link = owing.clinic.link(&owing.ada, &[&owing.invoice]).await;
    let pressed = owing.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link))).await;
    assert_eq!(pressed.status, 303, "{}", pressed.text());
    let marked = owing.payment(&first).await;
    assert_eq!(marked.open_attempt().unwrap().status, AttemptStatus::ToExpire);
    assert_eq!(owing.reconcile().await.settled, 1, "at once");
    // Cash ends the second: the account knew that it was open.
    owing.clinic.cash(&owing.ada, "125.00", &[(&owing.invoice, "125.00")]).await.ok();
    assert_eq!(owing.reconcile().await.settled, 1);
    assert_eq!(owing.taken(), 0);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn who_pays_by_link_before_the_cash_is_recorded_has_credit() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.processor.fill_in(&payment.state, BY_CARD).await;
    owing.clinic.cash(&owing.ada, "125.00", &[(&owing.invoice, "125.00")]).await.ok();
    assert_eq!(owing.reconcile().await.settled, 1);
    assert_eq!(owing.payment(&payment).await.status.name(), "paid");
    assert_eq!(owing.clinic.balance(&owing.ada).await, ("0.00".into(), "125.00".into()));
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn an_edit_ends_the_session_and_other_invoices_do_not() {
    let owing = Owing::new().await;
    let other = owing.clinic.open_invoice(&owing.ada, "10.00").await;
    let payment = owing.press_pay().await;
    owing.clinic.cash(&owing.ada, "10.00", &[(&other, "10.00")]).await.ok();
    assert_eq!(owing.payment(&payment).await.open_attempt().unwrap().status, AttemptStatus::Open);
    let version = owing.clinic.get(&format!("/v1/invoices/{}", owing.invoice)).await.version();
    let edit = owing.clinic.patch(&format!("/v1/invoices/{}", owing.invoice), &json!({ "discount": "10%" }));
    edit.on_version(version).await.ok();
    assert_eq!(owing.payment(&payment).await.open_attempt().unwrap().status, AttemptStatus::ToExpire);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn continue_leads_back_to_the_page_until_the_patient_has_paid_there() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    let session = payment.state.attempts[0].session().unwrap().to_owned();
    let opened =
        owing.processor.read(&format!("{}/v1/checkout/sessions/{session}", owing.processor.url)).await;
    let back = opened["success_url"].as_str().unwrap().split('?').next().unwrap();
    let receipt = &back[back.find("/pay/receipts/").unwrap()..];
    let go_on = || owing.clinic.by_patient("POST", &format!("{receipt}/continue"));
    let answer = go_on().await;
    assert_eq!(
        (answer.status, answer.headers["location"].to_str().unwrap()),
        (303, opened["url"].as_str().unwrap())
    );
    owing.debited(&payment).await;
    let answer = go_on().await;
    assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, receipt));
}

#[tokio::test]
async fn a_link_is_withdrawn_while_the_debit_that_it_brought_is_under_way() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.debited(&payment).await;
    let path = format!("/v1/payment-links/{}", owing.link["id"].as_str().unwrap());
    owing.clinic.post_empty(&format!("{path}/revoke")).await.ok();
    assert_eq!(owing.clinic.get(&path).await.ok()["status"], json!("revoked"));
    assert_eq!(owing.payment(&payment).await.status.name(), "processing", "no session is left to end");
}

#[tokio::test]
async fn a_bank_debit_takes_days_and_may_come_back_after_it_settled() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.debited(&payment).await;
    let state = owing.payment(&payment).await;
    assert_eq!(
        (state.status.name(), state.open_attempt().unwrap().status),
        ("processing", AttemptStatus::Processing)
    );
    assert_eq!(owing.clinic.balance(&owing.ada).await.0, "125.00", "it is still owed");
    owing.pass(Duration::days(7));
    owing.reconcile().await;
    assert_eq!(owing.payment(&payment).await.status.name(), "paid");
    owing.processor.tell(&owing.clinic).await;

    let truth = serde_json::to_value(owing.processor.simulator.truth()).unwrap();
    let charge = truth["charges"][0]["id"].as_str().unwrap().to_owned();
    let dispute = json!({ "reason": "insufficient_funds" });
    owing.processor.order(&format!("charges/{charge}/dispute"), &dispute).await;
    owing.pass(Duration::minutes(1));
    owing.processor.tell(&owing.clinic).await;
    let returned = owing.payment(&payment).await;
    assert_eq!(returned.status.name(), "failed");
    assert_eq!(owing.invoice_status().await, "unpaid");
    assert_eq!(owing.clinic.balance(&owing.ada).await, ("125.00".into(), "0.00".into()));
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn a_dispute_holds_the_funds_and_losing_it_reopens_what_was_paid() {
    for (end, status, balance) in [("won", "paid", "0.00"), ("lost", "paid", "125.00")] {
        let owing = Owing::new().await;
        let payment = owing.press_pay().await;
        owing.processor.fill_in(&payment.state, BY_CARD).await;
        owing.processor.tell(&owing.clinic).await;
        let truth = serde_json::to_value(owing.processor.simulator.truth()).unwrap();
        let charge = truth["charges"][0]["id"].as_str().unwrap().to_owned();
        owing.processor.order(&format!("charges/{charge}/dispute"), &json!({ "reason": "fraudulent" })).await;
        owing.processor.tell(&owing.clinic).await;
        let disputed = owing.payment(&payment).await;
        assert!(disputed.is_disputed());
        assert_eq!(owing.clinic.balance(&owing.ada).await.0, "0.00", "while it is open nothing is owed");
        let id = disputed.disputes[0].id.clone();
        owing.processor.order(&format!("disputes/{id}/close"), &json!({ "status": end })).await;
        owing.processor.tell(&owing.clinic).await;
        let closed = owing.payment(&payment).await;
        assert_eq!((closed.status.name(), closed.is_disputed()), (status, false));
        assert_eq!(owing.clinic.balance(&owing.ada).await.0, balance, "{end}");
        owing.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn what_was_paid_when_pay_is_pressed_again_is_booked_then() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.clinic.cash(&owing.ada, "25.00", &[(&owing.invoice, "25.00")]).await.ok();
    owing.processor.fill_in(&payment.state, BY_CARD).await;
    let again = format!("{}/checkout", pay_path(&owing.link));
    assert!(owing.clinic.by_patient("POST", &again).await.status < 500);
    assert_eq!(owing.payment(&payment).await.status.name(), "paid");
    assert_eq!(owing.clinic.balance(&owing.ada).await, ("0.00".into(), "25.00".into()));
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn what_a_restored_backup_does_not_have_is_found_at_the_processor() {
    let owing = Owing::new().await;
    let backup = owing.clinic.world.dump().await;
    let payment = owing.press_pay().await;
    owing.processor.fill_in(&payment.state, BY_CARD).await;
    owing.processor.tell(&owing.clinic).await;
    assert_eq!(owing.invoice_status().await, "paid");
    owing.clinic.world.restore(&backup).await;
    assert_eq!(owing.invoice_status().await, "unpaid");
    owing.pass(Duration::minutes(5));
    let since = Some(owing.clinic.world.now() - Duration::days(1));
    let run = owing.clinic.world.reconcile(Order { nightly: true, since }).await;
    assert_eq!((run.found, run.errors), (1, 0), "{run:?}");
    let found = owing.payment(&payment).await;
    assert_eq!((found.status.name(), found.unapplied.get()), ("paid", 12_500), "it is the patient's credit");
    assert_eq!(owing.nightly().await.found, 0, "once");
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn a_nightly_run_finds_what_nobody_told() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.processor.fill_in(&payment.state, BY_CARD).await;
    owing.pass(Duration::minutes(5));
    assert_eq!(owing.nightly().await.found, 1, "before the session's time is over");
    assert_eq!(owing.payment(&payment).await.status.name(), "paid");
    let truth = serde_json::to_value(owing.processor.simulator.truth()).unwrap();
    let charge = truth["charges"][0]["id"].as_str().unwrap().to_owned();
    owing.processor.order(&format!("charges/{charge}/dispute"), &json!({ "reason": "fraudulent" })).await;
    assert_eq!(owing.nightly().await.found, 1);
    assert!(owing.payment(&payment).await.is_disputed());
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn payouts_are_booked_to_the_cent_and_once() {
    let owing = Owing::new().await;
    let payment = owing.press_pay().await;
    owing.processor.fill_in(&payment.state, BY_CARD).await;
    owing.processor.tell(&owing.clinic).await;
    owing.pass(Duration::days(6));
    let run = owing.nightly().await;
    assert_eq!(run.payouts, 1, "{run:?}");
    let books = owing.clinic.proven_books().await;
    let of = |account| -> i64 { books.journal.iter().map(|entry| entry.effect(account).get()).sum() };
    assert_eq!(of(Account::ProcessorClearing), 0, "all of it is in the bank or kept as fees");
    assert_eq!(of(Account::Bank) + of(Account::ProcessorFees), 12_500);
    assert!(of(Account::ProcessorFees) > 0);
    assert_eq!(owing.nightly().await.payouts, 0, "the same payout again");
    owing.clinic.proven_books().await;
}
