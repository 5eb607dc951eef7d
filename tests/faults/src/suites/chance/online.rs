//! What patients, the processor and schedules do.

use paywell_tests::support::{BY_BANK, BY_CARD, pay_path};
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};
use stripe_simulator::EmittedEvent;

use super::{story::Story, tally::Came};
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
    pub(super) async fn link(&mut self) -> Option<Came> {
        let (patient, invoice) = self.an_invoice()?;
        let body = json!({ "patient_id": patient, "invoice_ids": [invoice] });
        let answer = self.put(&self.clinic.post("/v1/payment-links", &body)).await;
        if answer.status < 400 {
            self.links.push(answer.json());
        }
        Some(Came::of(&answer))
    }

    pub(super) async fn renew(&mut self) -> Option<Came> {
        let link = self.links.choose(&mut self.rng)?["id"].as_str().unwrap().to_owned();
        let answer =
            self.put(&self.clinic.post(&format!("/v1/payment-links/{link}/renew"), &json!({}))).await;
        if answer.status < 400 {
            self.links.push(answer.json());
        }
        Some(Came::of(&answer))
    }

    pub(super) async fn revoke(&mut self) -> Option<Came> {
        let link = self.links.choose(&mut self.rng)?["id"].as_str().unwrap().to_owned();
        let request = self.clinic.post_empty(&format!("/v1/payment-links/{link}/revoke"));
        Some(Came::of(&self.put(&request).await))
    }

    /// Pay is pressed on a link's page, mostly a new one's.
    pub(super) async fn press(&mut self) -> Option<Came> {
        let recent = self.links.len().saturating_sub(3);
        let link = self.links[recent..].choose(&mut self.rng)?.clone();
        let answer =
            self.put(&self.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link)))).await;
        let page = answer.headers.get("location").map(|page| page.to_str().unwrap().to_owned());
        self.pages.extend(page.filter(|page| page.starts_with(&self.site.processor.url)));
        Some(Came::of(&answer))
    }

    /// A page of the processor is filled in: by card or by bank, with a good one or a bad one.
    pub(super) async fn fill_in(&mut self) -> Option<Came> {
        let recent = self.pages.len().saturating_sub(3);
        let page = self.pages[recent..].choose(&mut self.rng)?.clone();
        let (base, field, number) = match self.rng.random_ratio(1, 4) {
            true => (BY_BANK, "account_number", *ACCOUNTS.choose(&mut self.rng).unwrap()),
            false => (BY_CARD, "number", *CARDS.choose(&mut self.rng).unwrap()),
        };
        let others = base.iter().copied().filter(|(name, _)| *name != field);
        let form: Vec<(&str, &str)> = others.chain([(field, number)]).collect();
        Some(match self.site.fill_in(&page, &form).await {
            true => Came::Accepted,
            false => Came::Refused("the page".to_owned()),
        })
    }

    /// A webhook comes: once or twice, in any order; or is lost for good.
    pub(super) async fn tell(&mut self) -> Option<Came> {
        self.events.extend(self.site.processor.simulator.take_events());
        if self.events.is_empty() {
            return None;
        }
        let mut came = Came::Accepted;
        for _ in 0..self.rng.random_range(1..=4_usize).min(self.events.len()) {
            let event = self.events[self.rng.random_range(0..self.events.len())].clone();
            let is_lost = self.rng.random_ratio(1, 15);
            if !is_lost {
                let delivery = self.delivery(&event);
                let sent = self.once("processor-events", &delivery).await;
                came = match &sent.outcome {
                    Outcome::Answer(_) => Came::of(&sent.outcome.http()),
                    other => Came::Refused(unanswered(other)),
                };
            }
            // What was taken may come again all the same.
            if is_lost || (matches!(came, Came::Accepted) && self.rng.random_ratio(4, 5)) {
                self.events.retain(|known| known.id != event.id);
            }
        }
        Some(came)
    }

    /// An event as API Gateway hands it on, signed now.
    pub(super) fn delivery(&self, event: &EmittedEvent) -> Value {
        self.site.world.set_clock(self.site.now());
        let signature = self.site.processor.simulator.sign(&event.body);
        self.clinic.unsigned_webhook(&event.body).header("stripe-signature", &signature).event()
    }

    pub(super) async fn reconcile(&mut self) -> Option<Came> {
        let order = if self.rng.random_bool(0.3) { json!({ "nightly": true }) } else { json!({}) };
        Some(self.scheduled("reconcile", &order).await)
    }

    /// The schedule of reminders.
    pub(super) async fn outreach(&mut self) -> Option<Came> {
        Some(self.scheduled("outreach", &json!({ "source": "aws.events" })).await)
    }

    async fn scheduled(&mut self, function: &str, event: &Value) -> Came {
        match self.once(function, event).await.outcome {
            Outcome::Answer(run) if run["errors"] == 0 => Came::Accepted,
            Outcome::Answer(_) => Came::Refused("left something behind".to_owned()),
            other => Came::Refused(unanswered(&other)),
        }
    }

    /// A bank takes money back, or decides a dispute.
    pub(super) async fn dispute(&mut self) -> Option<Came> {
        let truth = self.truth();
        let open = truth["disputes"].as_array().unwrap().iter();
        let open: Vec<&Value> = open.filter(|d| d["status"] == "needs_response").collect();
        if let Some(dispute) = open.choose(&mut self.rng).filter(|_| self.rng.random_bool(0.5)) {
            let end = if self.rng.random_bool(0.5) { "won" } else { "lost" };
            let path = format!("disputes/{}/close", dispute["id"].as_str().unwrap());
            self.site.processor.order(&path, &json!({ "status": end })).await;
            return Some(Came::Accepted);
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
        Some(Came::Accepted)
    }

    /// A refund ends, or comes back after it succeeded.
    pub(super) async fn refund_ends(&mut self) -> Option<Came> {
        let truth = self.truth();
        let refunds = truth["refunds"].as_array().unwrap().iter();
        let live: Vec<&Value> = refunds.filter(|r| r["status"] != "failed").collect();
        let refund = live.choose(&mut self.rng)?;
        let end = if self.rng.random_bool(0.5) { "succeeded" } else { "failed" };
        let path = format!("refunds/{}/settle", refund["id"].as_str().unwrap());
        self.site.processor.order(&path, &json!({ "status": end })).await;
        Some(Came::Accepted)
    }
}

fn unanswered(outcome: &Outcome) -> String {
    if *outcome == Outcome::Died { "killed".to_owned() } else { "an error".to_owned() }
}
