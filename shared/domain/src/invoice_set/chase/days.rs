//! On which days steps are done: holidays, weekends, the nights on which clocks change, the ends of months.

use chrono::{Datelike, Duration, NaiveTime, Timelike};
use chrono_tz::{
    America::{Los_Angeles, New_York, Phoenix},
    Europe::London,
    Tz,
};

use super::{
    tests::{recipient, rules, set},
    *,
};
use crate::{
    fixtures::day,
    practice::{Calendar, Weekday},
};

/// A task for staff on the third day, and nothing else.
fn calls() -> RuleSet {
    let mut rules = rules();
    rules.steps.truncate(1);
    rules.steps[0].method = Method::CallTask;
    rules
}

fn closed(holidays: &[&str], quiet: bool) -> Recipient {
    let holidays = holidays.iter().map(|text| day(text)).collect();
    let calendar = Calendar::new(vec![Weekday::Saturday, Weekday::Sunday], holidays, quiet).unwrap();
    Recipient { calendar, ..recipient() }
}

fn wakes(rules: &RuleSet, recipient: &Recipient, date: &str) -> DateTime<Utc> {
    rules.wake_at(0, recipient, day(date), day(date))
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn put_off(due: Due<'_>) -> Option<DateTime<Utc>> {
    match due {
        Due::Change(decision) => decision.state.next_send_at,
        other => panic!("{other:?}"),
    }
}

#[test]
fn tasks_for_staff_wait_for_a_day_on_which_they_work() {
    // Friday the 3rd is a holiday; staff are back on Monday.
    let ada = closed(&["2026-07-03"], true);
    assert_eq!(wakes(&calls(), &ada, "2026-07-02"), at("2026-07-02T14:00:00Z"));
    for date in ["2026-07-03", "2026-07-04", "2026-07-05", "2026-07-06"] {
        assert_eq!(wakes(&calls(), &ada, date), at("2026-07-06T14:00:00Z"), "{date}");
    }
}

#[test]
fn messages_go_out_on_weekends_but_not_on_holidays_where_the_practice_is_quiet_then() {
    let quiet = closed(&["2026-07-03"], true);
    assert_eq!(wakes(&rules(), &quiet, "2026-07-03"), at("2026-07-04T17:00:00Z"), "on the Saturday");
    assert_eq!(wakes(&rules(), &closed(&["2026-07-03"], false), "2026-07-03"), at("2026-07-03T17:00:00Z"));
}

#[test]
fn a_holiday_that_was_added_since_is_seen_when_a_step_is_due() {
    // Ten in the morning of Friday, 3 July, in Los Angeles.
    let now = at("2026-07-03T17:00:00Z");
    let due_now = InvoiceSet { next_send_at: Some(now), ..set() };
    let (rules, calls) = (rules(), calls());
    assert!(matches!(due_now.due(&rules, &closed(&[], true), now), Due::Send(..)));
    let quiet = closed(&["2026-07-03", "2026-07-04"], true);
    assert_eq!(put_off(due_now.due(&rules, &quiet, now)), Some(at("2026-07-05T17:00:00Z")));
    assert!(matches!(due_now.due(&rules, &closed(&["2026-07-03"], false), now), Due::Send(..)));
    assert_eq!(put_off(due_now.due(&calls, &quiet, now)), Some(at("2026-07-06T14:00:00Z")));
    assert!(matches!(due_now.due(&calls, &closed(&[], true), now), Due::Task(..)));
    // After nine in the evening of the day before it.
    let night = at("2026-07-03T04:30:00Z");
    let late = InvoiceSet { next_send_at: Some(night), ..set() };
    assert_eq!(put_off(late.due(&rules, &quiet, night)), Some(at("2026-07-05T17:00:00Z")));
}

#[test]
fn steps_are_put_off_and_never_two_of_them_to_one_day() {
    let rules = rules();
    let ada = closed(&["2026-06-01", "2026-06-02", "2026-06-15", "2026-07-01"], true);
    let (times, expires) = rules.planned(&ada, day("2026-06-01"));
    let days: Vec<_> = times.iter().map(|at| at.with_timezone(&ada.zone).date_naive()).collect();
    assert_eq!(days, [day("2026-06-03"), day("2026-06-16"), day("2026-07-02")]);
    assert!(expires > times[2]);
}

const ZONES: [Tz; 4] = [New_York, Los_Angeles, Phoenix, London];

/// The nights of 2026 on which clocks are moved in the zones, and the ends of months, with a leap day.
const DAYS: [&str; 12] = [
    "2026-03-07",
    "2026-03-08",
    "2026-03-09",
    "2026-03-29",
    "2026-10-25",
    "2026-11-01",
    "2026-11-02",
    "2026-01-31",
    "2026-02-28",
    "2028-02-29",
    "2026-04-30",
    "2026-12-31",
];

#[test]
fn a_step_is_planned_for_ten_in_the_morning_whatever_the_clocks_did_in_the_night() {
    for zone in ZONES {
        for date in DAYS {
            let ada = Recipient { zone, practice_zone: zone, ..recipient() };
            let local = wakes(&rules(), &ada, date).with_timezone(&zone);
            assert_eq!((local.date_naive(), local.hour(), local.minute()), (day(date), 10, 0), "{zone}");
            let next = rules().wake_at(1, &ada, day(date), day(date)).with_timezone(&zone).date_naive();
            assert_eq!(next, day(date) + Days::new(14), "{zone}: fourteen days are fourteen days");
        }
    }
}

/// 01:30, which comes twice in autumn, and 02:30, which does not come in spring, with every half hour of the nights.
#[test]
fn nobody_is_written_to_in_a_night_that_is_longer_or_shorter() {
    let rules = rules();
    for zone in ZONES {
        for date in DAYS {
            let ada = Recipient { zone, practice_zone: zone, ..recipient() };
            let midnight = instant(day(date), NaiveTime::MIN, zone);
            for half_hours in 0..50 {
                let now = midnight + Duration::minutes(30 * half_hours);
                let local = now.with_timezone(&zone);
                let due = InvoiceSet { next_send_at: Some(now), ..set() };
                let awake = (10..21).contains(&local.hour());
                match due.due(&rules, &ada, now) {
                    Due::Send(..) => assert!(awake, "{zone} {local}"),
                    other => {
                        let until = put_off(other).unwrap().with_timezone(&zone);
                        let waits = until.signed_duration_since(now);
                        assert!(
                            !awake && until.hour() == 10 && until.minute() == 0,
                            "{zone} {local}: {until}"
                        );
                        assert!(waits > Duration::zero() && waits <= Duration::hours(14), "{zone} {local}");
                        assert!(until.day() == local.day() || local.hour() >= 21, "{zone} {local}: {until}");
                    }
                }
            }
        }
    }
}
