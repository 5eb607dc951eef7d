//! Reconcile: asks the processor what became of what is not settled, started by schedules.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use paywell_app::{
    App, clock, config,
    proof::Options,
    reconcile::{Order, Run},
};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    paywell_http::telemetry::init();
    let aws = config::aws()?;
    let app = config::app(&aws)?.with_processor(&aws).await?.with_links(&aws).await?;
    let app = app.with_mail(&aws)?.with_texts(&aws)?.with_anchors(&aws)?;
    let app: &'static App = Box::leak(Box::new(app));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| run(app, event))).await
}

/// The event says what to do; when is the clock's to say, for an event may come late or twice.
async fn run(app: &App, event: LambdaEvent<Value>) -> Result<Run, Error> {
    let order: Order = serde_json::from_value(event.payload)?;
    let deadline = clock::deadline(event.context.deadline().into(), clock::now());
    let run = app.reconcile(order, &event.context.request_id, clock::now, deadline).await?;
    tracing::info!(run = %serde_json::to_string(&run)?, "reconcile");
    if run.errors > 0 {
        tracing::error!(errors = run.errors, "reconcile left something behind");
    }
    if order.nightly {
        app.prove_all(&Options::nightly(clock::now()), clock::now, deadline).await?;
    }
    Ok(run)
}
