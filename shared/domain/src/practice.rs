//! A practice as it shows itself to patients, and its choices.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Currency, Decision, EventKind, PracticeId, RuleSetId,
    patient::{EmailAddress, Phone},
    text::Line,
};

/// What a patient must know to see what a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityCheck {
    /// The patient's date of birth.
    DateOfBirth,
    /// The patient's postal code.
    PostalCode,
}

/// A place where the practice works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Short name in the API, unique in the practice.
    pub id: Line<16>,
    /// The name that people read.
    pub name: Line<60>,
}

/// A practice: one set of books in one currency and one time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practice {
    /// Its id, part of every key.
    pub id: PracticeId,
    /// The name that patients know.
    pub name: Line<60>,
    /// Where patients call.
    pub phone: Phone,
    /// Where mail comes from; verified with the mail provider.
    pub email: EmailAddress,
    /// The zone of its dates and business hours.
    pub time_zone: Tz,
    /// The currency of its books.
    pub currency: Currency,
    /// What patients are asked on the pay page.
    pub identity_check: IdentityCheck,
    /// Its places.
    pub locations: Vec<Location>,
    /// How many days a payment link is good for.
    pub link_days: u16,
    /// How many days after the due date chasing begins.
    pub chase_after_days: u16,
    /// The rule set that new invoice sets follow.
    pub rule_set: RuleSetId,
    /// That rule set's version.
    pub rule_set_version: u32,
}

impl Practice {
    /// Sets the practice up.
    pub fn create(self) -> Decision<Self> {
        Decision::of(self, EventKind::PracticeCreated)
    }

    /// The practice's date at an instant.
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.time_zone).date_naive()
    }

    /// The location of that id.
    pub fn location(&self, id: &str) -> Option<&Location> {
        self.locations.iter().find(|location| location.id.as_str() == id)
    }

    /// When a link issued now ends.
    pub fn link_expiry(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + Duration::days(i64::from(self.link_days))
    }
}

/// The instant of a wall-clock time on a date in a zone. In the hour that spring skips, the hour after; in the hour
/// that autumn repeats, the first of the two.
pub fn instant(date: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let wall = date.and_time(time);
    let found = zone.from_local_datetime(&wall).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(wall + Duration::hours(1))).earliest());
    found.map_or_else(|| Utc.from_utc_datetime(&wall), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use chrono::Timelike;
    use chrono_tz::America::New_York;

    use super::*;

    #[test]
    fn a_time_on_a_daylight_saving_night_has_an_instant() {
        let spring = NaiveDate::from_ymd_opt(2026, 3, 8).unwrap();
        let skipped = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        assert_eq!(instant(spring, skipped, New_York).with_timezone(&New_York).hour(), 3);
        let autumn = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let repeated = NaiveTime::from_hms_opt(1, 30, 0).unwrap();
        assert_eq!(instant(autumn, repeated, New_York).to_rfc3339(), "2026-11-01T05:30:00+00:00");
    }
}
