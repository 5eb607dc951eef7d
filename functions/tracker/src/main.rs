//! The tracker: what staff read. It cannot write.

use paywell_app::{clock, config};
use paywell_http::{api::StaffApi, serve, telemetry};
use tracker::{Tracker, cursor_key, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let cursors = cursor_key(&config::signing_key(&aws, "PAYWELL_CURSOR_KEY").await?)?;
    let api = StaffApi::new(config::app(&aws)?).await?;
    serve(Tracker { api, cursors }, routes(), clock::now).await
}
