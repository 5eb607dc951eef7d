//! When the instalments of a plan are due, and how much each is.

use chrono::{Days, Months, NaiveDate};

use super::Instalment;
use crate::{Amount, Cents, Refusal, money::split};

/// The most instalments of a plan.
pub const MAX_INSTALMENTS: usize = 60;
/// The least that an instalment is: what a charge costs would be more than a smaller one brings.
const LEAST: Cents = Cents::new(100);
/// How many days ahead the first instalment may be.
const FIRST_WITHIN: u64 = 60;
/// How many days ahead the last one may be: five years after the first.
const LAST_WITHIN: u64 = 1_827 + FIRST_WITHIN;

/// How far instalments are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// A week.
    Week,
    /// Two weeks.
    TwoWeeks,
    /// A month: the same day of each, or its last where it has no such day.
    Month,
}

/// Instalments as staff write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// So many, as even as cents allow.
    Even {
        /// How many.
        count: usize,
        /// How far apart.
        every: Every,
        /// When the first is due.
        first_on: NaiveDate,
    },
    /// Each by itself.
    Listed(Vec<(NaiveDate, Amount)>),
}

impl Schedule {
    /// The instalments by which a total is paid, from the practice's day `today` on: they add up to it.
    ///
    /// # Errors
    /// Too many or too small ones; dates that are not in order or too far; a sum that is another.
    pub fn instalments(&self, total: Cents, today: NaiveDate) -> Result<Vec<Instalment>, Refusal> {
        let (parts, place) = match self {
            Self::Even { count, every, first_on } => (even(*count, *every, *first_on, total)?, Place::Even),
            Self::Listed(parts) => (parts.clone(), Place::Listed),
        };
        if parts.is_empty() || parts.len() > MAX_INSTALMENTS {
            let detail = format!("expected 1 to {MAX_INSTALMENTS} instalments");
            return Err(Refusal::field(place.whole(), detail));
        }
        let mut last: Option<NaiveDate> = None;
        for (index, (on, amount)) in parts.iter().enumerate() {
            let (earliest, latest) = match last {
                None => (today, today + Days::new(FIRST_WITHIN)),
                Some(last) => (last + Days::new(1), today + Days::new(LAST_WITHIN)),
            };
            if *on < earliest || *on > latest {
                let detail = format!("expected a day from {earliest} to {latest}");
                return Err(Refusal::field(place.on(index), detail));
            }
            if amount.cents() < LEAST {
                let detail = format!("expected instalments of at least {LEAST}; this one is {amount}");
                return Err(Refusal::field(place.amount(index), detail));
            }
            last = Some(*on);
        }
        let sum = Cents::checked_sum(parts.iter().map(|(_, amount)| amount.cents()));
        if sum != Some(total) {
            let detail = format!("expected instalments of {total} in all, what is owed");
            return Err(Refusal::field(place.whole(), detail));
        }
        let numbered = parts.into_iter().zip(1..);
        Ok(numbered.map(|((on, amount), number)| Instalment::new(number, on, amount)).collect())
    }
}

/// The fields in which a schedule is written.
#[derive(Clone, Copy)]
enum Place {
    Even,
    Listed,
}

impl Place {
    fn whole(self) -> String {
        match self {
            Self::Even => "/schedule/count".to_owned(),
            Self::Listed => "/instalments".to_owned(),
        }
    }

    fn on(self, index: usize) -> String {
        match self {
            Self::Even => "/schedule/first_on".to_owned(),
            Self::Listed => format!("/instalments/{index}/on"),
        }
    }

    fn amount(self, index: usize) -> String {
        match self {
            Self::Even => self.whole(),
            Self::Listed => format!("/instalments/{index}/amount"),
        }
    }
}

fn even(
    count: usize,
    every: Every,
    first_on: NaiveDate,
    total: Cents,
) -> Result<Vec<(NaiveDate, Amount)>, Refusal> {
    let refuse = || Refusal::field("/schedule/count", format!("expected 1 to {MAX_INSTALMENTS} instalments"));
    if count == 0 || count > MAX_INSTALMENTS {
        return Err(refuse());
    }
    let shares = split(total, &vec![Cents::new(1); count]);
    let mut parts = Vec::new();
    for (share, steps) in shares.into_iter().zip(0_u32..) {
        let on = match every {
            Every::Week => first_on.checked_add_days(Days::new(u64::from(steps) * 7)),
            Every::TwoWeeks => first_on.checked_add_days(Days::new(u64::from(steps) * 14)),
            // Counted from the first each time: after the end of February a plan of the 31st goes on with 31 March.
            Every::Month => first_on.checked_add_months(Months::new(steps)),
        };
        let on = on.ok_or_else(|| Refusal::field("/schedule/first_on", "expected a day of these years"))?;
        let least = format!("expected fewer instalments: each is at least {LEAST}");
        let amount = Amount::try_from(share).map_err(|_| Refusal::field("/schedule/count", least))?;
        parts.push((on, amount));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{amount, day};

    fn dates(schedule: &Schedule, total: i64, today: &str) -> Vec<String> {
        let made = schedule.instalments(Cents::new(total), day(today)).unwrap();
        made.iter().map(|instalment| instalment.on.to_string()).collect()
    }

    fn monthly(count: usize, first_on: &str) -> Schedule {
        Schedule::Even { count, every: Every::Month, first_on: day(first_on) }
    }

    #[test]
    fn a_month_that_is_shorter_does_not_shorten_the_next() {
        assert_eq!(
            dates(&monthly(4, "2027-01-31"), 10_000, "2027-01-01"),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
        );
        assert_eq!(dates(&monthly(2, "2028-01-31"), 10_000, "2028-01-01"), ["2028-01-31", "2028-02-29"]);
        let weekly = Schedule::Even { count: 3, every: Every::TwoWeeks, first_on: day("2026-12-25") };
        assert_eq!(dates(&weekly, 10_000, "2026-12-25"), ["2026-12-25", "2027-01-08", "2027-01-22"]);
    }

    #[test]
    fn even_instalments_differ_by_a_cent_at_most() {
        let made = monthly(3, "2026-07-01").instalments(Cents::new(10_000), day("2026-06-01")).unwrap();
        let cents: Vec<i64> = made.iter().map(|instalment| instalment.amount.cents().get()).collect();
        assert_eq!(cents, [3_334, 3_333, 3_333]);
    }

    #[test]
    fn what_cannot_be_a_schedule_is_refused_where_it_is_wrong() {
        let listed = |parts: &[(&str, i64)]| {
            Schedule::Listed(parts.iter().map(|(on, cents)| (day(on), amount(*cents))).collect())
        };
        let today = day("2026-06-01");
        for (schedule, pointer) in [
            (monthly(0, "2026-06-01"), "/schedule/count"),
            (monthly(61, "2026-06-01"), "/schedule/count"),
            (monthly(1, "2026-05-31"), "/schedule/first_on"),
            (monthly(1, "2026-08-01"), "/schedule/first_on"),
            (Schedule::Listed(Vec::new()), "/instalments"),
            (listed(&[("2026-06-01", 10_000), ("2026-06-01", 2_500)]), "/instalments/1/on"),
            (listed(&[("2026-06-02", 10_000), ("2026-06-01", 2_500)]), "/instalments/1/on"),
            (listed(&[("2026-06-01", 12_401), ("2026-07-01", 99)]), "/instalments/1/amount"),
            (listed(&[("2026-06-01", 10_000), ("2026-07-01", 2_499)]), "/instalments"),
            (listed(&[("2026-06-01", 10_000), ("2026-07-01", 2_501)]), "/instalments"),
            (listed(&[("2026-06-01", 10_000), ("2036-07-01", 2_500)]), "/instalments/1/on"),
        ] {
            let refused = schedule.instalments(Cents::new(12_500), today).unwrap_err();
            assert!(matches!(&refused, Refusal::Field { pointer: at, .. } if at == pointer), "{refused:?}");
        }
        let small = monthly(60, "2026-06-01").instalments(Cents::new(5_999), today);
        assert!(matches!(small, Err(Refusal::Field { .. })), "each is at least 1.00");
        assert!(monthly(60, "2026-07-31").instalments(Cents::new(6_000), today).is_ok());
    }

    proptest! {
        #[test]
        fn instalments_always_add_up(total in 6_000_i64..100_000_000, count in 1_usize..=60, first in 0_u64..=60) {
            let today = day("2026-06-01");
            for every in [Every::Week, Every::TwoWeeks, Every::Month] {
                let schedule = Schedule::Even { count, every, first_on: today + Days::new(first) };
                let made = schedule.instalments(Cents::new(total), today).unwrap();
                let sum: i64 = made.iter().map(|instalment| instalment.amount.cents().get()).sum();
                prop_assert_eq!((made.len(), sum), (count, total));
                prop_assert!(made.windows(2).all(|pair| pair[0].on < pair[1].on));
            }
        }
    }
}
