//! Checkout: what patients see and press. Public; reaches what one token reaches, and no more.

use checkout::{Checkout, routes};
use paywell_app::{clock, config};
use paywell_http::{serve, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let app = config::app(&aws)?
        .with_links(&aws)
        .await?
        .with_processor(&aws)
        .await?
        .with_mail(&aws)?
        .with_texts(&aws)?;
    serve(Checkout::new(app)?, routes(), clock::now).await
}
