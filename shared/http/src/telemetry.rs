//! Logging: JSON lines on standard output, which Lambda hands to CloudWatch.

use tracing::Level;

/// Starts logging; call it first in `main`. A second call changes nothing.
///
/// The level is fixed: below `INFO`, dependencies print what they carry (events, requests, bodies), and the log
/// must hold ids only.
pub fn init() {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(Level::INFO)
        // CloudWatch stamps each line itself.
        .without_time()
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging was started before");
    }
}
