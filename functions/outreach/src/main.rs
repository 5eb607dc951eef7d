//! Outreach: the nightly run, started by a schedule.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use paywell_app::{
    App, clock, config, copays, outreach,
    pace::{Invocation, Spacing, per_second},
};
use serde::Serialize;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    paywell_http::telemetry::init();
    let aws = config::aws()?;
    let app: &'static App =
        Box::leak(Box::new(config::app(&aws)?.with_links(&aws).await?.with_mail(&aws)?.with_texts(&aws)?));
    let apart = Spacing {
        mails: per_second(config::number("MAILS_PER_SECOND")?),
        texts: per_second(config::number("TEXTS_PER_SECOND")?),
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| run(app, apart, event))).await
}

/// What an invocation did.
#[derive(Debug, Serialize)]
struct Ran {
    copays: copays::Run,
    #[serde(flatten)]
    sets: outreach::Run,
}

/// The event says only that it is time: what is due is found by the clock, not by when the event was made. Copays come
/// first: they are few, and their visits do not wait.
async fn run(app: &App, apart: Spacing, event: LambdaEvent<Value>) -> Result<Ran, Error> {
    let deadline = clock::deadline(event.context.deadline().into(), clock::now());
    let invocation = Invocation::new(&event.context.request_id, clock::now, deadline, apart);
    let copays = app.run_copays(&invocation).await?;
    let sets = app.run_outreach(&invocation).await?;
    let (run, errors) = (Ran { copays, sets }, copays.errors + sets.errors);
    tracing::info!(run = %serde_json::to_string(&run)?, "outreach");
    if errors > 0 {
        tracing::error!(errors, "outreach left sets or copays behind");
    }
    Ok(run)
}
