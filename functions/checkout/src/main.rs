//! Checkout: what patients see and press. Public; reaches what one token reaches, and no more.

use checkout::{Checkout, routes};
use paywell_app::{clock, config};
use paywell_http::{serve, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = config::app(&config::aws()?)?.with_links()?.with_processor()?;
    serve(Checkout::new(app, config::secret("PAYWELL_LINK_KEY")?), routes(), clock::now).await
}
