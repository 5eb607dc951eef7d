//! What staff do at the desk.

use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};

use super::{story::Story, tally::Came};

impl Story<'_> {
    /// A new invoice, sent to the portal, by mail, or left a draft.
    pub(super) async fn bill(&mut self) -> Option<Came> {
        let (patient, amount, other) = (self.a_patient(), self.cents(), self.cents());
        let line = |amount: &str| json!({ "description": "Office visit", "unit_price": amount });
        let term = [0, 1, 30].choose(&mut self.rng);
        let body = json!({
            "patient_id": patient, "currency": "USD", "term_days": term, "lines": [line(&amount), line(&other)],
        });
        let draft = self.put(&self.clinic.post("/v1/invoices", &body)).await.field("id");
        self.invoices.push((patient, draft.clone()));
        let channel = match self.rng.random_range(0..5) {
            0 => return Some(Came::Accepted),
            1 => "email",
            _ => "portal",
        };
        let send = self.clinic.post(&format!("/v1/invoices/{draft}/send"), &json!({ "channels": [channel] }));
        Some(Came::of(&self.put(&send).await))
    }

    pub(super) async fn edit(&mut self) -> Option<Came> {
        let (_, invoice) = self.an_invoice()?;
        let path = format!("/v1/invoices/{invoice}");
        let shown = self.clinic.get(&path).await;
        let body = match shown.json()["status"] == "draft" && self.rng.random_bool(0.7) {
            true => json!({ "discount": "10%" }),
            false => json!({ "delete_lines": [2] }),
        };
        let version = self.version(&shown);
        Some(Came::of(&self.put(&self.clinic.patch(&path, &body).on_version(version)).await))
    }

    pub(super) async fn void(&mut self) -> Option<Came> {
        let (_, invoice) = self.an_invoice()?;
        let path = format!("/v1/invoices/{invoice}");
        let shown = self.clinic.get(&path).await;
        let version = self.version(&shown);
        Some(Came::of(&self.put(&self.clinic.delete(&path).on_version(version)).await))
    }

    pub(super) async fn remind(&mut self) -> Option<Came> {
        let (_, invoice) = self.an_invoice()?;
        Some(Came::of(&self.put(&self.clinic.post_empty(&format!("/v1/invoices/{invoice}/remind"))).await))
    }

    /// Cash for an invoice: all that is owed, a part of it, or more.
    pub(super) async fn cash(&mut self) -> Option<Came> {
        let (patient, invoice) = self.an_invoice()?;
        let balance = self.clinic.invoice(&invoice).await["balance"].as_str().unwrap().to_owned();
        let request = match self.rng.random_range(0..4) {
            0 => {
                let amount = self.cents();
                self.clinic.cash(&patient, &amount, &[])
            }
            1 => self.clinic.cash(&patient, "1.00", &[(&invoice, "1.00")]),
            _ => self.clinic.cash(&patient, &balance, &[(&invoice, &balance)]),
        };
        Some(Came::of(&self.put(&request).await))
    }

    pub(super) async fn ask(&mut self) -> Option<Came> {
        let (patient, amount) = (self.a_patient(), self.cents());
        let body = json!({ "patient_id": patient, "amount": amount, "currency": "USD" });
        Some(Came::of(&self.put(&self.clinic.post("/v1/payments", &body)).await))
    }

    /// Cash for a payment that was asked for.
    pub(super) async fn record(&mut self) -> Option<Came> {
        let payment = self.a_payment(&["pending", "failed", "cancelled"]).await?;
        let body = json!({ "tender": { "type": "cash" } });
        Some(Came::of(&self.put(&self.clinic.post(&format!("/v1/payments/{payment}/record"), &body)).await))
    }

    /// A move by hand: mostly one that is legal.
    pub(super) async fn move_by_hand(&mut self) -> Option<Came> {
        let payment = self.a_payment(&["pending", "failed", "cancelled"]).await?;
        let path = format!("/v1/payments/{payment}");
        let shown = self.clinic.get(&path).await;
        let mut moves: Vec<Value> = shown.json()["allowed"].as_array().unwrap().clone();
        if moves.is_empty() || self.rng.random_ratio(1, 5) {
            moves = vec![json!("submit"), json!("reopen")];
        }
        let body = json!({ "action": moves.choose(&mut self.rng)? });
        let version = self.version(&shown);
        let request = self.clinic.post(&format!("{path}/status"), &body).on_version(version);
        Some(Came::of(&self.put(&request).await))
    }

    /// All of a payment, or a part; what invoices lose is owed again, or not.
    pub(super) async fn refund(&mut self) -> Option<Came> {
        let mut statuses = vec!["paid", "partially_refunded"];
        if self.rng.random_ratio(1, 6) {
            statuses = vec!["refunded", "pending", "failed", "voided", "processing"];
        }
        let payment = self.a_payment(&statuses).await?;
        let mut body = json!({ "currency": "USD", "reason": "patient_request" });
        if self.rng.random_bool(0.6) {
            body["amount"] = json!("1.00");
        }
        if self.rng.random_bool(0.5) {
            body["reason"] = json!("billing_error");
        }
        if self.clinic.payment(&payment).await["method"] == "cash" {
            body["tender"] = json!({ "type": "cash" });
        }
        Some(Came::of(&self.put(&self.clinic.post(&format!("/v1/payments/{payment}/refunds"), &body)).await))
    }

    /// A payment that stands so.
    pub(super) async fn a_payment(&mut self, statuses: &[&str]) -> Option<String> {
        let page = self.clinic.get("/v1/payments").await.ok();
        let rows = page["items"].as_array().unwrap().iter();
        let so: Vec<&Value> = rows.filter(|row| statuses.iter().any(|s| row["status"] == *s)).collect();
        let row = so.choose(&mut self.rng)?;
        Some(row["id"].as_str().unwrap().to_owned())
    }
}
