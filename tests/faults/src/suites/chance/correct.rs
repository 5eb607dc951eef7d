//! How staff correct what is owed, and what pays it.

use paywell_tests::support::Answer;
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};

use super::{story::Story, tally::Came};

impl Story<'_> {
    /// More is owed, or less: at times more less than there is.
    pub(super) async fn adjust(&mut self, direction: &str) -> Option<Came> {
        let (_, shown) = self.a_shown_invoice().await?;
        let amount = if self.rng.random_bool(0.7) { "1.00".to_owned() } else { self.cents() };
        let reason = if direction == "up" { "late_charge" } else { "courtesy" };
        let body = json!({ "direction": direction, "amount": amount, "reason": reason });
        self.correct(&shown, "adjustments", Some(&body)).await
    }

    /// An adjustment or a write-off is taken back, mostly one that can be.
    pub(super) async fn reverse_adjustment(&mut self) -> Option<Came> {
        let (_, shown) = self.an_invoice_that(|invoice| !numbers(invoice).is_empty()).await?;
        let number = *numbers(&shown.json()).choose(&mut self.rng)?;
        self.correct(&shown, &format!("adjustments/{number}/reverse"), None).await
    }

    /// All of a balance is given up, or a part of it.
    pub(super) async fn write_off(&mut self) -> Option<Came> {
        let (_, shown) = self.a_shown_invoice().await?;
        let mut body = json!({ "reason": "bad_debt" });
        if self.rng.random_bool(0.4) {
            body["amount"] = json!("1.00");
        }
        self.correct(&shown, "write-off", Some(&body)).await
    }

    pub(super) async fn collections(&mut self) -> Option<Came> {
        let (_, shown) = self.a_shown_invoice().await?;
        self.correct(&shown, "collections", None).await
    }

    /// An invoice is taken back from the agency: mostly one that is there.
    pub(super) async fn reverse_collections(&mut self) -> Option<Came> {
        let anywhere = self.rng.random_ratio(1, 4);
        let placed = |invoice: &Value| anywhere || invoice["status"] == "in_collections";
        let (_, shown) = self.an_invoice_that(placed).await?;
        self.correct(&shown, "collections/reverse", None).await
    }

    /// A payment's credit goes to an invoice: mostly of a payment that has some.
    pub(super) async fn apply(&mut self) -> Option<Came> {
        let anyone = self.rng.random_ratio(1, 4);
        let page = self.clinic.get("/v1/payments").await.ok();
        let rows = page["items"].as_array().unwrap().iter();
        let has_credit = |row: &&Value| anyone || row["unapplied"] != "0.00";
        let rows: Vec<&Value> = rows.filter(has_credit).collect();
        let payment = (*rows.choose(&mut self.rng)?).clone();
        let of_patient = self
            .invoices
            .iter()
            .filter(|(patient, _)| anyone || payment["patient"]["id"] == patient.as_str());
        let of_patient: Vec<&String> = of_patient.map(|(_, invoice)| invoice).collect();
        let invoice = of_patient.choose(&mut self.rng)?;
        let path = format!("/v1/invoices/{invoice}/apply");
        let request = self.clinic.post(&path, &json!({ "payment_id": payment["id"] }));
        Some(Came::of(&self.put(&request).await))
    }

    /// A received payment pays other invoices, fewer, or none.
    pub(super) async fn allocate(&mut self) -> Option<Came> {
        let mut statuses = vec!["paid"];
        if self.rng.random_ratio(1, 5) {
            statuses = vec!["pending", "partially_refunded", "refunded", "failed"];
        }
        let payment = self.a_payment(&statuses).await?;
        let shown = self.clinic.get(&format!("/v1/payments/{payment}")).await;
        let patient = shown.json()["patient"]["id"].as_str().unwrap().to_owned();
        let of_patient: Vec<&String> =
            self.invoices.iter().filter(|(of, _)| *of == patient).map(|(_, invoice)| invoice).collect();
        let list = match self.rng.random_range(0..3) {
            0 => json!([]),
            1 => shown.json()["allocations"].as_array().unwrap().iter().take(1).cloned().collect(),
            _ => json!([{ "invoice_id": of_patient.choose(&mut self.rng)?, "amount": "1.00" }]),
        };
        let version = self.version(&shown);
        let path = format!("/v1/payments/{payment}/allocations");
        let request = self.clinic.put(&path, &json!({ "allocations": list })).on_version(version);
        Some(Came::of(&self.put(&request).await))
    }

    async fn correct(&mut self, shown: &Answer, what: &str, body: Option<&Value>) -> Option<Came> {
        let path = format!("/v1/invoices/{}/{what}", shown.field("id"));
        let request = match body {
            Some(body) => self.clinic.post(&path, body),
            None => self.clinic.post_empty(&path),
        };
        let version = self.version(shown);
        Some(Came::of(&self.put(&request.on_version(version)).await))
    }

    async fn a_shown_invoice(&mut self) -> Option<(String, Answer)> {
        let (patient, invoice) = self.an_invoice()?;
        Some((patient, self.clinic.get(&format!("/v1/invoices/{invoice}")).await))
    }

    /// One of a few that it is true of.
    pub(super) async fn an_invoice_that(
        &mut self,
        is_so: impl Fn(&Value) -> bool,
    ) -> Option<(String, Answer)> {
        for _ in 0..4 {
            let found = self.a_shown_invoice().await?;
            if is_so(&found.1.json()) {
                return Some(found);
            }
        }
        None
    }
}

/// The numbers of an invoice's adjustments.
fn numbers(invoice: &Value) -> Vec<u64> {
    let adjustments = invoice["adjustments"].as_array();
    adjustments.into_iter().flatten().filter_map(|made| made["number"].as_u64()).collect()
}
