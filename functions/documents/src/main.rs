//! Documents: invoices and receipts to print. It cannot write.

use documents::{Documents, routes};
use paywell_app::{clock, config};
use paywell_http::{api::StaffApi, serve, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let api = StaffApi::new(config::app(&aws)?).await?;
    serve(Documents::new(api)?, routes(), clock::now).await
}
