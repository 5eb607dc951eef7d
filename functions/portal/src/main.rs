//! The portal: what whoever answers for bills sees and does, signed in by a code. Public; reaches what one session reaches.

use paywell_app::{clock, config};
use paywell_http::{serve, telemetry};
use portal::{Portal, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let app = config::app(&aws)?.with_links(&aws).await?.with_processor(&aws).await?;
    let app = app.with_mail(&aws)?.with_texts(&aws)?;
    serve(Portal::new(app)?, routes(), clock::now).await
}
