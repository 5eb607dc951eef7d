//! Money received at the desk.

use paywell_tests::support::Clinic;
use serde_json::{Value, json};

#[tokio::test]
async fn a_payment_is_asked_for_before_anything_is_paid() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let body = json!({
        "patient_id": ada, "amount": "80.00", "currency": "USD", "payment_type": "treatment_pre_payment",
        "due_date": "2026-06-30", "memo": "before the operation",
    });
    let answer = clinic.post("/v1/payments", &body).await;
    assert_eq!(answer.status, 201);
    let payment = answer.ok();
    assert_eq!(answer.headers["location"], format!("/v1/payments/{}", payment["id"].as_str().unwrap()));
    assert_eq!((&payment["status"], &payment["allowed"]), (&json!("pending"), &json!(["cancel"])));
    assert_eq!(payment["number"], json!("PAY-001"));
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()), "asking moves no money");
    assert_eq!(clinic.metric("payments", "pending").await, (1, "80.00".to_owned()));
    let books = clinic.proven_books().await;
    assert!(books.journal.is_empty());
}

#[tokio::test]
async fn cash_pays_several_invoices_and_the_rest_is_credit() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let (first, second) =
        (clinic.open_invoice(&ada, "60.00").await, clinic.open_invoice(&ada, "50.00").await);
    let payment = clinic.cash(&ada, "100.00", &[(&first, "60.00"), (&second, "25.00")]).await.ok();
    assert_eq!((&payment["unapplied"], &payment["method"]), (&json!("15.00"), &json!("cash")));
    assert_eq!(clinic.invoice(&first).await["status"], json!("paid"));
    let part = clinic.invoice(&second).await;
    assert_eq!(
        (&part["status"], &part["paid"], &part["balance"]),
        (&json!("partially_paid"), &json!("25.00"), &json!("25.00"))
    );
    assert_eq!(clinic.balance(&ada).await, ("25.00".into(), "15.00".into()));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_check_is_recorded_on_a_payment_that_was_asked_for() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    let id = clinic.asked_for(&ada, "60.00").await;
    let record = json!({
        "tender": { "type": "check", "number": "1042" }, "received_on": "2026-05-30",
        "allocations": [{ "invoice_id": invoice, "amount": "60.00" }],
    });
    let paid = clinic.post(&format!("/v1/payments/{id}/record"), &record).await.ok();
    assert_eq!(
        (&paid["status"], &paid["method"], &paid["reference"]),
        (&json!("paid"), &json!("check"), &json!("1042"))
    );
    assert_eq!(clinic.invoice(&invoice).await["status"], json!("paid"));
    let again = clinic.post(&format!("/v1/payments/{id}/record"), &record).await.refused(409);
    assert_eq!((&again["rule"], &again["allowed"]), (&json!("payment-status"), &json!([])));
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()));
    clinic.proven_books().await;
}

#[tokio::test]
async fn money_without_an_invoice_is_the_patients_credit() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    clinic.cash(&ada, "40.00", &[]).await.ok();
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "40.00".into()));
    clinic.proven_books().await;
}

#[tokio::test]
async fn one_payment_pays_twenty_five_invoices_at_once() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let mut invoices = Vec::new();
    for _ in 0..25 {
        invoices.push(clinic.open_invoice(&ada, "10.00").await);
    }
    let allocations: Vec<(&str, &str)> = invoices.iter().map(|id| (id.as_str(), "10.00")).collect();
    clinic.cash(&ada, "250.00", &allocations).await.ok();
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!((&set["status"], &set["invoices"]), (&json!("paid"), &json!([])));
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_new_charge_after_everything_was_paid_is_chased_anew() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    for round in 1..=3 {
        let invoice = clinic.open_invoice(&ada, "10.00").await;
        let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
        assert_eq!(
            (&set["status"], set["invoices"].as_array().map(Vec::len)),
            (&json!("active"), Some(1)),
            "{round}"
        );
        clinic.cash(&ada, "10.00", &[(&invoice, "10.00")]).await.ok();
    }
    let books = clinic.proven_books().await;
    assert_eq!(books.sets.len(), 3);
}

#[tokio::test]
async fn a_payment_shows_its_patient_visit_and_history() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let visit = json!({ "patient_id": ada, "service_at": "2026-05-01T14:00:00Z", "physician": "Dr. Who", "location": "main", "codes": ["99213"] });
    let visit = clinic.post("/v1/treatments", &visit).await.field("id");
    let body = json!({
        "patient_id": ada, "amount": "40.00", "currency": "USD", "treatment_id": visit,
        "tender": { "type": "external_card", "reference": "T-7" },
    });
    let id = clinic.post("/v1/payments", &body).await.field("id");
    let shown = clinic.payment(&id).await;
    assert_eq!(shown["treatment"]["physician"], json!("Dr. Who"));
    assert_eq!(shown["patient_details"]["email"], json!("ada@example.com"));
    assert_eq!(shown["history_intact"], json!(true));
    let what: Vec<&Value> =
        shown["timeline"].as_array().unwrap().iter().map(|entry| &entry["what"]).collect();
    assert_eq!(what, ["payment_created", "payment_recorded"]);
    assert_eq!(shown["timeline"][0]["actor_id"], json!("user_ada"));
}
