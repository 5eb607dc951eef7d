//! Processor events: signed webhooks, applied once.

use paywell_app::{clock, config};
use paywell_http::{serve, telemetry};
use processor_events::{Webhooks, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = config::app(&config::aws()?)?;
    serve(Webhooks { app, secrets: vec![config::secret("STRIPE_WEBHOOK_SECRET")?] }, routes(), clock::now)
        .await
}
