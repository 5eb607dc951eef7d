//! What a received payment pays, decided anew: credit applied later, money moved between invoices.

use paywell_tests::support::{Answer, Clinic};
use serde_json::{Value, json};

/// A practice in which Ada owes 60.00 and 50.00, and has paid 80.00 that is her credit.
struct Credit {
    clinic: Clinic,
    ada: String,
    first: String,
    second: String,
    payment: String,
}

impl Credit {
    async fn new() -> Self {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let first = clinic.open_invoice(&ada, "60.00").await;
        let second = clinic.open_invoice(&ada, "50.00").await;
        let payment = clinic.cash(&ada, "80.00", &[]).await.field("id");
        Self { clinic, ada, first, second, payment }
    }

    async fn version(&self) -> u64 {
        self.clinic.get(&format!("/v1/payments/{}", self.payment)).await.version()
    }

    async fn allocate(&self, wanted: &[(&str, &str)]) -> Answer {
        let list: Vec<Value> = wanted
            .iter()
            .map(|(invoice, amount)| json!({ "invoice_id": invoice, "amount": amount }))
            .collect();
        let path = format!("/v1/payments/{}/allocations", self.payment);
        self.clinic.put(&path, &json!({ "allocations": list })).on_version(self.version().await).await
    }

    async fn apply(&self, invoice: &str, amount: Option<&str>) -> Answer {
        let mut body = json!({ "payment_id": self.payment });
        if let Some(amount) = amount {
            body["amount"] = json!(amount);
        }
        self.clinic.post(&format!("/v1/invoices/{invoice}/apply"), &body).await
    }

    async fn balances(&self) -> (String, String) {
        self.clinic.balance(&self.ada).await
    }
}

#[tokio::test]
async fn credit_is_found_applied_and_moved() {
    let credit = Credit::new().await;
    let listed = credit.clinic.get("/v1/payments").await.ok();
    assert_eq!(listed["items"][0]["unapplied"], json!("80.00"));
    let shown = credit.clinic.payment(&credit.payment).await;
    assert_eq!(shown["allowed"], json!(["refund", "apply"]));
    let applied = credit.apply(&credit.first, None).await.ok();
    assert_eq!((&applied["status"], &applied["paid"]), (&json!("paid"), &json!("60.00")));
    let applied = credit.apply(&credit.second, Some("5.00")).await.ok();
    assert_eq!((&applied["status"], &applied["balance"]), (&json!("partially_paid"), &json!("45.00")));
    let applied = credit.apply(&credit.second, None).await.ok();
    assert_eq!(applied["balance"], json!("30.00"), "all that was left");
    assert_eq!(credit.balances().await, ("30.00".into(), "0.00".into()));
    assert_eq!(credit.clinic.payment(&credit.payment).await["allowed"], json!(["refund"]));
    credit.clinic.proven_books().await;
    let moved = credit.allocate(&[(&credit.second, "50.00"), (&credit.first, "20.00")]).await.ok();
    assert_eq!(moved["unapplied"], json!("10.00"));
    assert_eq!(credit.balances().await, ("40.00".into(), "10.00".into()));
    let preview = credit.clinic.invoice(&credit.first).await;
    assert_eq!(
        (&preview["status"], &preview["payments"][0]["amount"]),
        (&json!("partially_paid"), &json!("20.00"))
    );
    assert_eq!(preview["taken_off"][0]["amount"], json!("40.00"));
    let set = credit.clinic.get(&format!("/v1/patients/{}/invoice-set", credit.ada)).await.ok();
    assert_eq!((&set["status"], &set["outstanding"]), (&json!("active"), &json!("40.00")));
    credit.clinic.proven_books().await;
    credit.allocate(&[]).await.ok();
    assert_eq!(credit.balances().await, ("110.00".into(), "80.00".into()));
    assert_eq!(credit.clinic.invoice(&credit.first).await["payments"], json!([]), "none pays it any more");
    credit.clinic.proven_books().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_on_its_place() {
    let credit = Credit::new().await;
    let ben = credit.clinic.patient("Ben").await;
    let bens = credit.clinic.open_invoice(&ben, "50.00").await;
    let draft = credit.clinic.draft(&credit.ada, "50.00").await;
    let unknown = "inv_01h455vb4pex5vsknk084sn02q";
    let more_than_are_read: Vec<String> = (0..101).map(|n| format!("inv_{n:026}")).collect();
    let before = credit.clinic.world.dump().await;
    let (first, second) = (credit.first.as_str(), credit.second.as_str());
    for (wanted, pointer) in [
        (vec![(first, "60.01")], "/allocations/0/amount"),
        (vec![(first, "10.00"), (second, "50.01")], "/allocations/1/amount"),
        (vec![(first, "60.00"), (second, "20.01")], "/allocations"),
        (vec![(first, "1.00"), (first, "1.00")], "/allocations/1/invoice_id"),
        (vec![(first, "1.00"), (&bens, "1.00")], "/allocations/1/invoice_id"),
        (vec![(unknown, "1.00")], "/allocations/0/invoice_id"),
        (std::iter::repeat_n((first, "1.00"), 26).collect(), "/allocations"),
        (more_than_are_read.iter().map(|id| (id.as_str(), "0.01")).collect(), "/allocations"),
    ] {
        credit.allocate(&wanted).await.refused_at(422, pointer);
    }
    assert_eq!(credit.allocate(&[(&draft, "1.00")]).await.refused(409)["rule"], json!("invoice-status"));
    credit.apply(&bens, None).await.refused_at(422, "/payment_id");
    credit.apply(first, Some("60.01")).await.refused_at(422, "/amount");
    let more_than_is_left = credit.apply(first, Some("80.01")).await.refused_at(422, "/amount");
    let detail = "expected at most 80.00, what is left of this payment";
    assert_eq!(more_than_is_left["errors"][0]["detail"], json!(detail));
    assert_eq!(credit.apply(&draft, None).await.refused(409)["rule"], json!("invoice-status"));
    let nobodys = json!({ "payment_id": "pay_01h455vb4pex5vsknk084sn02q" });
    let path = format!("/v1/invoices/{first}/apply");
    credit.clinic.post(&path, &nobodys).await.refused_at(422, "/payment_id");
    assert!(credit.clinic.world.dump().await == before, "nothing is written");
    credit.apply(first, None).await.ok();
    credit.apply(second, None).await.ok();
    assert_eq!(credit.apply(second, None).await.refused(409)["rule"], json!("nothing-to-apply"));
    let asked = credit.clinic.asked_for(&credit.ada, "5.00").await;
    let body = json!({ "payment_id": asked });
    let refused = credit.clinic.post(&format!("/v1/invoices/{second}/apply"), &body).await.refused(409);
    assert_eq!(refused["rule"], json!("nothing-to-apply"), "it is not paid");
    let list = json!({ "allocations": [{ "invoice_id": second, "amount": "5.00" }] });
    let path = format!("/v1/payments/{asked}/allocations");
    let refused = credit.clinic.put(&path, &list).on_version(1).await.refused(409);
    assert_eq!(refused["rule"], json!("payment-status"));
}

#[tokio::test]
async fn allocating_is_done_once_on_the_version_that_was_read() {
    let credit = Credit::new().await;
    let path = format!("/v1/payments/{}/allocations", credit.payment);
    let list = json!({ "allocations": [{ "invoice_id": credit.first, "amount": "60.00" }] });
    let version = credit.version().await;
    let put = |version: u64, key: &str| credit.clinic.put(&path, &list).on_version(version).key(key);
    let problem = put(version + 1, "stale").await.refused(412);
    assert_eq!(
        (&problem["current_version"], &problem["current"]["unapplied"]),
        (&json!(version), &json!("80.00"))
    );
    put(version, "missing").without("if-match").await.refused(428);
    let apply = json!({ "payment_id": credit.payment, "amount": "7.00" });
    let apply = || credit.clinic.post(&format!("/v1/invoices/{}/apply", credit.second), &apply).key("apply");
    for (first, again) in [(put(version, "put"), put(version, "put")), (apply(), apply())] {
        let first = first.await;
        first.ok();
        let before = credit.clinic.world.dump().await;
        let again = again.await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "byte for byte");
        assert!(credit.clinic.world.dump().await == before, "nothing is written the second time");
    }
    assert_eq!(credit.balances().await, ("43.00".into(), "13.00".into()));
    credit.clinic.proven_books().await;
}

#[tokio::test]
async fn twenty_five_invoices_are_paid_and_taken_off_at_once() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let mut invoices = Vec::new();
    for _ in 0..25 {
        invoices.push(clinic.open_invoice(&ada, "10.00").await);
    }
    let payment = clinic.cash(&ada, "250.00", &[]).await.field("id");
    let path = format!("/v1/payments/{payment}/allocations");
    let list: Vec<Value> = invoices.iter().map(|id| json!({ "invoice_id": id, "amount": "10.00" })).collect();
    let version = clinic.get(&format!("/v1/payments/{payment}")).await.version();
    let paid = clinic.put(&path, &json!({ "allocations": list })).on_version(version).await;
    paid.ok();
    assert_eq!(clinic.balance(&ada).await, ("0.00".into(), "0.00".into()));
    let none = clinic.put(&path, &json!({ "allocations": [] })).on_version(paid.version()).await;
    none.ok();
    assert_eq!(clinic.balance(&ada).await, ("250.00".into(), "250.00".into()));
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!(
        (&set["status"], &set["outstanding"]),
        (&json!("active"), &json!("250.00")),
        "all chased again"
    );
    clinic.proven_books().await;
}
