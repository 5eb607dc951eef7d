//! How people say where the clock should be.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A change of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Onward (or back) from where it is.
    By(TimeDelta),
    /// To a point in time.
    To(DateTime<Utc>),
    /// Back to real time.
    Reset,
}

impl Move {
    /// The offset after this move, from the present one and the real time.
    #[must_use]
    pub fn apply(self, offset: TimeDelta, real_now: DateTime<Utc>) -> TimeDelta {
        match self {
            Self::By(step) => offset + step,
            // Up to a whole second, which is what the file holds: just past the point and not just before it.
            Self::To(point) => whole_seconds_up(point - real_now),
            Self::Reset => TimeDelta::zero(),
        }
    }
}

fn whole_seconds_up(delta: TimeDelta) -> TimeDelta {
    let down = TimeDelta::seconds(delta.num_seconds());
    if down < delta { down + TimeDelta::seconds(1) } else { down }
}

/// Reads `+3d`, `-90m`, `2026-12-24T09:00:00Z`, `2026-12-24` (its start in UTC) or `reset`.
///
/// # Errors
/// It is none of these.
pub fn parse(text: &str) -> Result<Move, String> {
    let date = || text.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN).and_utc());
    if text == "reset" {
        Ok(Move::Reset)
    } else if let Some(step) = step(text) {
        Ok(Move::By(step))
    } else if let Some(point) = DateTime::parse_from_rfc3339(text).ok().map(Into::into).or_else(date) {
        Ok(Move::To(point))
    } else {
        Err("give +3d (s, m, h, d, w), 2026-12-24T09:00:00Z, 2026-12-24 or reset".to_owned())
    }
}

fn step(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.starts_with(['+', '-']).then(|| number.parse().ok())??;
    match unit {
        "s" => TimeDelta::try_seconds(number),
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        "w" => TimeDelta::try_weeks(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_move_is_relative_absolute_or_a_reset() {
        assert_eq!(parse("+3d"), Ok(Move::By(TimeDelta::days(3))));
        assert_eq!(parse("-90m"), Ok(Move::By(TimeDelta::minutes(-90))));
        assert_eq!(parse("2026-12-24T09:00:00+01:00"), Ok(Move::To(at("2026-12-24T08:00:00Z"))));
        assert_eq!(parse("2026-12-24"), Ok(Move::To(at("2026-12-24T00:00:00Z"))));
        assert_eq!(parse("reset"), Ok(Move::Reset));
        for nonsense in ["", "d", "3d", "+d", "+3", "+3y", "+9223372036854775807w", "ä", "tomorrow"] {
            assert!(parse(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn steps_add_up_and_a_point_does_not() {
        let real = at("2026-11-21T12:00:00Z");
        let day = TimeDelta::days(1);
        assert_eq!(Move::By(day).apply(day, real), TimeDelta::days(2));
        assert_eq!(Move::To(at("2026-11-22T12:00:00Z")).apply(day, real), day);
        assert_eq!(Move::Reset.apply(day, real), TimeDelta::zero());
        let half = TimeDelta::milliseconds(500);
        assert_eq!(Move::To(real + day).apply(day, real + half), day);
        assert_eq!(Move::To(real - day).apply(day, real - half), -day + TimeDelta::seconds(1));
    }
}
