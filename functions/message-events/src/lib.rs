//! The notifications of SNS, one by one.

use chrono::{DateTime, Utc};
use paywell_app::App;
use paywell_gateways::message_events;
use serde::Deserialize;

/// What SNS hands to a function (<https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>), as far as it is read.
/// No `Debug`: it holds addresses, numbers and what people texted.
#[derive(Deserialize)]
pub struct Notifications {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Sns")]
    sns: Notification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Notification {
    message_id: String,
    message: String,
    #[serde(default)]
    timestamp: Option<DateTime<Utc>>,
}

/// Some notifications could not be applied: all of them are to come again, and what was applied changes nothing then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} notifications could not be applied")]
pub struct NotApplied(usize);

/// Applies each notification, also where another could not be. What cannot be read would never be: it is left.
///
/// # Errors
/// The table could not be reached for one of them.
pub async fn apply_all(
    app: &App,
    notifications: &Notifications,
    request: &str,
    clock: fn() -> DateTime<Utc>,
) -> Result<(), NotApplied> {
    let mut failed = 0;
    for Notification { message_id, message, timestamp } in
        notifications.records.iter().map(|record| &record.sns)
    {
        let event = match message_events::parse(message) {
            Ok(Some(event)) => event,
            Ok(None) => continue,
            Err(why) => {
                tracing::warn!(notification = message_id, %why, "a notification is left");
                continue;
            }
        };
        // In a box: all futures in one are deeper than the compiler lays out.
        if let Err(error) = Box::pin(app.apply_message_event(&event, *timestamp, request, clock())).await {
            tracing::error!(notification = message_id, %error, "a notification is not applied");
            failed += 1;
        }
    }
    if failed == 0 { Ok(()) } else { Err(NotApplied(failed)) }
}
