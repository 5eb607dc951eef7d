//! Money that does not fit is refused before anything is written.

use paywell_tests::support::{Clinic, Request};
use serde_json::{Value, json};

/// A practice in which Ada owes two invoices and Ben one, and Ada is asked for a payment.
struct Desk {
    clinic: Clinic,
    ada: String,
    first: String,
    second: String,
    bens: String,
    asked_for: String,
}

impl Desk {
    async fn open() -> Self {
        let clinic = Clinic::open().await;
        let (ada, ben) = (clinic.patient("Ada").await, clinic.patient("Ben").await);
        let first = clinic.open_invoice(&ada, "60.00").await;
        let second = clinic.open_invoice(&ada, "50.00").await;
        let bens = clinic.open_invoice(&ben, "50.00").await;
        let asked_for = clinic.asked_for(&ada, "100.00").await;
        Self { clinic, ada, first, second, bens, asked_for }
    }

    /// The two ways to record 100.00 of Ada's.
    fn ways(&self, allocations: &[(&str, &str)]) -> [Request; 2] {
        let list: Vec<Value> = allocations
            .iter()
            .map(|(invoice, amount)| json!({ "invoice_id": invoice, "amount": amount }))
            .collect();
        let record = json!({ "tender": { "type": "cash" }, "allocations": list });
        [
            self.clinic.cash(&self.ada, "100.00", allocations),
            self.clinic.post(&format!("/v1/payments/{}/record", self.asked_for), &record),
        ]
    }

    async fn refuses(&self, allocations: &[(&str, &str)], status: u16, pointer: &str) {
        let before = self.clinic.world.dump().await;
        for request in self.ways(allocations) {
            let answer = request.await;
            if status == 409 {
                answer.refused(409);
            } else {
                answer.refused_at(status, pointer);
            }
        }
        assert!(self.clinic.world.dump().await == before, "nothing is written: {allocations:?}");
    }
}

#[tokio::test]
async fn no_invoice_takes_more_than_its_balance() {
    let desk = Desk::open().await;
    desk.refuses(&[(&desk.first, "60.01")], 422, "/allocations/0/amount").await;
    let both = [(desk.second.as_str(), "30.00"), (&desk.first, "61.00")];
    desk.refuses(&both, 422, "/allocations/1/amount").await;
}

#[tokio::test]
async fn allocations_are_at_most_the_amount() {
    let desk = Desk::open().await;
    desk.refuses(&[(&desk.first, "60.00"), (&desk.second, "40.01")], 422, "/allocations").await;
}

#[tokio::test]
async fn nobody_pays_somebody_elses_invoice() {
    let desk = Desk::open().await;
    desk.refuses(&[(&desk.bens, "10.00")], 422, "/allocations/0/invoice_id").await;
}

#[tokio::test]
async fn an_unknown_invoice_is_named() {
    let desk = Desk::open().await;
    let unknown = "inv_01h455vb4pex5vsknk084sn02q";
    desk.refuses(&[(&desk.first, "10.00"), (unknown, "10.00")], 422, "/allocations/1/invoice_id").await;
}

#[tokio::test]
async fn an_invoice_is_named_once() {
    let desk = Desk::open().await;
    let twice = [(desk.first.as_str(), "10.00"), (&desk.first, "10.00")];
    desk.refuses(&twice, 422, "/allocations/1/invoice_id").await;
}

#[tokio::test]
async fn a_payment_covers_at_most_twenty_five_invoices() {
    let desk = Desk::open().await;
    let twenty_six: Vec<(&str, &str)> = std::iter::repeat_n((desk.first.as_str(), "1.00"), 26).collect();
    desk.refuses(&twenty_six, 422, "/allocations").await;
}

#[tokio::test]
async fn what_is_not_owed_takes_no_money() {
    let desk = Desk::open().await;
    let draft = desk.clinic.draft(&desk.ada, "10.00").await;
    desk.refuses(&[(&draft, "10.00")], 409, "").await;
    desk.clinic.cash(&desk.ada, "60.00", &[(&desk.first, "60.00")]).await.ok();
    desk.refuses(&[(&desk.first, "1.00")], 409, "").await;
}

#[tokio::test]
async fn nobody_is_billed_for_somebody_elses_treatment() {
    let desk = Desk::open().await;
    let bens = desk.clinic.invoice(&desk.bens).await["patient"]["id"].clone();
    let visit = json!({ "patient_id": bens, "service_at": "2026-05-01T14:00:00Z" });
    let visit = desk.clinic.post("/v1/treatments", &visit).await.field("id");
    let draft = desk.clinic.draft(&desk.ada, "5.00").await;
    let before = desk.clinic.world.dump().await;
    let payment =
        json!({ "patient_id": desk.ada, "amount": "5.00", "currency": "USD", "treatment_id": visit });
    desk.clinic.post("/v1/payments", &payment).await.refused_at(422, "/treatment_id");
    let line = json!({ "description": "Visit", "unit_price": "5.00", "treatment_id": visit });
    let invoice = json!({ "patient_id": desk.ada, "currency": "USD", "lines": [line] });
    desk.clinic.post("/v1/invoices", &invoice).await.refused_at(422, "/lines/0/treatment_id");
    let edit = json!({ "lines": [line] });
    let edited = desk.clinic.patch(&format!("/v1/invoices/{draft}"), &edit).on_version(1).await;
    edited.refused_at(422, "/lines/0/treatment_id");
    assert!(desk.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_link_is_for_what_its_patient_can_pay_now() {
    let desk = Desk::open().await;
    let draft = desk.clinic.draft(&desk.ada, "10.00").await;
    let paid = desk.clinic.cash(&desk.ada, "10.00", &[]).await.field("id");
    let ben = desk.clinic.invoice(&desk.bens).await["patient"]["id"].as_str().unwrap().to_owned();
    let asked_of_ben = desk.clinic.asked_for(&ben, "10.00").await;
    let before = desk.clinic.world.dump().await;
    for (what, pointer) in [
        (json!({ "invoice_ids": [desk.bens] }), "/invoice_ids/0"),
        (json!({ "invoice_ids": [desk.first, draft] }), "/invoice_ids/1"),
        (json!({ "invoice_ids": [desk.first, desk.first] }), "/invoice_ids"),
        (json!({ "invoice_ids": [] }), "/invoice_ids"),
        (json!({ "payment_id": paid }), "/payment_id"),
        (json!({ "payment_id": asked_of_ben }), "/payment_id"),
        (json!({ "payment_id": desk.asked_for, "invoice_ids": [desk.first] }), ""),
        (json!({}), ""),
    ] {
        let mut body = json!({ "patient_id": desk.ada });
        body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        desk.clinic.post("/v1/payment-links", &body).await.refused_at(422, pointer);
    }
    assert!(desk.clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn what_does_not_go_together_is_refused() {
    let desk = Desk::open().await;
    let before = desk.clinic.world.dump().await;
    for (more, pointer) in [
        (json!({ "tender": { "type": "cash" }, "draft": true }), "/draft"),
        (json!({ "received_on": "2026-06-01" }), "/received_on"),
        (json!({ "tender": { "type": "cash" }, "received_on": "2026-06-02" }), "/received_on"),
        (json!({ "tender": { "type": "cash" }, "received_on": "2016-01-01" }), "/received_on"),
        (json!({ "treatment_id": "trt_01h455vb4pex5vsknk084sn02q" }), "/treatment_id"),
    ] {
        let mut body = json!({ "patient_id": desk.ada, "amount": "100.00", "currency": "USD" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.clinic.post("/v1/payments", &body).await.refused_at(422, pointer);
    }
    assert!(desk.clinic.world.dump().await == before, "nothing is written");
}
