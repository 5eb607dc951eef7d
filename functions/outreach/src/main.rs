//! Outreach: the nightly run, started by a schedule.

use chrono::{DateTime, Duration, Utc};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use paywell_app::{App, clock, config, outreach::Run};
use serde_json::Value;

/// What is kept of the time limit, so that a claimed message is sent and noted before the function is cut off.
const RESERVE_SECONDS: i64 = 15;

/// Lambda's longest time limit.
const MAX_MINUTES: i64 = 15;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    paywell_http::telemetry::init();
    let aws = config::aws()?;
    let app: &'static App = Box::leak(Box::new(config::app(&aws)?.with_links(&aws).await?.with_mail(&aws)?));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| run(app, event))).await
}

/// The event says only that it is time: what is due is found by the clock, not by when the event was made.
async fn run(app: &App, event: LambdaEvent<Value>) -> Result<Run, Error> {
    let deadline = deadline(event.context.deadline().into(), clock::now());
    let run = app.run_outreach(&event.context.request_id, clock::now, deadline).await?;
    tracing::info!(run = %serde_json::to_string(&run)?, "outreach");
    if run.errors > 0 {
        tracing::error!(errors = run.errors, "outreach left sets behind");
    }
    Ok(run)
}

/// Until when new messages may be claimed. `cargo lambda watch` gives a time limit of 1970; whatever no Lambda would
/// give counts as the longest that one has.
fn deadline(limit: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let longest = now + Duration::minutes(MAX_MINUTES);
    let end = if (now..=longest).contains(&limit) { limit } else { longest };
    end - Duration::seconds(RESERVE_SECONDS)
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
