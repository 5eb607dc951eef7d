//! What changes what is owed without money: adjustments, write-offs, collections, and taking each back.

use paywell_tests::support::{Answer, Clinic, Request};
use serde_json::{Value, json};

/// A practice in which Ada owes an invoice of 100.00.
struct Owing {
    clinic: Clinic,
    ada: String,
    invoice: String,
}

impl Owing {
    async fn new() -> Self {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let invoice = clinic.open_invoice(&ada, "100.00").await;
        Self { clinic, ada, invoice }
    }

    fn path(&self, action: &str) -> String {
        format!("/v1/invoices/{}/{action}", self.invoice)
    }

    async fn version(&self) -> u64 {
        self.clinic.get(&format!("/v1/invoices/{}", self.invoice)).await.version()
    }

    /// On the invoice as it is now.
    async fn post(&self, action: &str, body: &Value) -> Answer {
        self.clinic.post(&self.path(action), body).on_version(self.version().await).await
    }

    async fn post_empty(&self, action: &str) -> Answer {
        self.clinic.post_empty(&self.path(action)).on_version(self.version().await).await
    }

    async fn adjust(&self, direction: &str, amount: &str) -> Answer {
        let reason = if direction == "up" { "late_charge" } else { "billing_error" };
        self.post("adjustments", &json!({ "direction": direction, "amount": amount, "reason": reason })).await
    }

    async fn write_off(&self, amount: Option<&str>) -> Answer {
        let mut body = json!({ "reason": "bad_debt" });
        if let Some(amount) = amount {
            body["amount"] = json!(amount);
        }
        self.post("write-off", &body).await
    }

    /// Status, adjusted, written off, paid, balance.
    async fn shows(&self, expected: [&str; 5]) {
        let shown = self.clinic.invoice(&self.invoice).await;
        let found = ["status", "adjusted", "written_off", "paid", "balance"]
            .map(|name| shown[name].as_str().unwrap_or_default());
        assert_eq!(found, expected);
    }

    async fn set(&self) -> Value {
        self.clinic.get(&format!("/v1/patients/{}/invoice-set", self.ada)).await.ok()
    }

    async fn pay(&self, amount: &str) -> Answer {
        self.clinic.cash(&self.ada, amount, &[(&self.invoice, amount)]).await
    }
}

#[tokio::test]
async fn what_is_owed_is_corrected_and_the_set_follows() {
    let owing = Owing::new().await;
    let shown = owing.adjust("down", "40.00").await.ok();
    assert_eq!((&shown["adjusted"], &shown["balance"]), (&json!("-40.00"), &json!("60.00")));
    assert_eq!(
        shown["adjustments"],
        json!([{
            "number": 1, "type": "correction", "reason": "billing_error", "note": null, "amount": "-40.00",
            "reverses": null,
        }])
    );
    assert_eq!(owing.set().await["outstanding"], json!("60.00"));
    owing.adjust("up", "15.00").await.ok();
    owing.shows(["unpaid", "-25.00", "0.00", "0.00", "75.00"]).await;
    owing.adjust("down", "75.00").await.ok();
    owing.shows(["paid", "-100.00", "0.00", "0.00", "0.00"]).await;
    assert_eq!(owing.set().await["status"], json!("paid"));
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_corrected_after_it_was_paid_is_owed_and_chased_again() {
    let owing = Owing::new().await;
    owing.pay("100.00").await.ok();
    assert_eq!(owing.set().await["status"], json!("paid"));
    owing.adjust("up", "12.50").await.ok();
    owing.shows(["partially_paid", "12.50", "0.00", "100.00", "12.50"]).await;
    let set = owing.set().await;
    assert_eq!((&set["status"], &set["outstanding"]), (&json!("active"), &json!("12.50")));
    let books = owing.clinic.proven_books().await;
    assert_eq!(books.sets.len(), 2, "a set of its own");
}

#[tokio::test]
async fn a_balance_is_given_up_in_part_and_whole_and_taken_back() {
    let owing = Owing::new().await;
    owing.pay("30.00").await.ok();
    owing.write_off(Some("20.00")).await.ok();
    owing.shows(["partially_paid", "0.00", "20.00", "30.00", "50.00"]).await;
    owing.write_off(None).await.ok();
    owing.shows(["written_off", "0.00", "70.00", "30.00", "0.00"]).await;
    assert_eq!(owing.set().await["status"], json!("written_off"));
    assert_eq!(owing.clinic.balance(&owing.ada).await.0, "0.00");
    let listed = owing.clinic.ids("/v1/invoices?status=written_off").await;
    assert_eq!(listed, [owing.invoice.as_str()]);
    let back = owing.post_empty("adjustments/2/reverse").await.ok();
    assert_eq!(back["adjustments"][2]["reverses"], json!(2));
    owing.shows(["partially_paid", "0.00", "20.00", "30.00", "50.00"]).await;
    assert_eq!(owing.set().await["outstanding"], json!("50.00"), "it is chased again");
    let again = owing.post_empty("adjustments/2/reverse").await.refused(409);
    assert_eq!(again["rule"], json!("adjustment-reversed"));
    assert_eq!(owing.post_empty("adjustments/3/reverse").await.refused(409)["rule"], json!("not-reversible"));
    owing.post_empty("adjustments/9/reverse").await.refused(404);
    owing.post_empty("adjustments/nine/reverse").await.refused(404);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn money_on_what_was_given_up_is_a_recovery() {
    let owing = Owing::new().await;
    owing.write_off(None).await.ok();
    owing.pay("40.00").await.ok();
    owing.shows(["written_off", "0.00", "60.00", "40.00", "0.00"]).await;
    assert_eq!(owing.clinic.invoice(&owing.invoice).await["adjustments"][1]["type"], json!("recovery"));
    owing
        .clinic
        .cash(&owing.ada, "61.00", &[(&owing.invoice, "61.00")])
        .await
        .refused_at(422, "/allocations/0/amount");
    owing.pay("60.00").await.ok();
    owing.shows(["paid", "0.00", "0.00", "100.00", "0.00"]).await;
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn what_an_agency_collects_stays_owed_and_is_not_chased() {
    let owing = Owing::new().await;
    owing.pay("30.00").await.ok();
    let link = owing.clinic.link(&owing.ada, &[&owing.invoice]).await;
    let placed = owing.post_empty("collections").await.ok();
    assert_eq!((&placed["status"], &placed["balance"]), (&json!("in_collections"), &json!("70.00")));
    let patient = owing.clinic.get(&format!("/v1/patients/{}", owing.ada)).await.ok();
    assert_eq!((&patient["balance"], &patient["in_collections"]), (&json!("0.00"), &json!("70.00")));
    assert_eq!(owing.clinic.metric("invoices", "in_collections").await, (1, "70.00".to_owned()));
    let set = owing.set().await;
    assert_eq!((&set["status"], &set["next_send_at"]), (&json!("collections"), &Value::Null));
    assert!(!owing.clinic.opens(paywell_tests::support::pay_path(&link)).await, "the practice asks no more");
    for action in ["adjustments", "write-off"] {
        let body = json!({ "direction": "down", "amount": "1.00", "reason": "courtesy" });
        let body = if action == "write-off" { json!({ "reason": "courtesy" }) } else { body };
        assert_eq!(owing.post(action, &body).await.refused(409)["rule"], json!("invoice-status"), "{action}");
    }
    owing.clinic.proven_books().await;
    owing.pay("20.00").await.ok();
    owing.shows(["in_collections", "0.00", "0.00", "50.00", "50.00"]).await;
    owing.clinic.proven_books().await;
    owing.post_empty("collections/reverse").await.ok();
    owing.shows(["partially_paid", "0.00", "0.00", "50.00", "50.00"]).await;
    assert_eq!(owing.set().await["status"], json!("active"));
    assert_eq!(owing.clinic.balance(&owing.ada).await.0, "50.00");
    owing.post_empty("collections/reverse").await.refused(409);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_written() {
    let owing = Owing::new().await;
    owing.pay("30.00").await.ok();
    let before = owing.clinic.world.dump().await;
    let adjust = |body: Value| owing.post_owned("adjustments", body);
    for (body, pointer) in [
        (json!({ "direction": "down", "amount": "70.01", "reason": "courtesy" }), "/amount"),
        (json!({ "direction": "up", "amount": "999999.99", "reason": "late_charge" }), "/amount"),
        (json!({ "direction": "down", "amount": "1.00", "reason": "other" }), "/note"),
        (json!({ "direction": "sideways", "amount": "1.00", "reason": "courtesy" }), "/direction"),
        (json!({ "direction": "down", "amount": "-1.00", "reason": "courtesy" }), "/amount"),
        (json!({ "direction": "down", "amount": "1.00", "reason": "bad_debt" }), "/reason"),
    ] {
        adjust(body).await.refused_at(422, pointer);
    }
    for (body, pointer) in [
        (json!({ "amount": "70.01", "reason": "bad_debt" }), "/amount"),
        (json!({ "reason": "other" }), "/note"),
        (json!({ "amount": "0.00", "reason": "bad_debt" }), "/amount"),
    ] {
        owing.post_owned("write-off", body).await.refused_at(422, pointer);
    }
    assert!(owing.clinic.world.dump().await == before, "nothing is written");
}

impl Owing {
    async fn post_owned(&self, action: &str, body: Value) -> Answer {
        self.post(action, &body).await
    }

    /// One good request of each kind on a version, under a key.
    fn all(&self, version: u64, key: &str) -> Vec<Request> {
        let down = json!({ "direction": "down", "amount": "1.00", "reason": "courtesy" });
        let requests = vec![
            self.clinic.post(&self.path("adjustments"), &down),
            self.clinic
                .post(&self.path("write-off"), &json!({ "amount": "1.00", "reason": "small_balance" })),
            self.clinic.post_empty(&self.path("adjustments/1/reverse")),
            self.clinic.post_empty(&self.path("collections")),
            self.clinic.post_empty(&self.path("collections/reverse")),
        ];
        let numbered = requests.into_iter().zip(version..).enumerate();
        numbered
            .map(|(n, (request, version))| request.on_version(version).key(&format!("{key}-{n}")))
            .collect()
    }
}

#[tokio::test]
async fn each_is_done_once_on_the_version_that_was_read() {
    let owing = Owing::new().await;
    let version = owing.version().await;
    for (stale, missing) in owing.all(version + 7, "stale").into_iter().zip(owing.all(1, "missing")) {
        let problem = stale.await.refused(412);
        assert_eq!(problem["current_version"], json!(version));
        assert_eq!(problem["current"]["balance"], json!("100.00"));
        missing.without("if-match").await.refused(428);
    }
    for (first, again) in owing.all(version, "once").into_iter().zip(owing.all(version, "once")) {
        let first = first.await;
        first.ok();
        let before = owing.clinic.world.dump().await;
        let again = again.await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "byte for byte");
        assert!(owing.clinic.world.dump().await == before, "nothing is written the second time");
    }
    owing.shows(["unpaid", "0.00", "1.00", "0.00", "99.00"]).await;
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn a_preview_tells_who_did_what() {
    let owing = Owing::new().await;
    owing.adjust("down", "40.00").await.ok();
    let shown = owing.clinic.invoice(&owing.invoice).await;
    let entry = shown["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&entry["what"], &entry["actor_id"]), (&json!("invoice_adjusted"), &json!("user_ada")));
    assert_eq!(entry["details"]["amount"], json!("-40.00"));
    assert_eq!(entry["details"]["balance"], json!("60.00"));
}

#[tokio::test]
async fn the_bill_that_patients_see_adds_up() {
    let owing = Owing::new().await;
    owing.adjust("down", "12.00").await.ok();
    owing.write_off(Some("3.00")).await.ok();
    owing.pay("10.00").await.ok();
    let link = owing.clinic.link(&owing.ada, &[&owing.invoice]).await;
    let path = paywell_tests::support::pay_path(&link).to_owned();
    let asked = owing.clinic.by_patient("POST", &format!("{path}/identity")).body("birth_date=1980-12-10");
    let known = asked.header("content-type", "application/x-www-form-urlencoded").await;
    let cookie = known.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = owing.clinic.by_patient("GET", &path).header("cookie", &cookie).await.text();
    for part in
        ["<td>$100.00</td>", "<td>Adjustments</td><td>−$15.00</td>", "<td>−$10.00</td>", "<td>$75.00</td>"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
}
