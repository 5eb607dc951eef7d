//! What the simulator is started with.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of a [`crate::Simulator`].
#[derive(Debug, Clone)]
pub struct Config {
    /// The secret key that requests must carry (Basic user name or Bearer token); every other is refused with 401.
    pub secret_key: String,
    /// Where browsers reach the hosted pages, without a trailing slash. By default the `Host` that the request
    /// creating the session was sent to.
    pub public_url: Option<String>,
    /// A webhook endpoint that gets every event, beside those created over the API.
    pub webhook_url: Option<String>,
    /// The signing secret of that endpoint.
    pub webhook_secret: String,
    /// Waits before each retry of a webhook, in seconds of the simulator's clock; after the last, it is given up.
    pub webhook_retry_seconds: Vec<i64>,
    /// How long a webhook endpoint may take to answer.
    pub webhook_timeout: Duration,
    /// Seconds of the simulator's clock after which a bank debit settles or fails; none: the four business days of
    /// production.
    pub ach_settles_after_seconds: Option<i64>,
    /// Seconds of the simulator's clock after which a pending refund succeeds, and a refund that will fail has failed.
    pub refund_settles_after_seconds: i64,
    /// File that keeps the state across restarts; none: the state lives in memory alone.
    pub snapshot: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            secret_key: "sk_test_simulator".to_owned(),
            public_url: None,
            webhook_url: None,
            webhook_secret: "whsec_simulator".to_owned(),
            webhook_retry_seconds: vec![1, 2, 4, 8, 15, 30, 60, 120],
            webhook_timeout: Duration::from_secs(10),
            ach_settles_after_seconds: None,
            refund_settles_after_seconds: 5 * 24 * 60 * 60,
            snapshot: None,
        }
    }
}
