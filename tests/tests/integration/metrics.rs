//! The cards: exact after every command that was answered, by the months of the practice.

use chrono::{DateTime, Duration, Utc};
use paywell_tests::support::{BY_BANK, BY_CARD, Clinic, Processor, Request};
use serde_json::{Value, json};

/// What was collected in all: gross, refunds and reversals, net.
fn collected(cards: &Value) -> [String; 3] {
    in_time(&cards["collected"])
}

fn in_time(of: &Value) -> [String; 3] {
    ["gross", "refunds_and_reversals", "net"].map(|name| of[name].as_str().unwrap().to_owned())
}

fn months(cards: &Value) -> Vec<Value> {
    cards["collected"]["months"].as_array().unwrap().clone()
}

/// What was collected in a month of the trend.
fn in_month(cards: &Value, month: &str) -> [String; 3] {
    in_time(months(cards).iter().find(|of| of["month"] == json!(month)).unwrap())
}

fn sums(gross: &str, back: &str, net: &str) -> [String; 3] {
    [gross, back, net].map(ToOwned::to_owned)
}

fn refund(clinic: &Clinic, payment: &str, amount: &str) -> Request {
    let body = json!({ "currency": "USD", "amount": amount, "reason": "patient_request" });
    clinic.post(&format!("/v1/payments/{payment}/refunds"), &body)
}

/// A practice with its processor, and Ada.
struct Desk {
    processor: Processor,
    clinic: Clinic,
    ada: String,
}

impl Desk {
    async fn new() -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let ada = clinic.patient("Ada").await;
        Self { processor, clinic, ada }
    }

    async fn tell(&self) {
        self.processor.tell(&self.clinic).await;
    }

    /// Ada pays an invoice by its link; gives the payment.
    async fn by_link(&self, amount: &str, form: &[(&str, &str)]) -> String {
        let invoice = self.clinic.open_invoice(&self.ada, amount).await;
        let payment = self.clinic.press_pay(&self.clinic.link(&self.ada, &[&invoice]).await).await;
        self.processor.fill_in(&payment.state, form).await;
        self.tell().await;
        payment.state.id.to_string()
    }

    /// What the cards show, and the books prove.
    async fn collected(&self) -> [String; 3] {
        self.clinic.proven_books().await;
        collected(&self.clinic.get("/v1/metrics").await.ok())
    }

    /// Of what the processor did last.
    fn last(&self, kind: &str) -> String {
        let truth = serde_json::to_value(self.processor.simulator.truth()).unwrap();
        truth[kind].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn dispute(&self, reason: &str) {
        let charge = self.last("charges");
        self.processor.order(&format!("charges/{charge}/dispute"), &json!({ "reason": reason })).await;
        self.processor.pass(&self.clinic, Duration::minutes(1));
        self.tell().await;
    }
}

#[tokio::test]
async fn what_comes_in_at_the_desk_and_goes_back_there_is_collected() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let other = clinic.open_invoice(&ada, "50.00").await;
    let show = async || {
        clinic.proven_books().await;
        collected(&clinic.get("/v1/metrics").await.ok())
    };
    assert_eq!(show().await, sums("0.00", "0.00", "0.00"));
    let cash = clinic.cash(&ada, "150.00", &[(&invoice, "125.00")]).await.field("id");
    assert_eq!(show().await, sums("150.00", "0.00", "150.00"), "credit is collected, too");
    clinic.post(&format!("/v1/invoices/{other}/apply"), &json!({ "payment_id": cash })).await.ok();
    assert_eq!(show().await, sums("150.00", "0.00", "150.00"), "applying credit moves nothing");
    let version = clinic.get(&format!("/v1/payments/{cash}")).await.version();
    let moved = json!({ "allocations": [{ "invoice_id": other, "amount": "50.00" }] });
    clinic.put(&format!("/v1/payments/{cash}/allocations"), &moved).on_version(version).await.ok();
    assert_eq!(show().await, sums("150.00", "0.00", "150.00"), "nor does moving it between invoices");
    let part = json!({ "currency": "USD", "amount": "30.00", "reason": "patient_request", "tender": { "type": "cash" } });
    clinic.post(&format!("/v1/payments/{cash}/refunds"), &part).await.ok();
    assert_eq!(show().await, sums("150.00", "30.00", "120.00"));
    let asked = clinic.asked_for(&ada, "20.00").await;
    let check = json!({ "tender": { "type": "check", "number": "1042" } });
    clinic.post(&format!("/v1/payments/{asked}/record"), &check).await.ok();
    let card = json!({
        "patient_id": ada, "amount": "5.00", "currency": "USD",
        "tender": { "type": "external_card", "reference": "A-1" },
    });
    clinic.post("/v1/payments", &card).await.ok();
    assert_eq!(show().await, sums("175.00", "30.00", "145.00"));
    let whole = json!({ "currency": "USD", "reason": "billing_error", "tender": { "type": "cash" } });
    clinic.post(&format!("/v1/payments/{cash}/refunds"), &whole).await.ok();
    assert_eq!(show().await, sums("175.00", "150.00", "25.00"));
}

#[tokio::test]
async fn a_refund_counts_when_it_is_through_and_no_more_when_it_comes_back() {
    let desk = Desk::new().await;
    let payment = desk.by_link("125.00", BY_CARD).await;
    assert_eq!(desk.collected().await, sums("125.00", "0.00", "125.00"));
    let fault = json!({ "path": "/v1/refunds", "method": "POST", "kind": "drop", "acts": true, "times": 5 });
    desk.processor.order("faults", &fault).await;
    let asked = refund(&desk.clinic, &payment, "25.00").await.ok();
    assert_eq!(asked["status"], json!("pending"));
    assert_eq!(desk.collected().await, sums("125.00", "0.00", "125.00"), "reserved is not given back yet");
    desk.tell().await;
    assert_eq!(desk.collected().await, sums("125.00", "25.00", "100.00"));
    let settle = format!("refunds/{}/settle", desk.last("refunds"));
    desk.processor.order(&settle, &json!({ "status": "failed" })).await;
    desk.tell().await;
    assert_eq!(desk.clinic.payment(&payment).await["refunds"][0]["status"], json!("failed"));
    assert_eq!(desk.collected().await, sums("125.00", "0.00", "125.00"), "and it was not received anew");
}

#[tokio::test]
async fn what_a_bank_takes_back_is_taken_off() {
    let desk = Desk::new().await;
    desk.by_link("125.00", BY_BANK).await;
    assert_eq!(desk.collected().await, sums("0.00", "0.00", "0.00"), "a debit that is on its way");
    desk.processor.pass(&desk.clinic, Duration::days(7));
    desk.tell().await;
    assert_eq!(desk.collected().await, sums("125.00", "0.00", "125.00"));
    desk.dispute("insufficient_funds").await;
    assert_eq!(desk.collected().await, sums("125.00", "125.00", "0.00"), "returned");
}

#[tokio::test]
async fn a_dispute_takes_nothing_until_it_is_lost() {
    let desk = Desk::new().await;
    for (end, taken) in
        [("won", sums("125.00", "0.00", "125.00")), ("lost", sums("250.00", "125.00", "125.00"))]
    {
        desk.by_link("125.00", BY_CARD).await;
        let before = desk.collected().await;
        desk.dispute("fraudulent").await;
        assert_eq!(desk.collected().await, before, "what is held is still collected");
        let close = format!("disputes/{}/close", desk.last("disputes"));
        desk.processor.order(&close, &json!({ "status": end })).await;
        desk.tell().await;
        assert_eq!(desk.collected().await, taken, "{end}");
    }
}

#[tokio::test]
async fn a_hold_is_collected_as_far_as_it_is_captured() {
    let desk = Desk::new().await;
    let page = desk.clinic.set_up(&desk.ada).await.field("url");
    desk.processor.send_form(&page, BY_CARD).await;
    desk.tell().await;
    let hold = async || {
        let body = json!({
            "patient_id": desk.ada, "amount": "80.00", "currency": "USD", "method_on_file": { "hold": true },
        });
        desk.clinic.post("/v1/payments", &body).await.field("id")
    };
    let (captured, voided) = (hold().await, hold().await);
    assert_eq!(desk.collected().await, sums("0.00", "0.00", "0.00"));
    desk.clinic.post_empty(&format!("/v1/payments/{voided}/void")).await.ok();
    desk.clinic.post(&format!("/v1/payments/{captured}/capture"), &json!({ "amount": "30.00" })).await.ok();
    desk.tell().await;
    assert_eq!(desk.collected().await, sums("30.00", "0.00", "30.00"));
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_month_is_the_practices_and_stays_when_the_practice_moves() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let cards = async || clinic.get("/v1/metrics").await.ok();
    clinic.world.set_clock(at("2026-07-01T03:30:00Z"));
    let late = clinic.cash(&ada, "40.00", &[]).await.field("id");
    let june = cards().await;
    assert_eq!(months(&june).len(), 12);
    assert_eq!(
        (&months(&june)[0]["month"], &months(&june)[11]["month"]),
        (&json!("2025-07"), &json!("2026-06"))
    );
    assert_eq!(in_month(&june, "2026-06"), sums("40.00", "0.00", "40.00"), "23:30 of 30 June in New York");
    assert!(months(&june)[..11].iter().all(|month| in_time(month) == sums("0.00", "0.00", "0.00")));
    clinic.world.set_clock(at("2026-07-01T04:30:00Z"));
    clinic.cash(&ada, "5.00", &[]).await.ok();
    let back = json!({ "currency": "USD", "amount": "10.00", "reason": "patient_request", "tender": { "type": "cash" } });
    clinic.post(&format!("/v1/payments/{late}/refunds"), &back).await.ok();
    let july = cards().await;
    assert_eq!(in_month(&july, "2026-06"), sums("40.00", "0.00", "40.00"), "a refund is its own month's");
    assert_eq!(in_month(&july, "2026-07"), sums("5.00", "10.00", "-5.00"));
    assert_eq!(collected(&july), sums("45.00", "10.00", "35.00"));
    clinic.proven_books().await;

    clinic.change_practice(|practice| practice.time_zone = chrono_tz::Asia::Tokyo).await;
    clinic.world.set_clock(at("2026-07-31T15:30:00Z"));
    clinic.cash(&ada, "7.00", &[]).await.ok();
    let moved = cards().await;
    assert_eq!(in_month(&moved, "2026-06"), sums("40.00", "0.00", "40.00"), "no past month changes");
    assert_eq!(in_month(&moved, "2026-08"), sums("7.00", "0.00", "7.00"), "0:30 of 1 August in Tokyo");
    let ledger = paywell_app::proof::Options { processor: false, ..paywell_app::proof::Options::default() };
    assert!(clinic.proof(&ledger).await.differences.is_empty());

    clinic.world.set_clock(at("2027-09-15T12:00:00Z"));
    let later = cards().await;
    assert_eq!(months(&later)[0]["month"], json!("2026-10"));
    assert!(months(&later).iter().all(|month| in_time(month) == sums("0.00", "0.00", "0.00")));
    assert_eq!(collected(&later), sums("52.00", "10.00", "42.00"), "of all time");
}

#[tokio::test]
async fn what_is_still_to_come_is_drafts_pending_and_processing() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let draft = json!({ "patient_id": ada, "amount": "10.00", "currency": "USD", "draft": true });
    clinic.post("/v1/payments", &draft).await.ok();
    clinic.asked_for(&ada, "20.00").await;
    clinic.press_pay(&clinic.link(&ada, &[&invoice]).await).await;
    clinic.cash(&ada, "3.00", &[]).await.ok();
    let part = clinic.open_invoice(&ada, "40.00").await;
    clinic.cash(&ada, "15.00", &[(&part, "15.00")]).await.ok();
    let cards = clinic.get("/v1/metrics").await.ok();
    assert_eq!(cards["currency"], json!("USD"));
    assert_eq!(cards["outstanding"]["payments"], json!({ "count": 3, "amount": "155.00" }));
    assert_eq!(cards["outstanding"]["invoices"], json!({ "count": 2, "amount": "150.00" }));
    assert_eq!(cards["partly_paid_invoices"], json!({ "count": 1, "amount": "25.00" }));
    assert_eq!(cards["payments"]["paid"], json!({ "count": 2, "amount": "18.00" }));
    clinic.cash(&ada, "25.00", &[(&part, "25.00")]).await.ok();
    let cards = clinic.get("/v1/metrics").await.ok();
    assert_eq!(cards["partly_paid_invoices"], json!({ "count": 0, "amount": "0.00" }));
    for status in ["failed", "expired", "paused", "will_fail"] {
        assert_eq!(cards["invoice_sets"][status], json!({ "count": 0, "amount": "0.00" }), "{status}");
    }
    assert_eq!(cards["invoice_sets"]["active"], json!({ "count": 1, "amount": "125.00" }));
}
