//! Methods on file: put there, charged, held, captured, released, taken away.

use paywell_tests::support::BY_CARD;
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};

use super::{planned::Agreed, story::Story, tally::Came};

/// Card numbers (<https://docs.stripe.com/testing>): one that is charged, one that is attached and then declined.
const CARDS: [&str; 3] = ["4242424242424242", "4242424242424242", "4000000000000341"];

impl Story<'_> {
    /// A method is put on file by the processor's page.
    pub(super) async fn set_up(&mut self) -> Option<Came> {
        let patient = self.a_patient();
        let answer = self.put(&self.clinic.set_up(&patient)).await;
        let came = Came::of(&answer);
        if matches!(came, Came::Accepted) {
            let number = *CARDS.choose(&mut self.rng).unwrap();
            let others = BY_CARD.iter().copied().filter(|(name, _)| *name != "number");
            let form: Vec<(&str, &str)> = others.chain([("number", number)]).collect();
            // Where the answer was lost and so much time passed that the page is over, there is none.
            if let Some(page) = answer.json()["url"].as_str() {
                self.site.fill_in(page, &form).await;
            }
            // What it is, and what was agreed to, come by different messages.
            for _ in 0..2 {
                self.tell().await;
            }
            self.has_methods = true;
        }
        Some(came)
    }

    pub(super) async fn make_default(&mut self) -> Option<Came> {
        let (patient, method) = self.a_method().await?;
        let path = format!("/v1/patients/{patient}/payment-methods/{method}/default");
        Some(Came::of(&self.put(&self.clinic.post_empty(&path)).await))
    }

    pub(super) async fn remove_method(&mut self) -> Option<Came> {
        let (patient, method) = self.a_method().await?;
        let path = format!("/v1/patients/{patient}/payment-methods/{method}");
        let came = Came::of(&self.put(&self.clinic.delete(&path)).await);
        self.ended(Agreed::Method(method), &came);
        Some(came)
    }

    /// A method on file is charged, or held, for what an invoice still needs.
    pub(super) async fn charge(&mut self) -> Option<Came> {
        let (patient, method) = self.a_method().await?;
        let of_patient: Vec<&String> =
            self.invoices.iter().filter(|(of, _)| *of == patient).map(|(_, invoice)| invoice).collect();
        let invoice = (*of_patient.choose(&mut self.rng)?).clone();
        let balance = self.clinic.invoice(&invoice).await["balance"].clone();
        let mut body = json!({
            "patient_id": patient, "amount": balance, "currency": "USD",
            "method_on_file": { "id": method, "hold": self.rng.random_ratio(1, 2) },
            "allocations": [{ "invoice_id": invoice, "amount": balance }],
        });
        // Nothing is owed, or it is paid before the visit.
        if balance == "0.00" {
            (body["amount"], body["allocations"]) = (json!(self.cents()), json!([]));
        }
        Some(Came::of(&self.put(&self.clinic.post("/v1/payments", &body)).await))
    }

    /// A method on file is charged for a payment that was asked for.
    pub(super) async fn charge_asked(&mut self) -> Option<Came> {
        let payment = self.a_payment(&["pending", "failed"]).await?;
        let body = json!({ "method_on_file": {} });
        Some(Came::of(&self.put(&self.clinic.post(&format!("/v1/payments/{payment}/charge"), &body)).await))
    }

    /// All of a hold is taken, or some of it.
    pub(super) async fn capture(&mut self) -> Option<Came> {
        let payment = self.a_held_payment().await?;
        let body = if self.rng.random_bool(0.5) { json!({}) } else { json!({ "amount": "1.00" }) };
        Some(Came::of(&self.put(&self.clinic.post(&format!("/v1/payments/{payment}/capture"), &body)).await))
    }

    /// A hold is released.
    pub(super) async fn release(&mut self) -> Option<Came> {
        let payment = self.a_held_payment().await?;
        Some(Came::of(&self.put(&self.clinic.post_empty(&format!("/v1/payments/{payment}/void"))).await))
    }

    /// A payment that is held on a card; now and then another that is at the processor.
    async fn a_held_payment(&mut self) -> Option<String> {
        let page = self.clinic.get("/v1/payments?status=processing").await.ok();
        let rows = page["items"].as_array().unwrap().iter();
        let mut ids: Vec<String> = rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        if self.rng.random_ratio(5, 6) {
            let mut held = Vec::new();
            for id in ids {
                if self.clinic.payment(&id).await["held"].is_string() {
                    held.push(id);
                }
            }
            ids = held;
        }
        ids.choose(&mut self.rng).cloned()
    }

    /// A patient's method on file: mostly one that can be charged.
    pub(super) async fn a_method(&mut self) -> Option<(String, String)> {
        let patient = self.a_patient();
        let methods = self.clinic.methods(&patient).await;
        let anyone = self.rng.random_ratio(1, 6);
        let items = methods["items"].as_array().unwrap().iter();
        let good: Vec<&Value> = items.filter(|method| anyone || method["unusable"].is_null()).collect();
        let method = good.choose(&mut self.rng)?;
        Some((patient, method["id"].as_str().unwrap().to_owned()))
    }
}
