//! Processor events: signed webhooks, applied once.

use paywell_app::{clock, config};
use paywell_http::{serve, telemetry};
use processor_events::{Webhooks, routes, signing_secrets};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let app = config::app(&aws)?.with_processor(&aws).await?;
    let secrets = signing_secrets(&config::secret(&aws, "STRIPE_WEBHOOK_SECRET").await?);
    serve(Webhooks { app, secrets }, routes(), clock::now).await
}
