//! Reconcile: asks the processor what became of what is not settled, started by schedules.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use paywell_app::{
    App, clock, config,
    reconcile::{Order, Run},
};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    paywell_http::telemetry::init();
    let aws = config::aws()?;
    let app: &'static App = Box::leak(Box::new(config::app(&aws)?.with_processor(&aws).await?));
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
    Ok(run)
}
