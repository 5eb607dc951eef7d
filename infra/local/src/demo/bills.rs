//! A patient's visits, invoices, payments and links.

use paywell_domain::{Cents, invoice::Discount};
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::practices::Site;
use super::story::{Action, Calendar, Pays, Story};

/// The minutes after opening in which patients are seen, are billed, and pay: what follows comes later on the same
/// day, so that a weekend, which is moved to its Friday, mixes nothing up.
const SEEN: std::ops::RangeInclusive<u32> = 0..=240;
const BILLED: u32 = 260;
const PAID: std::ops::RangeInclusive<u32> = 310..=480;

/// Adds to a story.
pub(super) struct Bills<'a> {
    pub(super) site: &'a Site,
    pub(super) calendar: &'a Calendar,
    pub(super) rng: &'a mut ChaCha8Rng,
    pub(super) story: Story,
}

impl Bills<'_> {
    /// Up to three invoices of the past year, all paid: mostly one by one, sometimes two at once, sometimes with a
    /// little too much.
    pub(super) fn past(&mut self, at_least: usize) {
        let count = match self.rng.random_range(0..20) {
            0..6 => 0,
            6..13 => 1,
            13..17 => 2,
            _ => 3,
        };
        let mut days: Vec<u32> = (0..count.max(at_least)).map(|_| self.rng.random_range(105..=350)).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        let billed: Vec<(u32, (usize, Cents))> =
            days.into_iter().map(|days| (days, self.sent(days, None))).collect();
        if let [.., (_, earlier), (days, later)] = billed.as_slice()
            && self.rng.random_ratio(1, 4)
        {
            self.pay(*days, &[*earlier, *later], Cents::ZERO);
            let rest = billed.len().saturating_sub(2);
            billed.iter().take(rest).for_each(|(days, one)| self.pay(*days, &[*one], Cents::ZERO));
            return;
        }
        for (days, one) in &billed {
            let extra = if self.rng.random_ratio(1, 15) { Cents::new(2_000) } else { Cents::ZERO };
            self.pay(*days, &[*one], extra);
        }
    }

    /// An invoice that is sent on the day it is written: its number and total. It is due after thirty days, or so that
    /// it is late by so many.
    pub(super) fn sent(&mut self, days_ago: u32, late: Option<u32>) -> (usize, Cents) {
        let (invoice, total) = self.draft(days_ago, late);
        self.story.then(self.calendar.ago(days_ago, BILLED + 5), Action::Post { invoice });
        (invoice, total)
    }

    /// A draft after a visit: its number and total.
    pub(super) fn draft(&mut self, days_ago: u32, late: Option<u32>) -> (usize, Cents) {
        let number = self.story.steps.len();
        let location = self.site.practice.locations.choose(self.rng).map(|location| location.id.clone());
        let count = self.rng.random_range(1..=3);
        let services: Vec<_> = self.site.services.choose_multiple(self.rng, count).collect();
        let seen = self.calendar.ago(days_ago + self.rng.random_range(0..=3), self.rng.random_range(SEEN));
        let codes: Vec<&str> = services.iter().map(|service| service.code).collect();
        let physician = self.site.physicians.choose(self.rng);
        let body =
            json!({ "service_at": seen, "physician": physician, "location": location, "codes": codes });
        self.story.then(seen, Action::Visit { visit: number, body });
        let lines: Vec<Value> = services
            .iter()
            .map(|service| {
                let price = Cents::new(service.cents).to_string();
                json!({ "code": service.code, "description": service.description, "unit_price": price })
            })
            .collect();
        let mut total = Cents::new(services.iter().map(|service| service.cents).sum());
        let at = self.calendar.ago(days_ago, BILLED);
        let date = self.calendar.date(at);
        let term = late.map_or(30, |days| self.calendar.term(date, days));
        let mut body = json!({ "currency": "USD", "lines": lines, "location": location, "term_days": term });
        if self.rng.random_ratio(1, 12)
            && let (Ok(discount), Some(fields)) = ("10%".parse::<Discount>(), body.as_object_mut())
        {
            fields.insert("discount".to_owned(), json!("10%"));
            total = total.checked_sub(discount.of(total)).unwrap_or(total);
        }
        self.story.then(at, Action::Bill { invoice: number, visit: number, body });
        (number, total)
    }

    /// One payment for these parts of invoices, of which the last was sent so many days ago; what is extra becomes
    /// credit.
    pub(super) fn pay(&mut self, days_ago: u32, parts: &[(usize, Cents)], extra: Cents) {
        let at = self.paid_at(days_ago);
        let all = parts.iter().map(|(_, cents)| *cents).chain([extra]);
        let amount = Cents::checked_sum(all).unwrap_or_default();
        let body = json!({ "amount": amount.to_string(), "currency": "USD", "tender": self.tender() });
        self.received(at, parts.to_vec(), body);
    }

    /// A payment before treatment: credit.
    pub(super) fn prepay(&mut self) {
        let at = self.paid_at(40);
        let body = json!({
            "amount": "60.00",
            "currency": "USD",
            "payment_type": "treatment_pre_payment",
            "memo": "Towards the next treatment",
            "tender": self.tender(),
        });
        self.received(at, Vec::new(), body);
    }

    /// A payment that is asked for, or still a draft: its number.
    pub(super) fn ask(&mut self, days_ago: u32, draft: bool) -> usize {
        let payment = self.story.steps.len();
        let kinds = ["office_visit", "private_pay", "treatment_pre_payment"];
        let body = json!({
            "amount": Cents::new(self.rng.random_range(8..=60) * 500).to_string(),
            "currency": "USD",
            "payment_type": kinds.choose(self.rng),
            "due_date": self.calendar.ahead(self.rng.random_range(4..=25)),
            "draft": draft,
        });
        let at = self.calendar.ago(days_ago, BILLED);
        self.story.then(at, Action::Pay { payment, parts: Vec::new(), body });
        payment
    }

    /// A link, withdrawn an hour later or not.
    pub(super) fn link(&mut self, days_ago: u32, pays: Pays, revoked: bool) {
        let link = self.story.steps.len();
        self.story.then(self.calendar.ago(days_ago, BILLED + 30), Action::Link { link, pays });
        if revoked {
            self.story.then(self.calendar.ago(days_ago, BILLED + 90), Action::Revoke { link });
        }
    }

    fn received(&mut self, at: chrono::DateTime<chrono::Utc>, parts: Vec<(usize, Cents)>, body: Value) {
        let payment = self.story.steps.len();
        self.story.then(at, Action::Pay { payment, parts, body });
    }

    /// One to twenty days after an invoice was sent, but not today.
    fn paid_at(&mut self, days_ago: u32) -> chrono::DateTime<chrono::Utc> {
        let after = self.rng.random_range(1..=20).min(days_ago.saturating_sub(1));
        self.calendar.ago(days_ago.saturating_sub(after), self.rng.random_range(PAID))
    }

    fn tender(&mut self) -> Value {
        match self.rng.random_range(0..4) {
            0 => json!({ "type": "cash" }),
            1 => json!({ "type": "check", "number": self.rng.random_range(1_001..=9_999).to_string() }),
            _ => {
                json!({ "type": "external_card", "reference": format!("T{:06}", self.rng.random_range(0..=999_999)) })
            }
        }
    }
}
