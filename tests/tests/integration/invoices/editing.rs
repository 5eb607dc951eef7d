//! Editing an invoice of the version that was read.

use paywell_tests::support::Clinic;
use serde_json::{Value, json};

fn two_lines() -> Value {
    json!({ "lines": [
        { "description": "Office visit", "unit_price": "100.00" },
        { "description": "X-ray", "unit_price": "60.00" },
    ]})
}

#[tokio::test]
async fn an_edit_of_an_older_version_is_refused_with_the_current_one() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "100.00").await;
    let path = format!("/v1/invoices/{id}");
    let edited = clinic.patch(&path, &json!({ "term_days": 10 })).on_version(1).await;
    assert_eq!(edited.version(), 2);
    let before = clinic.world.dump().await;
    for (method, problem) in [
        ("edit", clinic.patch(&path, &json!({ "term_days": 20 })).on_version(1).await.refused(412)),
        ("delete", clinic.delete(&path).on_version(1).await.refused(412)),
    ] {
        assert_eq!(problem["current_version"], json!(2), "{method}");
        assert_eq!(problem["current"]["term_days"], json!(10), "{method}: what it now is");
    }
    assert_eq!(clinic.world.dump().await, before, "nothing is written");
}

#[tokio::test]
async fn an_edit_without_a_version_is_refused() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "100.00").await;
    let payment = clinic.asked_for(&ada, "10.00").await;
    let before = clinic.world.dump().await;
    let path = format!("/v1/invoices/{id}");
    clinic.patch(&path, &json!({ "term_days": 20 })).await.refused_at(428, "header If-Match");
    clinic.delete(&path).await.refused_at(428, "header If-Match");
    let status = format!("/v1/payments/{payment}/status");
    clinic.post(&status, &json!({ "action": "cancel" })).await.refused_at(428, "header If-Match");
    for tag in ["*", "W/\"1\"", "1", "\"01\"", "\"1\", \"2\"", ""] {
        let request = clinic.patch(&path, &json!({ "term_days": 20 })).header("if-match", tag);
        request.await.refused_at(400, "header If-Match");
    }
    assert_eq!(clinic.world.dump().await, before, "nothing is written");
}

#[tokio::test]
async fn a_draft_is_edited_freely_and_owes_nothing() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft_with(&ada, "1.00", &two_lines()).await;
    let edit = json!({
        "lines": [{ "description": "Consultation", "unit_price": "80.00", "quantity": 2, "discount": "10%" }],
        "discount": "4.00", "location": "main", "payment_type": "office_visit", "date": "2026-05-20", "term_days": 7,
    });
    let edited = clinic.patch(&format!("/v1/invoices/{id}"), &edit).on_version(1).await.ok();
    assert_eq!(edited["amount"], json!("140.00"));
    assert_eq!(edited["due_date"], json!("2026-05-27"));
    assert_eq!(edited["location"], json!("main"));
    assert_eq!(clinic.balance(&ada).await.0, "0.00");
    let cleared = json!({ "discount": null, "location": null });
    let cleared = clinic.patch(&format!("/v1/invoices/{id}"), &cleared).on_version(2).await.ok();
    assert_eq!((&cleared["amount"], &cleared["location"]), (&json!("144.00"), &Value::Null));
    let nowhere = json!({ "location": "nowhere" });
    let refused = clinic.patch(&format!("/v1/invoices/{id}"), &nowhere).on_version(3).await;
    refused.refused_at(422, "/location");
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_line_deleted_after_sending_is_not_owed_any_more() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice_with(&ada, "1.00", &two_lines()).await;
    assert_eq!(clinic.balance(&ada).await.0, "160.00");
    let answer = clinic.get(&format!("/v1/invoices/{id}")).await;
    let edit = clinic.patch(&format!("/v1/invoices/{id}"), &json!({ "delete_lines": [2] }));
    let edited = edit.on_version(answer.version()).await.ok();
    assert_eq!(edited["balance"], json!("100.00"));
    assert_eq!(clinic.balance(&ada).await.0, "100.00");
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!(set["outstanding"], json!("100.00"), "nor chased");
    let books = clinic.proven_books().await;
    assert_eq!(books.journal.len(), 2, "the charge, and its correction");
}

#[tokio::test]
async fn a_sent_invoice_takes_no_new_or_changed_lines() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice(&ada, "100.00").await;
    let path = format!("/v1/invoices/{id}");
    let version = clinic.get(&path).await.version();
    let before = clinic.world.dump().await;
    for edit in [
        json!({ "lines": [{ "description": "Office visit", "unit_price": "900.00" }] }),
        json!({ "lines": two_lines()["lines"] }),
    ] {
        clinic.patch(&path, &edit).on_version(version).await.refused_at(422, "/lines");
    }
    let all = clinic.patch(&path, &json!({ "delete_lines": [1] })).on_version(version);
    all.await.refused_at(422, "/lines");
    let unknown = clinic.patch(&path, &json!({ "delete_lines": [9] })).on_version(version);
    unknown.await.refused_at(422, "/delete_lines/0");
    let both = json!({ "lines": two_lines()["lines"], "delete_lines": [1] });
    clinic.patch(&path, &both).on_version(version).await.refused_at(422, "/delete_lines");
    assert_eq!(clinic.world.dump().await, before);
}

#[tokio::test]
async fn less_than_was_paid_cannot_be_billed() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice_with(&ada, "1.00", &two_lines()).await;
    clinic.cash(&ada, "120.00", &[(&id, "120.00")]).await.ok();
    let path = format!("/v1/invoices/{id}");
    let version = clinic.get(&path).await.version();
    let problem = clinic.patch(&path, &json!({ "delete_lines": [2] })).on_version(version).await.refused(409);
    assert_eq!(problem["rule"], json!("below-paid"));
    // Taking off what was not paid leaves nothing to pay.
    let edited = clinic.patch(&path, &json!({ "discount": "40.00" })).on_version(version).await.ok();
    assert_eq!((&edited["status"], &edited["balance"]), (&json!("paid"), &json!("0.00")));
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!(set["status"], json!("paid"), "nothing is chased any more");
    clinic.proven_books().await;
}

#[tokio::test]
async fn an_edit_that_changes_nothing_writes_no_history() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "100.00").await;
    let edited = clinic.patch(&format!("/v1/invoices/{id}"), &json!({ "term_days": 30 })).on_version(1).await;
    assert_eq!(edited.version(), 1);
    assert_eq!(clinic.invoice(&id).await["timeline"].as_array().unwrap().len(), 1);
}
