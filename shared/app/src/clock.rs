//! The one reading of the system's clock.

use chrono::{DateTime, Utc};

/// Now (UTC). Read once at each decision and handed down.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
