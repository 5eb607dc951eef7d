//! From a draft to a paid invoice.

use paywell_tests::support::Clinic;
use serde_json::json;

#[tokio::test]
async fn an_invoice_is_written_sent_and_paid() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let draft = clinic.draft(&ada, "125.00").await;
    assert_eq!(clinic.invoice(&draft).await["status"], json!("draft"));
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()), "nobody owes a draft");
    clinic.send(&draft).await.ok();
    assert_eq!(clinic.invoice(&draft).await["status"], json!("unpaid"));
    assert_eq!(clinic.balance(&ada).await, ("125.00".into(), "0.00".into()));
    let payment = clinic.cash(&ada, "125.00", &[(&draft, "125.00")]).await.ok();
    assert_eq!(payment["status"], json!("paid"));
    let preview = clinic.invoice(&draft).await;
    assert_eq!(preview["status"], json!("paid"));
    assert_eq!(preview["balance"], json!("0.00"));
    assert_eq!(preview["payments"][0]["payment_id"], payment["id"]);
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()));
    clinic.proven_books().await;
}
