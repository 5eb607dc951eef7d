//! A practice as it shows itself to patients, and its choices.

mod calendar;
mod colour;
mod logo;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use calendar::{Calendar, MAX_HOLIDAYS, Weekday};
pub use colour::BrandColour;
pub use logo::Logo;

use crate::{
    Amount, Currency, Decision, EventKind, Language, PracticeId, RuleSetId,
    appointment::CopayRule,
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

/// How a practice looks to patients, and what it lets them choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayPageSettings {
    /// The colour of what is pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<BrandColour>,
    /// The least that a patient may pay of what is owed; none where only the whole may be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_from: Option<Amount>,
    /// What patients read of whom nothing else is known; English where it is not chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// How far a practice's outreach goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutreachSettings {
    /// Whether the practice has stopped it: nothing goes out, and what is due waits.
    #[serde(default)]
    pub stopped: bool,
    /// The most messages, tasks and charges a day (UTC): what a mistake, such as a wrong import, can do before somebody sees
    /// it.
    pub most_a_day: u32,
}

impl OutreachSettings {
    /// How many more may go out on a day on which so many have.
    pub const fn left(self, sent: u32) -> u32 {
        if self.stopped { 0 } else { self.most_a_day.saturating_sub(sent) }
    }
}

impl Default for OutreachSettings {
    fn default() -> Self {
        Self { stopped: false, most_a_day: 5_000 }
    }
}

/// Why a part of what is owed cannot be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartRefused {
    /// The practice, or the link, takes the whole alone.
    WholeAlone,
    /// It is more than is owed.
    MoreThanOwed,
    /// It is less than the practice takes.
    LessThanLeast,
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
    /// Where its texts come from, and are answered to: registered with the provider as its own. Without one they come
    /// from the sender that all practices of the account share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_number: Option<Phone>,
    /// The zone of its dates and business hours.
    pub time_zone: Tz,
    /// The currency of its books.
    pub currency: Currency,
    /// What patients are asked on the pay page.
    pub identity_check: IdentityCheck,
    /// How its pages for patients are.
    #[serde(default)]
    pub pay_page: PayPageSettings,
    /// Its places.
    pub locations: Vec<Location>,
    /// How many days a payment link is good for.
    pub link_days: u16,
    /// How many days after the due date chasing begins, of sets that start from now on.
    pub chase_after_days: u16,
    /// How far its outreach goes.
    #[serde(default)]
    pub outreach: OutreachSettings,
    /// The rule set that new invoice sets follow.
    pub rule_set: RuleSetId,
    /// That rule set's version.
    pub rule_set_version: u32,
    /// How the copays of visits that are booked from now on are collected.
    #[serde(default)]
    pub copays: CopayRule,
    /// On which days it works.
    #[serde(default)]
    pub calendar: Calendar,
}

impl Practice {
    /// Sets the practice up.
    pub fn create(self) -> Decision<Self> {
        Decision::of(self, EventKind::PracticeCreated)
    }

    /// The practice as its owner now wants it, `new` being this one with changes; `logo` says whether there is another one,
    /// or none any more.
    pub fn present(&self, new: Self, logo: bool) -> Decision<Self> {
        let mut fields = Vec::new();
        for (field, changed) in [
            ("name", new.name != self.name),
            ("phone", new.phone != self.phone),
            ("colour", new.pay_page.colour != self.pay_page.colour),
            ("logo", logo),
            ("identity_check", new.identity_check != self.identity_check),
            ("part_payment_from", new.pay_page.part_from != self.pay_page.part_from),
            ("language", new.pay_page.language != self.pay_page.language),
            ("chase_after_days", new.chase_after_days != self.chase_after_days),
            ("outreach_stopped", new.outreach.stopped != self.outreach.stopped),
            ("outreach_most_a_day", new.outreach.most_a_day != self.outreach.most_a_day),
            ("rule_set_id", new.rule_set != self.rule_set),
            ("rule_set_version", new.rule_set_version != self.rule_set_version),
            ("copays", new.copays != self.copays),
            ("closed_on", new.calendar.closed_on() != self.calendar.closed_on()),
            ("holidays", new.calendar.holidays() != self.calendar.holidays()),
            ("quiet_on_holidays", new.calendar.quiet_on_holidays() != self.calendar.quiet_on_holidays()),
        ] {
            if changed {
                fields.push(field.to_owned());
            }
        }
        if fields.is_empty() {
            return Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() };
        }
        Decision::of(new, EventKind::PracticePresented { fields })
    }

    /// What of `due` may be paid when a patient wants to pay `wanted` (none: all of it).
    ///
    /// # Errors
    /// The practice takes no parts; less than it takes; more than is owed.
    pub fn payable(&self, due: Amount, wanted: Option<Amount>) -> Result<Amount, PartRefused> {
        let Some(wanted) = wanted.filter(|wanted| *wanted != due) else { return Ok(due) };
        match self.pay_page.part_from {
            None => Err(PartRefused::WholeAlone),
            Some(_) if wanted > due => Err(PartRefused::MoreThanOwed),
            Some(least) if wanted < least => Err(PartRefused::LessThanLeast),
            Some(_) => Ok(wanted),
        }
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
    use crate::{Cents, fixtures::practice};

    #[test]
    fn a_part_is_what_the_practice_takes_and_no_more_than_is_owed() {
        let amount = |cents| Amount::try_from(Cents::new(cents)).unwrap();
        let mut practice = practice();
        let pays = |practice: &Practice, wanted| practice.payable(amount(12_500), Some(amount(wanted)));
        assert_eq!(practice.payable(amount(12_500), None), Ok(amount(12_500)));
        assert_eq!(pays(&practice, 12_500), Ok(amount(12_500)), "the whole is no part");
        assert_eq!(pays(&practice, 2_500), Err(PartRefused::WholeAlone));
        practice.pay_page.part_from = Some(amount(2_500));
        assert_eq!(pays(&practice, 2_500), Ok(amount(2_500)));
        assert_eq!(pays(&practice, 2_499), Err(PartRefused::LessThanLeast));
        assert_eq!(pays(&practice, 12_501), Err(PartRefused::MoreThanOwed));
        let less_left = |wanted| practice.payable(amount(1_000), wanted);
        assert_eq!(less_left(None), Ok(amount(1_000)), "the rest can always be paid");
        assert_eq!(less_left(Some(amount(999))), Err(PartRefused::LessThanLeast));
    }

    #[test]
    fn outreach_ends_for_a_day_where_its_number_is_reached_and_at_once_where_it_is_stopped() {
        let settings = OutreachSettings { stopped: false, most_a_day: 10 };
        assert_eq!([0, 9, 10, 11].map(|sent| settings.left(sent)), [10, 1, 0, 0]);
        assert_eq!(OutreachSettings { stopped: true, ..settings }.left(0), 0);
    }

    #[test]
    fn a_change_tells_what_changed_and_the_same_again_nothing() {
        let practice = practice();
        assert!(practice.present(practice.clone(), false).events.is_empty());
        let named = Practice { name: "Hillside".try_into().unwrap(), ..practice.clone() };
        let fields = vec!["name".to_owned(), "logo".to_owned()];
        assert_eq!(practice.present(named, true).events, [EventKind::PracticePresented { fields }]);
    }

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
