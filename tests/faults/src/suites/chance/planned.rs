//! Charges that were planned: payment plans, autopay, and copays held on cards; and what must be true of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, TimeDelta};
use paywell_domain::{
    Appointment, Payment, PaymentPlan,
    payment::{AttemptMeans, PaymentStatus, Planned},
};
use rand::{Rng, seq::IndexedRandom};
use serde_json::{Value, json};

use super::{story::Story, tally::Came};
use crate::suites::commands::dollars;

/// Something that a patient agreed to, until it was ended: from then on nothing more is charged for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Agreed {
    Plan(String),
    Autopay(String),
    /// A method that was on file.
    Method(String),
}

/// A payment of any of these took something.
const HAS_MONEY: [PaymentStatus; 3] =
    [PaymentStatus::Paid, PaymentStatus::PartiallyRefunded, PaymentStatus::Refunded];

impl Story<'_> {
    /// A plan of two instalments, from tomorrow on, for an invoice.
    pub(super) async fn plan_payments(&mut self) -> Option<Came> {
        let anyone = self.rng.random_ratio(1, 6);
        let methods = self.a_method().await;
        let payer = methods.map(|(patient, _)| patient).unwrap_or_default();
        let is_the_payers = |invoice: &Value| {
            anyone || (invoice["patient"]["id"] == payer.as_str() && invoice["balance"] != "0.00")
        };
        let (patient, shown) = self.an_invoice_that(is_the_payers).await?;
        let (invoice, shown) = (shown.field("id"), shown.json());
        let balance = shown["balance"].as_str().unwrap().replace('.', "");
        let half = balance.parse::<i64>().unwrap() / 2;
        let wording = format!("I agree to {} and {}, a week apart.", dollars(half), dollars(half + 1));
        let body = json!({
            "patient_id": patient, "invoice_ids": [invoice],
            "consent": { "wording": wording, "given": "in_person" },
            "schedule": { "count": 2, "every": "week", "first_on": self.clinic.today() + Days::new(1) },
        });
        let answer = self.put(&self.clinic.post("/v1/payment-plans", &body)).await;
        if answer.status == 201 {
            self.plans.push(answer.field("id"));
            self.mornings().await;
        }
        Some(Came::of(&answer))
    }

    /// What was agreed to mostly gets its mornings soon, before something else happens; of others it is in the way.
    async fn mornings(&mut self) {
        for _ in 0..self.rng.random_range(0..4) {
            self.morning().await;
        }
    }

    pub(super) async fn cancel_plan(&mut self) -> Option<Came> {
        let plan = self.plans.choose(&mut self.rng)?.clone();
        let path = format!("/v1/payment-plans/{plan}");
        let shown = self.clinic.get(&path).await;
        let version = self.version(&shown);
        let cancel = self.clinic.post(&format!("{path}/cancel"), &json!({})).on_version(version);
        let came = Came::of(&self.put(&cancel).await);
        self.ended(Agreed::Plan(plan), &came);
        Some(came)
    }

    /// Autopay is turned on, or off.
    pub(super) async fn turn_autopay(&mut self) -> Option<Came> {
        let patient = self.a_patient();
        let path = format!("/v1/patients/{patient}/autopay");
        if self.rng.random_ratio(2, 3) {
            let consent = json!({ "wording": "Charge me when a bill is due.", "given": "by_phone" });
            let came = Came::of(&self.put(&self.clinic.post(&path, &json!({ "consent": consent }))).await);
            self.ended.remove(&Agreed::Autopay(patient));
            self.mornings().await;
            return Some(came);
        }
        let came = Came::of(&self.put(&self.clinic.delete(&path)).await);
        self.ended(Agreed::Autopay(patient), &came);
        Some(came)
    }

    /// A visit with a copay, of tomorrow.
    pub(super) async fn book_visit(&mut self) -> Option<Came> {
        let (anyone, copay) = (self.a_patient(), self.cents());
        let patient = self.a_method().await.map_or(anyone, |(patient, _)| patient);
        let starts_at = self.site.now() + TimeDelta::hours(self.rng.random_range(20..70));
        let body = json!({ "patient_id": patient, "starts_at": starts_at, "copay": copay });
        let answer = self.put(&self.clinic.post("/v1/appointments", &body)).await;
        if answer.status == 201 {
            self.visits.push(answer.field("id"));
            self.mornings().await;
        }
        Some(Came::of(&answer))
    }

    /// A visit ends, or is moved.
    pub(super) async fn change_visit(&mut self) -> Option<Came> {
        let path = format!("/v1/appointments/{}", self.visits.choose(&mut self.rng)?);
        let shown = self.clinic.get(&path).await;
        let body = match self.rng.random_range(0..6) {
            0 => json!({ "copay": self.cents() }),
            1 => json!({ "starts_at": self.site.now() + TimeDelta::days(2) }),
            2 => json!({ "status": "cancelled" }),
            3 => json!({ "status": "no_show" }),
            _ => json!({ "status": "completed" }),
        };
        let version = self.version(&shown);
        Some(Came::of(&self.put(&self.clinic.patch(&path, &body).on_version(version)).await))
    }

    /// What was agreed to has ended: what is charged by now was charged before.
    pub(super) fn ended(&mut self, agreed: Agreed, came: &Came) {
        if matches!(came, Came::Accepted) {
            let charged = self.charged();
            self.ended.insert(agreed, charged);
        }
    }

    /// The charges that the processor has made, or is making.
    fn charged(&self) -> BTreeSet<String> {
        let charges = self.site.processor.simulator.truth().charges;
        charges.into_iter().filter(|one| one.status != "failed").map(|one| one.payment_intent).collect()
    }

    /// Each instalment is charged once, and the plan knows; a visit's copay is taken once, and never more than it; and
    /// nothing is charged for what had ended before.
    pub(super) async fn planned_is_agreed(&mut self) {
        let dump = self.site.world.dump().await;
        let (payments, charged): (Vec<Payment>, _) = (dump.decoded("PAYMENT#"), self.charged());
        let mut instalments: BTreeMap<String, u32> = BTreeMap::new();
        for (payment, attempt) in payments.iter().flat_map(|one| one.attempts.iter().map(move |a| (one, a))) {
            let Some(planned) = attempt.planned else { continue };
            let is_charged = attempt.intent.as_ref().is_some_and(|intent| charged.contains(intent));
            if !is_charged {
                continue;
            }
            let mut count = |kind| *self.tally.planned.entry(kind).or_default() += 1;
            let mut agreed = match planned {
                Planned::Instalment { plan, number } => {
                    count("instalments");
                    *instalments.entry(format!("{plan}, {number}")).or_default() += 1;
                    vec![Agreed::Plan(plan.to_string())]
                }
                Planned::Autopay { .. } => {
                    count("by autopay");
                    vec![Agreed::Autopay(payment.patient.to_string())]
                }
                Planned::Copay => {
                    count("copays held");
                    Vec::new()
                }
                Planned::Step { .. } => Vec::new(),
            };
            if let AttemptMeans::OnFile { method, .. } = &attempt.means {
                agreed.push(Agreed::Method(method.clone()));
            }
            for one in agreed {
                let before = self.ended.get(&one);
                let was_there = before.is_none_or(|before| before.contains(attempt.intent.as_ref().unwrap()));
                assert!(was_there, "{attempt:?} was charged after {one:?} had ended");
            }
        }
        assert!(instalments.values().all(|times| *times == 1), "charged once: {instalments:?}");
        for plan in dump.decoded::<PaymentPlan>("PLAN#") {
            for part in &plan.instalments {
                let times = instalments.get(&format!("{}, {}", plan.id, part.number)).copied();
                assert_eq!(part.taken.is_some(), times.is_some(), "the plan knows: {plan:?}");
            }
        }
        for visit in dump.decoded::<Appointment>("APPOINTMENT#") {
            let of_visit = payments.iter().filter(|payment| payment.appointment == Some(visit.id));
            let taken: Vec<_> = of_visit.filter(|payment| HAS_MONEY.contains(&payment.status)).collect();
            assert!(taken.len() <= 1, "a copay is taken once: {taken:?}");
        }
    }
}
