//! The one reading of the clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 by the system clock.
///
/// Everything that waits (debits that settle, sessions that expire, webhooks that are retried) compares with this and
/// the seconds that the simulator is ahead of it, never with a monotonic clock: the local stack moves the system clock
/// of a running process.
#[allow(
    clippy::disallowed_methods,
    reason = "the simulator's only reading of the clock; all logic takes `now`"
)]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Entropy for a new state's ids: nanoseconds of the system clock.
#[allow(clippy::disallowed_methods, reason = "seeds the ids of a fresh state, once")]
pub(crate) fn seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos() & u128::from(u64::MAX)).unwrap_or_default()
}
