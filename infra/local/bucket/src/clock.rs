use chrono::{DateTime, Utc};

/// The one reading of the clock. The local stack moves it from outside the process.
#[allow(clippy::disallowed_methods, reason = "the bucket's one reading of the clock")]
pub(crate) fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
