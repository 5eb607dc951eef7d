//! Exports: asked for and fetched by staff, gone on with by a schedule.

use exports::{Exports, Limits, routes};
use lambda_runtime::LambdaEvent;
use paywell_app::{clock, config};
use paywell_http::{api::StaffApi, router::serve_and_run, telemetry};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let api = StaffApi::new(config::app(&aws)?.with_exports(&aws)?).await?;
    let exports = Exports { api, clock: clock::now, limits: Limits::default() };
    serve_and_run(exports, routes(), clock::now, go_on).await
}

/// A run of the schedule: when is the clock's to say, for an event may come late or twice.
async fn go_on(exports: &Exports, event: LambdaEvent<Value>) -> Result<Value, lambda_http::Error> {
    let deadline = clock::deadline(event.context.deadline().into(), clock::now());
    let run = exports.run(&event.context.request_id, deadline).await?;
    let told = serde_json::to_value(run)?;
    tracing::info!(run = %told, "exports");
    if run.errors > 0 {
        tracing::error!(errors = run.errors, "exports left something behind");
    }
    Ok(told)
}
