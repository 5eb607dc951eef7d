//! What patients, the processor and schedules do.

use paywell_tests::support::{BY_BANK, BY_CARD, pay_path};
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};
use stripe_simulator::EmittedEvent;

use super::story::Story;
use crate::Outcome;

/// Card numbers (<https://docs.stripe.com/testing>): good ones more often, then one that is declined, one whose refunds
/// stay pending, one whose refunds fail, and one that is disputed.
const CARDS: [&str; 8] = [
    "4242424242424242",
    "4242424242424242",
    "4242424242424242",
    "5555555555554444",
    "4000000000000002",
    "4000000000007726",
    "4000000000005126",
    "4000000000000259",
];

/// Bank accounts: one that is good, and one whose debits come back for want of money.
const ACCOUNTS: [&str; 3] = ["000123456789", "000123456789", "000222222227"];

impl Story<'_> {
    pub(super) async fn link(&mut self) -> Option<bool> {
        let (patient, invoice) = self.an_invoice()?;
        let body = json!({ "patient_id": patient, "invoice_ids": [invoice] });
        let answer = self.put(&self.clinic.post("/v1/payment-links", &body)).await;
        if answer.status < 400 {
            self.links.push(answer.json());
        }
        Some(answer.status < 400)
    }

    pub(super) async fn revoke(&mut self) -> Option<bool> {
        let link = self.links.choose(&mut self.rng)?["id"].as_str().unwrap().to_owned();
        Some(
            self.put(&self.clinic.post_empty(&format!("/v1/payment-links/{link}/revoke"))).await.status < 400,
        )
    }

    /// Pay is pressed on a link's page, mostly a new one's.
    pub(super) async fn press(&mut self) -> Option<bool> {
        let recent = self.links.len().saturating_sub(3);
        let link = self.links[recent..].choose(&mut self.rng)?.clone();
        let answer =
            self.put(&self.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link)))).await;
        let page = answer.headers.get("location").map(|page| page.to_str().unwrap().to_owned());
        self.pages.extend(page.filter(|page| page.starts_with(&self.site.processor.url)));
        Some(answer.status < 400)
    }

    /// A page of the processor is filled in: by card or by bank, with a good one or a bad one.
    pub(super) async fn fill_in(&mut self) -> Option<bool> {
        let recent = self.pages.len().saturating_sub(3);
        let page = self.pages[recent..].choose(&mut self.rng)?.clone();
        let (base, field, number) = match self.rng.random_ratio(1, 4) {
            true => (BY_BANK, "account_number", *ACCOUNTS.choose(&mut self.rng).unwrap()),
            false => (BY_CARD, "number", *CARDS.choose(&mut self.rng).unwrap()),
        };
        let others = base.iter().copied().filter(|(name, _)| *name != field);
        let form: Vec<(&str, &str)> = others.chain([(field, number)]).collect();
        Some(self.site.fill_in(&page, &form).await)
    }

    /// A webhook comes: once or twice, in any order; or is lost for good.
    pub(super) async fn tell(&mut self) -> Option<bool> {
        self.events.extend(self.site.processor.simulator.take_events());
        if self.events.is_empty() {
            return None;
        }
        let mut taken = true;
        for _ in 0..self.rng.random_range(1..=4_usize).min(self.events.len()) {
            let event = self.events[self.rng.random_range(0..self.events.len())].clone();
            let is_lost = self.rng.random_ratio(1, 15);
            if !is_lost {
                let delivery = self.delivery(&event);
                let sent = self.once("processor-events", &delivery).await;
                taken = matches!(sent.outcome, Outcome::Answer(_)) && sent.outcome.http().status < 300;
            }
            // What was taken may come again all the same.
            if is_lost || (taken && self.rng.random_ratio(4, 5)) {
                self.events.retain(|known| known.id != event.id);
            }
        }
        Some(taken)
    }

    /// An event as API Gateway hands it on, signed now.
    pub(super) fn delivery(&self, event: &EmittedEvent) -> Value {
        self.site.world.set_clock(self.site.now());
        let signature = self.site.processor.simulator.sign(&event.body);
        self.clinic.unsigned_webhook(&event.body).header("stripe-signature", &signature).event()
    }

    pub(super) async fn reconcile(&mut self) -> Option<bool> {
        let order = if self.rng.random_bool(0.3) { json!({ "nightly": true }) } else { json!({}) };
        let run = self.once("reconcile", &order).await;
        Some(matches!(run.outcome, Outcome::Answer(_)))
    }

    /// A method is put on file by the processor's page.
    pub(super) async fn set_up(&mut self) -> Option<bool> {
        let patient = self.a_patient();
        let answer = self.put(&self.clinic.set_up(&patient)).await;
        if answer.status < 400 {
            let number = *["4242424242424242", "4000000000000341"].choose(&mut self.rng).unwrap();
            let others = BY_CARD.iter().copied().filter(|(name, _)| *name != "number");
            let form: Vec<(&str, &str)> = others.chain([("number", number)]).collect();
            self.site.fill_in(answer.json()["url"].as_str().unwrap(), &form).await;
            return self.tell().await;
        }
        Some(false)
    }

    /// A method on file is charged, or held.
    pub(super) async fn charge(&mut self) -> Option<bool> {
        let (patient, invoice) = self.an_invoice()?;
        let methods = self.clinic.methods(&patient).await;
        methods["items"].as_array().unwrap().first()?;
        let balance = self.clinic.invoice(&invoice).await["balance"].clone();
        let hold = self.rng.random_ratio(1, 3);
        let body = json!({
            "patient_id": patient, "amount": balance, "currency": "USD", "method_on_file": { "hold": hold },
            "allocations": [{ "invoice_id": invoice, "amount": balance }],
        });
        Some(self.put(&self.clinic.post("/v1/payments", &body)).await.status < 400)
    }

    /// Some of a hold is taken, or it is released.
    pub(super) async fn capture_or_void(&mut self) -> Option<bool> {
        let payment = self.a_payment(&["processing"]).await?;
        let path = format!("/v1/payments/{payment}");
        let request = match self.rng.random_range(0..3) {
            0 => self.clinic.post(&format!("{path}/capture"), &json!({})),
            1 => self.clinic.post(&format!("{path}/capture"), &json!({ "amount": "1.00" })),
            _ => self.clinic.post_empty(&format!("{path}/void")),
        };
        Some(self.put(&request).await.status < 400)
    }

    /// A bank takes money back, or decides a dispute.
    pub(super) async fn dispute(&mut self) -> Option<bool> {
        let truth = self.truth();
        let open = truth["disputes"].as_array().unwrap().iter();
        let open: Vec<&Value> = open.filter(|d| d["status"] == "needs_response").collect();
        if let Some(dispute) = open.choose(&mut self.rng).filter(|_| self.rng.random_bool(0.5)) {
            let end = if self.rng.random_bool(0.5) { "won" } else { "lost" };
            let path = format!("disputes/{}/close", dispute["id"].as_str().unwrap());
            self.site.processor.order(&path, &json!({ "status": end })).await;
            return Some(true);
        }
        let charges = truth["charges"].as_array().unwrap().iter();
        let good = charges.filter(|c| {
            c["status"] == "succeeded"
                && c["captured"] == true
                && c["disputed"] == false
                && c["amount_refunded"] == 0
        });
        let good: Vec<&Value> = good.collect();
        let path = format!("charges/{}/dispute", good.choose(&mut self.rng)?["id"].as_str().unwrap());
        self.site.processor.order(&path, &json!({ "reason": "fraudulent" })).await;
        Some(true)
    }

    /// A refund ends, or comes back after it succeeded.
    pub(super) async fn refund_ends(&mut self) -> Option<bool> {
        let truth = self.truth();
        let refunds = truth["refunds"].as_array().unwrap().iter();
        let live: Vec<&Value> = refunds.filter(|r| r["status"] != "failed").collect();
        let refund = live.choose(&mut self.rng)?;
        let end = if self.rng.random_bool(0.5) { "succeeded" } else { "failed" };
        let path = format!("refunds/{}/settle", refund["id"].as_str().unwrap());
        self.site.processor.order(&path, &json!({ "status": end })).await;
        Some(true)
    }
}
