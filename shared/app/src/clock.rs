//! The one reading of the system's clock.

use chrono::{DateTime, Duration, Utc};

/// Lambda's longest time limit.
const LONGEST: Duration = Duration::minutes(15);

/// What a run keeps of its time limit, so that what it has begun is finished before the function is cut off.
const RESERVE: Duration = Duration::seconds(15);

/// Now (UTC). Read once at each decision and handed down.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Until when a scheduled run may begin something new. `cargo lambda watch` gives a time limit of 1970; whatever no
/// Lambda would give counts as the longest that one has.
pub fn deadline(limit: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let longest = now + LONGEST;
    let end = if (now..=longest).contains(&limit) { limit } else { longest };
    end - RESERVE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_that_cannot_be_is_the_longest() {
        let now = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let after = |seconds| now + Duration::seconds(seconds);
        assert_eq!(deadline(after(300), now), after(285));
        assert_eq!(deadline(after(-1), now), after(885));
        assert_eq!(deadline(after(901), now), after(885));
    }
}
