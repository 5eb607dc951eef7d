//! Business days, by UTC. Bank holidays are not among what is simulated: every Monday to Friday is a business day.

const DAY: i64 = 24 * 60 * 60;

/// Midnight at the beginning of the business day that is `days` business days after the day of `at`.
pub(crate) fn business_days_after(at: i64, days: u32) -> i64 {
    let mut day = at.div_euclid(DAY);
    for _ in 0..days {
        day += 1;
        while is_weekend(day) {
            day += 1;
        }
    }
    day * DAY
}

/// The first midnight after `at` that begins a business day.
pub(crate) fn next_business_midnight(at: i64) -> i64 {
    business_days_after(at, 1)
}

/// By days since Thursday, 1 January 1970.
fn is_weekend(day: i64) -> bool {
    matches!((day + 4).rem_euclid(7), 0 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 15 January 2027, 08:00.
    const FRIDAY: i64 = 1_800_000_000;

    #[test]
    fn a_weekend_is_no_business_day() {
        let midnight = FRIDAY - 8 * 60 * 60;
        let days = |days| (business_days_after(FRIDAY, days) - midnight) / DAY;
        // Monday, Tuesday, the Friday after, and the Monday after that.
        assert_eq!([days(1), days(2), days(5), days(6)], [3, 4, 7, 10]);
        let saturday = midnight + DAY;
        assert_eq!(next_business_midnight(saturday), business_days_after(FRIDAY, 1));
    }
}
