//! Moving a payment by hand.

use paywell_tests::support::{Answer, Clinic};
use serde_json::json;

async fn move_it(clinic: &Clinic, id: &str, version: u64, action: &str) -> Answer {
    clinic.post(&format!("/v1/payments/{id}/status"), &json!({ "action": action })).on_version(version).await
}

#[tokio::test]
async fn a_draft_is_submitted_and_cancelled() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let body = json!({ "patient_id": ada, "amount": "10.00", "currency": "USD", "draft": true });
    let draft = clinic.post("/v1/payments", &body).await.ok();
    assert_eq!(draft["allowed"], json!(["submit", "cancel"]));
    let id = draft["id"].as_str().unwrap();
    let submitted = move_it(&clinic, id, 1, "submit").await.ok();
    assert_eq!((&submitted["status"], &submitted["allowed"]), (&json!("pending"), &json!(["cancel"])));
    move_it(&clinic, id, 1, "cancel").await.refused(412);
    let cancelled = move_it(&clinic, id, 2, "cancel").await.ok();
    assert_eq!((&cancelled["status"], &cancelled["allowed"]), (&json!("cancelled"), &json!([])));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_refused_move_lists_what_is_allowed() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let pending = clinic.asked_for(&ada, "10.00").await;
    let paid = clinic.cash(&ada, "10.00", &[]).await.field("id");
    let cancelled = clinic.asked_for(&ada, "10.00").await;
    move_it(&clinic, &cancelled, 1, "cancel").await.ok();
    let before = clinic.world.dump().await;
    for (id, version, actions, allowed) in [
        (&pending, 1, ["submit", "reopen", "pay"], json!(["cancel"])),
        (&paid, 2, ["cancel", "submit", "reopen"], json!([])),
        (&cancelled, 2, ["cancel", "submit", "reopen"], json!([])),
    ] {
        for action in actions {
            let problem = move_it(&clinic, id, version, action).await.refused(409);
            assert_eq!(
                (&problem["rule"], &problem["allowed"]),
                (&json!("payment-status"), &allowed),
                "{action}"
            );
        }
    }
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn what_is_cancelled_takes_no_money() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.asked_for(&ada, "10.00").await;
    move_it(&clinic, &id, 1, "cancel").await.ok();
    let record = json!({ "tender": { "type": "cash" } });
    clinic.post(&format!("/v1/payments/{id}/record"), &record).await.refused(409);
    assert_eq!(clinic.balance(&ada).await.1, "0.00");
}
