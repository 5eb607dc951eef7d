//! Outreach: the nightly run, started by a schedule.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use paywell_app::{
    App, clock, config,
    outreach::{Rates, Run},
};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    paywell_http::telemetry::init();
    let aws = config::aws()?;
    let app: &'static App =
        Box::leak(Box::new(config::app(&aws)?.with_links(&aws).await?.with_mail(&aws)?.with_texts(&aws)?));
    let rates =
        Rates { mails: config::number("MAILS_PER_SECOND")?, texts: config::number("TEXTS_PER_SECOND")? };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| run(app, rates, event))).await
}

/// The event says only that it is time: what is due is found by the clock, not by when the event was made.
async fn run(app: &App, rates: Rates, event: LambdaEvent<Value>) -> Result<Run, Error> {
    let deadline = clock::deadline(event.context.deadline().into(), clock::now());
    let run = app.run_outreach(&event.context.request_id, clock::now, deadline, rates).await?;
    tracing::info!(run = %serde_json::to_string(&run)?, "outreach");
    if run.errors > 0 {
        tracing::error!(errors = run.errors, "outreach left sets behind");
    }
    Ok(run)
}
