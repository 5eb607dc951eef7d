//! What staff do at the desk.

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::story::Story;

impl Story<'_> {
    /// A new invoice, sent to the portal, by mail, or left a draft.
    pub(super) async fn bill(&mut self) -> Option<bool> {
        let (patient, amount, other) = (self.a_patient(), self.cents(), self.cents());
        let line = |amount: &str| json!({ "description": "Office visit", "unit_price": amount });
        let body =
            json!({ "patient_id": patient, "currency": "USD", "lines": [line(&amount), line(&other)] });
        let draft = self.put(&self.clinic.post("/v1/invoices", &body)).await.field("id");
        self.invoices.push((patient, draft.clone()));
        let channel = match self.rng.random_range(0..5) {
            0 => return Some(true),
            1 => "email",
            _ => "portal",
        };
        let send = self.clinic.post(&format!("/v1/invoices/{draft}/send"), &json!({ "channels": [channel] }));
        Some(self.put(&send).await.status < 400)
    }

    pub(super) async fn edit(&mut self) -> Option<bool> {
        let (_, invoice) = self.an_invoice()?;
        let path = format!("/v1/invoices/{invoice}");
        let version = self.clinic.get(&path).await.version();
        let body = if self.rng.random_bool(0.5) {
            json!({ "discount": "10%" })
        } else {
            json!({ "delete_lines": [2] })
        };
        Some(self.put(&self.clinic.patch(&path, &body).on_version(version)).await.status < 400)
    }

    pub(super) async fn void(&mut self) -> Option<bool> {
        let (_, invoice) = self.an_invoice()?;
        let path = format!("/v1/invoices/{invoice}");
        let version = self.clinic.get(&path).await.version();
        Some(self.put(&self.clinic.delete(&path).on_version(version)).await.status < 400)
    }

    /// Cash for an invoice: all that is owed, a part of it, or more.
    pub(super) async fn cash(&mut self) -> Option<bool> {
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
        Some(self.put(&request).await.status < 400)
    }

    pub(super) async fn ask(&mut self) -> Option<bool> {
        let (patient, amount) = (self.a_patient(), self.cents());
        let body = json!({ "patient_id": patient, "amount": amount, "currency": "USD" });
        Some(self.put(&self.clinic.post("/v1/payments", &body)).await.status < 400)
    }

    /// Cash for a payment that was asked for.
    pub(super) async fn record(&mut self) -> Option<bool> {
        let payment = self.a_payment(&["pending", "failed"]).await?;
        let body = json!({ "tender": { "type": "cash" } });
        Some(self.put(&self.clinic.post(&format!("/v1/payments/{payment}/record"), &body)).await.status < 400)
    }

    /// A legal move by hand.
    pub(super) async fn move_by_hand(&mut self) -> Option<bool> {
        let payment = self.a_payment(&["pending", "failed"]).await?;
        let path = format!("/v1/payments/{payment}");
        let shown = self.clinic.get(&path).await;
        let allowed: Vec<Value> = shown.json()["allowed"].as_array().unwrap().clone();
        let body = json!({ "action": allowed.choose(&mut self.rng)? });
        let request = self.clinic.post(&format!("{path}/status"), &body).on_version(shown.version());
        Some(self.put(&request).await.status < 400)
    }

    /// An adjustment, a write-off, collections, their reversal, credit applied, or a refund.
    pub(super) async fn correct(&mut self) -> Option<bool> {
        if self.rng.random_bool(0.4) {
            return self.refund().await;
        }
        let (patient, invoice) = self.an_invoice()?;
        let amount = self.cents();
        let credit = self.a_payment(&["paid"]).await.unwrap_or(patient);
        let (path, body) = match self.rng.random_range(0..5) {
            0 => ("adjustments", json!({ "direction": "down", "amount": "1.00", "reason": "courtesy" })),
            1 => ("adjustments", json!({ "direction": "up", "amount": amount, "reason": "late_charge" })),
            2 => ("write-off", json!({ "reason": "bad_debt" })),
            3 => ("collections", json!({})),
            _ => ("apply", json!({ "payment_id": credit })),
        };
        let path = format!("/v1/invoices/{invoice}/{path}");
        self.is_served(&path).then_some(())?;
        Some(self.put(&self.clinic.post(&path, &body)).await.status < 400)
    }

    /// All of a payment, or a part.
    async fn refund(&mut self) -> Option<bool> {
        let payment = self.a_payment(&["paid", "partially_refunded"]).await?;
        let path = format!("/v1/payments/{payment}/refunds");
        self.is_served(&path).then_some(())?;
        let mut body = json!({ "currency": "USD", "reason": "patient_request" });
        if self.rng.random_bool(0.6) {
            body["amount"] = json!("1.00");
        }
        if self.clinic.payment(&payment).await["method"] == "cash" {
            body["tender"] = json!({ "type": "cash" });
        }
        Some(self.put(&self.clinic.post(&path, &body)).await.status < 400)
    }

    /// A payment that stands so.
    pub(super) async fn a_payment(&mut self, statuses: &[&str]) -> Option<String> {
        let page = self.clinic.get("/v1/payments").await.ok();
        let rows = page["items"].as_array().unwrap().iter();
        let so: Vec<&Value> = rows.filter(|row| statuses.iter().any(|s| row["status"] == *s)).collect();
        let row = so.choose(&mut self.rng)?;
        Some(row["id"].as_str().unwrap().to_owned())
    }

    fn is_served(&self, path: &str) -> bool {
        self.clinic.world.routes().any(|route| route.method == http::Method::POST && route.covers(path))
    }
}
