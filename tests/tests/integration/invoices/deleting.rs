//! Deleting drafts, voiding what was sent, and what cannot be deleted.

use paywell_tests::support::Clinic;
use serde_json::{Value, json};

async fn delete(clinic: &Clinic, id: &str) -> paywell_tests::support::Answer {
    let version = clinic.get(&format!("/v1/invoices/{id}")).await.version();
    clinic.delete(&format!("/v1/invoices/{id}")).on_version(version).await
}

#[tokio::test]
async fn a_deleted_draft_leaves_every_list() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "100.00").await;
    delete(&clinic, &id).await.ok();
    for path in
        ["/v1/invoices", "/v1/invoices?sort=due", "/v1/invoices?status=draft", "/v1/invoices?status=deleted"]
    {
        assert_eq!(clinic.ids(path).await, Vec::<String>::new(), "{path}");
    }
    assert_eq!(clinic.ids(&format!("/v1/patients/{ada}/invoices")).await, Vec::<String>::new());
    assert_eq!(clinic.metric("invoices", "draft").await.0, 0);
    assert!(clinic.get("/v1/metrics").await.ok()["invoices"].get("deleted").is_none());
    clinic.send(&id).await.refused(409);
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_voided_invoice_is_not_owed_not_chased_and_its_links_are_withdrawn() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let (kept, id) = (clinic.open_invoice(&ada, "30.00").await, clinic.open_invoice(&ada, "100.00").await);
    let (own, shared) = (clinic.link(&ada, &[&id]).await, clinic.link(&ada, &[&kept, &id]).await);
    delete(&clinic, &id).await.ok();
    assert_eq!(clinic.invoice(&id).await["status"], json!("void"), "visible to staff");
    assert_eq!(clinic.balance(&ada).await.0, "30.00");
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!(set["invoices"], json!([{ "invoice_id": kept, "balance": "30.00" }]));
    assert!(!clinic.opens(own["url"].as_str().unwrap()).await, "a link for it alone is withdrawn");
    assert!(clinic.opens(shared["url"].as_str().unwrap()).await, "a link for others too is not");
    let own = clinic.get(&format!("/v1/payment-links/{}", own["id"].as_str().unwrap())).await.ok();
    assert_eq!((&own["status"], &own["url"]), (&json!("revoked"), &Value::Null));
    assert_eq!(clinic.invoice(&id).await["links"][0]["status"], json!("revoked"));
    clinic.proven_books().await;
}

#[tokio::test]
async fn an_invoice_whose_link_was_withdrawn_before_is_voided() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice(&ada, "100.00").await;
    let link = clinic.link(&ada, &[&id]).await["id"].as_str().unwrap().to_owned();
    clinic.post_empty(&format!("/v1/payment-links/{link}/revoke")).await.ok();
    delete(&clinic, &id).await.ok();
    assert_eq!(clinic.invoice(&id).await["status"], json!("void"));
}

#[tokio::test]
async fn voiding_the_last_charge_ends_the_chase() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice(&ada, "100.00").await;
    delete(&clinic, &id).await.ok();
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!((&set["status"], &set["next_send_at"]), (&json!("paid"), &Value::Null));
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_money_was_applied_to_is_not_deleted() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let (part, paid) = (clinic.open_invoice(&ada, "100.00").await, clinic.open_invoice(&ada, "50.00").await);
    clinic.cash(&ada, "90.00", &[(&part, "40.00"), (&paid, "50.00")]).await.ok();
    let before = clinic.world.dump().await;
    let problem = delete(&clinic, &part).await.refused(409);
    assert_eq!(problem["rule"], json!("money-applied"));
    assert!(problem["detail"].as_str().unwrap().contains("refund the payment"), "{problem}");
    delete(&clinic, &paid).await.refused(409);
    assert_eq!(clinic.world.dump().await, before);
}

#[tokio::test]
async fn what_is_gone_is_not_deleted_again() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice(&ada, "100.00").await;
    delete(&clinic, &id).await.ok();
    delete(&clinic, &id).await.refused(409);
    assert_eq!(clinic.balance(&ada).await.0, "0.00");
    clinic.proven_books().await;
}
