//! What requests cost the table: calls and round trips, exactly.

use std::collections::BTreeMap;

use paywell_tests::support::{Calls, Clinic, Processor, Request, pay_path};
use serde_json::json;

async fn calls(clinic: &Clinic, request: Request) -> Calls {
    let (answer, calls) = clinic.world.recorder.of(request.into_future()).await;
    answer.ok();
    calls
}

fn exactly(expected: &[(&'static str, u32)]) -> BTreeMap<&'static str, u32> {
    expected.iter().copied().collect()
}

/// Read once, so that what a function remembers is remembered.
async fn warm(clinic: &Clinic, patient: &str) {
    clinic.ids("/v1/invoices").await;
    clinic.open_invoice(patient, "10.00").await;
    clinic.asked_for(patient, "10.00").await;
}

#[tokio::test]
async fn every_list_and_preview_is_one_query() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    warm(&clinic, &ada).await;
    let invoice = clinic.open_invoice(&ada, "10.00").await;
    for base in ["/v1/invoices".to_owned(), format!("/v1/patients/{ada}/invoices"), "/v1/payments".to_owned()]
    {
        for sort in ["created", "-created", "due", "-due"] {
            for status in ["", "&status=draft", "&status=paid"] {
                let path = format!("{base}?sort={sort}{status}");
                let calls = calls(&clinic, clinic.get(&path)).await;
                assert_eq!(
                    calls.by_operation.iter().map(|(k, v)| (k.as_str(), *v)).collect::<BTreeMap<_, _>>(),
                    exactly(&[("Query", 1)]),
                    "{path}"
                );
            }
        }
    }
    for path in [
        format!("/v1/invoices/{invoice}"),
        "/v1/invoices?status=unpaid".to_owned(),
        "/v1/invoices?sort=amount".to_owned(),
        "/v1/invoices?sort=-name&status=paid".to_owned(),
        "/v1/invoices?location=main".to_owned(),
        "/v1/invoice-sets?sort=due&status=active".to_owned(),
    ] {
        let calls = calls(&clinic, clinic.get(&path)).await;
        assert_eq!((calls.of("Query"), calls.total()), (1, 1), "{path}: {calls:?}");
    }
    let path = format!("/v1/patients/{ada}/invoice-set");
    let calls = calls(&clinic, clinic.get(&path)).await;
    let (queries, loads) = (calls.of("Query"), calls.of("BatchGetItem"));
    assert_eq!((queries, loads, calls.total()), (1, 2, 3), "and what comes next: {calls:?}");
}

#[tokio::test]
async fn the_cards_are_one_batch_and_the_settings_where_they_are_not_known() {
    let clinic = Clinic::open().await;
    for (batches, what) in [(2, "cold"), (1, "warm")] {
        let calls = calls(&clinic, clinic.get("/v1/metrics")).await;
        assert_eq!((calls.of("BatchGetItem"), calls.total()), (batches, batches), "{what}: {calls:?}");
    }
}

#[tokio::test]
async fn pressing_pay_reads_what_it_decides_on_once() {
    let clinic = Processor::start().clinic().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let press = async || {
        let link = clinic.link(&ada, &[&invoice]).await;
        let request = clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link)));
        let (answer, calls) = clinic.world.recorder.of(request.into_future()).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        ["GetItem", "BatchGetItem", "TransactWriteItems"].map(|operation| calls.of(operation))
    };
    assert_eq!(press().await, [1, 1, 2]);
    assert_eq!(press().await, [1, 2, 2], "and the payment whose page is open");
}

#[tokio::test]
async fn a_command_is_one_load_and_one_commit() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    warm(&clinic, &ada).await;
    let draft = clinic.draft(&ada, "20.00").await;
    let (owed, payment) = (clinic.open_invoice(&ada, "20.00").await, clinic.asked_for(&ada, "5.00").await);
    let once = exactly(&[("BatchGetItem", 1), ("TransactWriteItems", 1)]);
    let body = json!({ "patient_id": ada, "currency": "USD", "lines": [{ "description": "Visit", "unit_price": "1.00" }] });
    for (what, request) in [
        ("create an invoice", clinic.post("/v1/invoices", &body)),
        (
            "edit a draft",
            clinic.patch(&format!("/v1/invoices/{draft}"), &json!({ "term_days": 3 })).on_version(1),
        ),
        ("record cash", clinic.cash(&ada, "5.00", &[(&owed, "5.00")])),
        ("ask for a payment", clinic.cash(&ada, "5.00", &[])),
        (
            "move a payment",
            clinic
                .post(&format!("/v1/payments/{payment}/status"), &json!({ "action": "cancel" }))
                .on_version(1),
        ),
        (
            "issue a link",
            clinic.post("/v1/payment-links", &json!({ "patient_id": ada, "invoice_ids": [owed] })),
        ),
        (
            "register a patient",
            clinic.post(
                "/v1/patients",
                &json!({ "first_name": "Ben", "last_name": "Ito", "birth_date": "1990-01-01" }),
            ),
        ),
    ] {
        let calls = calls(&clinic, request).await;
        assert_eq!(calls.without_numbers(), once, "{what}");
        assert!(calls.round_trips <= 2 + calls.of("UpdateItem"), "{what}: {calls:?}");
    }
}

#[tokio::test]
async fn what_to_load_may_depend_on_what_was_loaded() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    warm(&clinic, &ada).await;
    let draft = clinic.draft(&ada, "20.00").await;
    let (owed, payment) = (clinic.open_invoice(&ada, "20.00").await, clinic.asked_for(&ada, "5.00").await);
    let (twice, portal) =
        (exactly(&[("BatchGetItem", 2), ("TransactWriteItems", 1)]), json!({ "channels": ["portal"] }));
    let record =
        json!({ "tender": { "type": "cash" }, "allocations": [{ "invoice_id": owed, "amount": "5.00" }] });
    for (what, request) in [
        ("send", clinic.post(&format!("/v1/invoices/{draft}/send"), &portal)),
        ("record on a payment", clinic.post(&format!("/v1/payments/{payment}/record"), &record)),
    ] {
        let calls = calls(&clinic, request).await;
        assert_eq!(calls.without_numbers(), twice, "{what}");
        assert_eq!(calls.round_trips, 3, "{what}");
    }
}

#[tokio::test]
async fn numbers_are_taken_ten_at_a_time() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let mut taken = 0;
    for _ in 0..20 {
        let (_, calls) = clinic.world.recorder.of(clinic.draft(&ada, "1.00")).await;
        taken += calls.of("UpdateItem");
    }
    assert_eq!(taken, 2);
    let page = clinic.get("/v1/invoices?sort=created").await.ok();
    let numbers: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap()).collect();
    assert_eq!((numbers[0], numbers[19]), ("INV-001", "INV-020"));
}
