//! Payments: what staff write. Invoices, payments, patients.

use paywell_app::{clock, config};
use paywell_http::{api::StaffApi, serve, telemetry};

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
    serve(StaffApi::new(app).await?, payments::routes(), clock::now).await
}
