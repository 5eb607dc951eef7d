//! "Send me a new one": a link that has ended becomes a good one in the mailbox on file, and nowhere else.

use chrono::Duration;
use paywell_tests::support::{Answer, Clinic, Mail, pay_path};
use serde_json::{Value, json};

const ADDRESS: &str = "ada@example.com";

struct Holder {
    clinic: Clinic,
    ada: String,
    invoice: String,
    link: Value,
}

impl Holder {
    async fn new() -> Self {
        let clinic = Clinic::open().await;
        let (ada, invoice) = clinic.ada_owing().await;
        let link = clinic.link(&ada, &[&invoice]).await;
        Self { clinic, ada, invoice, link }
    }

    async fn asks(&self) -> Answer {
        self.clinic.by_patient("POST", &format!("{}/renew", pay_path(&self.link))).await
    }

    async fn mails(&self) -> Vec<Value> {
        self.clinic.world.mail.to(ADDRESS).await
    }

    async fn staff(&self, what: &str, body: &Value) -> Value {
        let path = format!("/v1/payment-links/{}/{what}", self.link["id"].as_str().unwrap());
        match body {
            Value::Null => self.clinic.post_empty(&path).await.ok(),
            body => self.clinic.post(&path, body).await.ok(),
        }
    }
}

#[tokio::test]
async fn an_expired_link_is_renewed_to_the_address_on_file() {
    let holder = Holder::new().await;
    holder.clinic.world.pass(Duration::days(31));
    let page = holder.clinic.by_patient("GET", pay_path(&holder.link)).await.text();
    assert!(page.contains(&format!("{}/renew", pay_path(&holder.link))), "{page}");
    let answer = holder.asks().await;
    assert_eq!(answer.status, 200);
    let mails = holder.mails().await;
    assert_eq!(mails.len(), 1);
    let sent = Mail::pay_path(&mails[0]);
    assert!(holder.clinic.opens(&sent).await && !holder.clinic.opens(pay_path(&holder.link)).await);
    let token = sent.rsplit('/').next().unwrap();
    assert!(!answer.text().contains(token), "whoever asks is not told the new address");
    for private in ["Ada", "125", ADDRESS, "Office visit"] {
        assert!(!answer.text().contains(private), "{private}");
    }
    holder.asks().await;
    let again: Vec<String> = holder.mails().await.iter().map(Mail::pay_path).collect();
    assert_eq!(again, [sent.clone(), sent], "the same good link, and no further generation");
}

#[tokio::test]
async fn a_link_that_was_replaced_leads_to_its_present_one() {
    let holder = Holder::new().await;
    let renewed = holder.staff("renew", &json!({})).await;
    holder.asks().await;
    let mails = holder.mails().await;
    assert_eq!(Mail::pay_path(&mails[0]), pay_path(&renewed));
}

#[tokio::test]
async fn whatever_comes_of_it_the_answer_is_the_same() {
    let sent = Holder::new().await;
    sent.clinic.world.pass(Duration::days(31));
    let told = sent.asks().await;
    let good = Holder::new().await;
    let revoked = Holder::new().await;
    revoked.staff("revoke", &Value::Null).await;
    let paid = Holder::new().await;
    paid.clinic.cash(&paid.ada, "125.00", &[(&paid.invoice, "125.00")]).await.ok();
    paid.clinic.world.pass(Duration::days(31));
    let mut unreachable = Holder::new().await;
    unreachable.ada = unreachable.clinic.patient_with("Ben", &json!({ "email": null })).await;
    unreachable.invoice = unreachable.clinic.open_invoice(&unreachable.ada, "5.00").await;
    unreachable.link = unreachable.clinic.link(&unreachable.ada, &[&unreachable.invoice]).await;
    unreachable.clinic.world.pass(Duration::days(31));
    for (what, holder) in
        [("good", &good), ("revoked", &revoked), ("paid", &paid), ("unreachable", &unreachable)]
    {
        let answer = holder.asks().await;
        let body = |answer: &Answer, holder: &Holder| answer.text().replace(pay_path(&holder.link), "");
        assert_eq!((answer.status, body(&answer, holder)), (told.status, body(&told, &sent)), "{what}");
        assert!(holder.clinic.world.mail.all().await.is_empty(), "{what}: nothing is sent");
    }
    let page = revoked.clinic.by_patient("GET", pay_path(&revoked.link)).await.text();
    assert!(!page.contains("/renew") && page.contains("tel:"), "staff withdrew it: the page says to call");
    let unknown = good.clinic.by_patient("POST", "/pay/x/renew").await;
    assert_eq!(unknown.text(), good.clinic.by_patient("GET", "/pay/x").await.text());
}

#[tokio::test]
async fn a_mailbox_is_not_filled() {
    let holder = Holder::new().await;
    holder.clinic.world.pass(Duration::days(31));
    let told = holder.asks().await;
    for _ in 0..5 {
        assert_eq!(holder.asks().await.text(), told.text());
    }
    assert_eq!(holder.mails().await.len(), 3, "three an hour");
    for _ in 0..9 {
        let link = holder.clinic.link(&holder.ada, &[&holder.invoice]).await;
        let path = format!("/v1/payment-links/{}/renew", link["id"].as_str().unwrap());
        let ends = holder.clinic.world.now() + Duration::seconds(30);
        let link = holder.clinic.post(&path, &json!({ "expires_at": ends })).await.ok();
        holder.clinic.world.pass(Duration::seconds(60));
        for _ in 0..3 {
            holder.clinic.by_patient("POST", &format!("{}/renew", pay_path(&link))).await;
        }
    }
    assert_eq!(holder.mails().await.len(), 17, "the twenty that one address may ask for, less three refused");
}
