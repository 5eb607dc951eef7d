//! What happened with one patient: dated steps, in the words of the API. No I/O.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use paywell_domain::{Cents, practice::instant};
use serde_json::Value;

/// When the practice opens.
const OPENS: NaiveTime = match NaiveTime::from_hms_opt(8, 30, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// The working days before a day.
pub(super) struct Calendar {
    zone: Tz,
    today: NaiveDate,
}

impl Calendar {
    pub(super) fn new(zone: Tz, now: DateTime<Utc>) -> Self {
        Self { zone, today: now.with_timezone(&zone).date_naive() }
    }

    /// So many minutes after the practice opened, so many days ago; on a weekend, the Friday before.
    pub(super) fn ago(&self, days: u32, minutes: u32) -> DateTime<Utc> {
        let date = self.today - Days::new(days.into());
        let back = match date.weekday() {
            Weekday::Sat => 1,
            Weekday::Sun => 2,
            _ => 0,
        };
        instant(date - Days::new(back), OPENS + TimeDelta::minutes(minutes.into()), self.zone)
    }

    /// The practice's date at an instant.
    pub(super) fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// So many days from today.
    pub(super) fn ahead(&self, days: u32) -> NaiveDate {
        self.today + Days::new(days.into())
    }

    /// The days from a date to so many days before today; at least none, at most a year.
    pub(super) fn term(&self, from: NaiveDate, days_ago: u32) -> u16 {
        let days = (self.today - Days::new(days_ago.into()) - from).num_days();
        u16::try_from(days.clamp(0, 365)).unwrap_or_default()
    }
}

/// A patient, and what happened.
#[derive(Debug, Clone)]
pub(super) struct Story {
    /// What the idempotency keys of the patient's commands begin with.
    pub(super) key: String,
    pub(super) at: DateTime<Utc>,
    pub(super) patient: Value,
    pub(super) steps: Vec<Step>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) action: Action,
}

/// What happened. Visits, invoices, payments and links of a story are known by the number it gives them; ids are
/// filled in when they are known.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Visit { visit: usize, body: Value },
    Bill { invoice: usize, visit: usize, body: Value },
    Post { invoice: usize },
    Void { invoice: usize },
    Pay { payment: usize, parts: Vec<(usize, Cents)>, body: Value },
    Cancel { payment: usize },
    Link { link: usize, pays: Pays },
    Revoke { link: usize },
}

/// What a link is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pays {
    Invoice(usize),
    Payment(usize),
}

impl Story {
    /// A patient with whom nothing happened yet.
    pub(super) fn of(patient: Value, at: DateTime<Utc>) -> Self {
        Self { key: "demo-last".to_owned(), at, patient, steps: Vec::new() }
    }

    /// Adds what happened.
    pub(super) fn then(&mut self, at: DateTime<Utc>, action: Action) {
        self.steps.push(Step { at, action });
    }

    /// The steps as they followed each other.
    pub(super) fn in_order(mut self) -> Self {
        self.steps.sort_by_key(|step| step.at);
        self
    }
}
