//! The tracker: what staff read. It cannot write.

use paywell_app::{clock, config};
use paywell_http::{api::StaffApi, serve, telemetry};
use tracker::{Tracker, cursor_key, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let api = StaffApi::new(config::app(&config::aws()?)?).await?;
    serve(Tracker { api, cursors: cursor_key()? }, routes(), clock::now).await
}
