//! On which days a practice works.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Refusal;

/// The most holidays that a practice has at a time.
pub const MAX_HOLIDAYS: usize = 60;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says it by its name")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Of a date.
    pub fn of(date: NaiveDate) -> Self {
        match date.weekday() {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// A practice's days: there is always one on which it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    closed_on: Vec<Weekday>,
    holidays: Vec<NaiveDate>,
    quiet_on_holidays: bool,
}

impl Default for Calendar {
    /// Closed on Saturday and Sunday; on holidays, once it has any, nobody is chased.
    fn default() -> Self {
        let closed_on = vec![Weekday::Saturday, Weekday::Sunday];
        Self { closed_on, holidays: Vec::new(), quiet_on_holidays: true }
    }
}

impl Calendar {
    /// A practice that is closed on those days of the week and those dates; on the dates no message of outreach goes out,
    /// where it chose that.
    ///
    /// # Errors
    /// Closed on all seven days; a day twice; too many holidays.
    pub fn new(
        mut closed_on: Vec<Weekday>,
        mut holidays: Vec<NaiveDate>,
        quiet_on_holidays: bool,
    ) -> Result<Self, Refusal> {
        closed_on.sort_unstable();
        holidays.sort_unstable();
        if closed_on.len() >= 7 || !is_strictly_sorted(&closed_on) {
            let detail = "expected at most six days of the week, none of them twice";
            return Err(Refusal::field("/closed_on", detail));
        }
        if holidays.len() > MAX_HOLIDAYS || !is_strictly_sorted(&holidays) {
            let detail = format!("expected at most {MAX_HOLIDAYS} dates, none of them twice");
            return Err(Refusal::field("/holidays", detail));
        }
        Ok(Self { closed_on, holidays, quiet_on_holidays })
    }

    /// The days of the week on which it is closed, in order.
    pub fn closed_on(&self) -> &[Weekday] {
        &self.closed_on
    }

    /// The dates on which it is closed, in order.
    pub fn holidays(&self) -> &[NaiveDate] {
        &self.holidays
    }

    /// Whether nobody is chased on them.
    pub const fn quiet_on_holidays(&self) -> bool {
        self.quiet_on_holidays
    }

    /// Whether a date is one of the practice's holidays.
    pub fn is_holiday(&self, date: NaiveDate) -> bool {
        self.holidays.binary_search(&date).is_ok()
    }

    /// The first day, from this one on, on which staff work.
    pub fn next_business_day(&self, date: NaiveDate) -> NaiveDate {
        self.first_from(date, |day| !self.closed_on.contains(&Weekday::of(day)) && !self.is_holiday(day))
    }

    /// The first day, from this one on, on which a message of outreach may go out: of weekends as of other days.
    pub fn next_message_day(&self, date: NaiveDate) -> NaiveDate {
        self.first_from(date, |day| !(self.quiet_on_holidays && self.is_holiday(day)))
    }

    /// In each week without a holiday is such a day, and there are no more weeks with one than holidays.
    fn first_from(&self, date: NaiveDate, fits: impl Fn(NaiveDate) -> bool) -> NaiveDate {
        let weeks = self.holidays.len().saturating_add(1);
        date.iter_days().take(weeks.saturating_mul(7)).find(|day| fits(*day)).unwrap_or(date)
    }
}

fn is_strictly_sorted<T: PartialOrd>(list: &[T]) -> bool {
    list.is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::day;

    const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    fn date() -> impl Strategy<Value = NaiveDate> {
        (0_u64..140).prop_map(|days| day("2026-11-20") + Days::new(days))
    }

    fn calendar() -> impl Strategy<Value = Calendar> {
        let closed_on = proptest::sample::subsequence(ALL.to_vec(), 0..7);
        let holidays = proptest::collection::btree_set(date(), 0..=MAX_HOLIDAYS);
        (closed_on, holidays, any::<bool>()).prop_map(|(closed_on, holidays, quiet)| {
            Calendar::new(closed_on, holidays.into_iter().collect(), quiet).unwrap()
        })
    }

    proptest! {
        #[test]
        fn staff_work_on_the_first_day_that_is_neither_closed_nor_a_holiday(
            calendar in calendar(), date in date(),
        ) {
            let works = |day: NaiveDate| {
                !calendar.closed_on().contains(&Weekday::of(day)) && !calendar.holidays().contains(&day)
            };
            let next = calendar.next_business_day(date);
            prop_assert!(next >= date && works(next));
            prop_assert!(date.iter_days().take_while(|day| *day < next).all(|day| !works(day)), "the first");
        }

        #[test]
        fn messages_go_out_on_the_first_day_that_is_no_holiday(calendar in calendar(), date in date()) {
            let next = calendar.next_message_day(date);
            let may = |day: NaiveDate| !(calendar.quiet_on_holidays() && calendar.is_holiday(day));
            prop_assert!(next >= date && may(next));
            prop_assert!(date.iter_days().take_while(|day| *day < next).all(|day| !may(day)), "the first");
        }

        #[test]
        fn what_is_planned_later_is_never_due_earlier(calendar in calendar(), one in date(), other in date()) {
            let (one, other) = (one.min(other), one.max(other));
            prop_assert!(calendar.next_business_day(one) <= calendar.next_business_day(other));
            prop_assert!(calendar.next_message_day(one) <= calendar.next_message_day(other));
        }
    }

    #[test]
    fn a_practice_works_on_some_day_and_names_each_once() {
        let pointer = |closed: &[Weekday], holidays: &[&str]| {
            let holidays = holidays.iter().map(|text| day(text)).collect();
            match Calendar::new(closed.to_vec(), holidays, true) {
                Err(Refusal::Field { pointer, .. }) => Some(pointer),
                other => other.map(|_| None).unwrap(),
            }
        };
        assert_eq!(pointer(&ALL, &[]).as_deref(), Some("/closed_on"));
        assert_eq!(pointer(&[Weekday::Monday, Weekday::Monday], &[]).as_deref(), Some("/closed_on"));
        assert_eq!(pointer(&ALL[..6], &["2026-12-25"]), None);
        assert_eq!(pointer(&[], &["2026-12-25", "2026-12-25"]).as_deref(), Some("/holidays"));
        let many = |count| day("2026-01-01").iter_days().take(count).collect::<Vec<_>>();
        assert!(Calendar::new(Vec::new(), many(MAX_HOLIDAYS), true).is_ok());
        assert!(Calendar::new(Vec::new(), many(MAX_HOLIDAYS + 1), true).is_err());
    }

    #[test]
    fn a_practice_of_before_is_closed_on_weekends() {
        let calendar = Calendar::default();
        assert_eq!(calendar.next_business_day(day("2026-06-05")), day("2026-06-05"));
        assert_eq!(calendar.next_business_day(day("2026-06-06")), day("2026-06-08"));
        assert_eq!(calendar.next_message_day(day("2026-06-06")), day("2026-06-06"));
    }
}
